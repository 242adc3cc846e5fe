/** What is sent by a client that comes back: once or never, in order, and within bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dictHeader, lengthPrefixed, lines, reconnecting, TcpServer } from '../../../../src/net/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { Peer, textFrom } from '../../../harness/peers.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

const SOON = { framing: lines(), jitter: () => 0 } as const;
const NEVER = { framing: lines(), minDelayMs: 1e6, maxDelayMs: 1e6, jitter: false } as const;

test('What is sent before there is a connection arrives in order, with what is sent afterwards', async () => {
  const peer = await Peer.absent();
  using client = reconnecting(peer.address, { ...SOON, maxWaitingBytes: 6 });
  const sent = ['a', 'b', 'c'].map((line) => client.send(line));
  assert.equal(client.waiting, 3);
  await peer.start();
  const socket = await peer.next();
  await Promise.all(sent);
  assert.equal(client.waiting, 0);
  await client.send('d');
  assert.equal(await textFrom(socket, 8), 'a\nb\nc\nd\n');
  await peer.stop();
  await until('it is lost', () => client.state !== 'connected');
  const again = ['e', 'f', 'g'].map((line) => client.send(line));
  await peer.start();
  assert.equal(await textFrom(await peer.next(), 6), 'e\nf\ng\n');
  await Promise.all(again);
  await peer.stop();
});

test('What cannot be sent is refused at once, connected or not', async () => {
  const peer = await Peer.absent();
  using client = reconnecting(peer.address, { ...NEVER, maxMessageBytes: 10 });
  await assert.rejects(client.send('two\nlines'), RangeError);
  await assert.rejects(client.send(5 as unknown as string), TypeError);
  await assert.rejects(client.send('longer than that'), { code: 'over-limit' });
  await assert.rejects(client.send('x', { timeoutMs: -1 }), RangeError);
  assert.equal(client.waiting, 0);
});

test('A send that is out of time says why there is no connection, and is not sent', async () => {
  const peer = await Peer.absent();
  using client = reconnecting(peer.address, SOON);
  await until('a try has failed', () => client.state === 'waiting');
  await assert.rejects(client.send('never', { timeoutMs: 0 }), { code: 'timed-out' });
  await assert.rejects(client.send('never', { timeoutMs: 5 }), ({ code, message, cause }) => {
    assert.equal(code, 'timed-out');
    assert.match(message, /not happen within 5 ms: .*ECONNREFUSED/);
    assert.equal(cause.facts.errno, 'ECONNREFUSED');
    return true;
  });
  const off = new AbortController();
  const aborted = client.send('never', { signal: off.signal });
  const kept = client.send('kept');
  off.abort(new Error('off'));
  await assert.rejects(aborted, /off/);
  await assert.rejects(client.send('never', { signal: off.signal }), /off/);
  assert.equal(client.waiting, 1);
  await peer.start();
  assert.equal(await textFrom(await peer.next(), 5), 'kept\n');
  await kept;
  await peer.stop();
});

test('So many may wait, and so many bytes; who leaves makes room', async () => {
  const peer = await Peer.absent();
  using few = reconnecting(peer.address, { ...NEVER, maxWaiting: 2 });
  const off = new AbortController();
  const waits = [few.send('a'), few.send('b', { signal: off.signal })];
  await assert.rejects(few.send('c'), { code: 'over-limit', facts: { limit: 2 } });
  off.abort(new Error('off'));
  await assert.rejects(waits[1]!, /off/);
  waits[1] = few.send('d');
  using small = reconnecting(peer.address, { ...NEVER, maxWaitingBytes: 10 });
  const signal = AbortSignal.abort(new Error('off'));
  await assert.rejects(small.send('1234567', { signal }), /off/);
  await assert.rejects(small.send('1234567', { timeoutMs: 0 }), { code: 'timed-out' });
  waits.push(small.send('12345'), small.send('123'));
  await assert.rejects(small.send(''), { code: 'over-limit', facts: { limit: 10, bytes: 11 } });
  for (const client of [few, small]) client.close();
  for (const wait of waits) await assert.rejects(wait, { code: 'closed' });
});

test('A message that is cut off is broken and never sent again; those behind it go on', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, { framing: lengthPrefixed(), jitter: () => 0 });
  const first = await peer.next();
  await until('it is connected', () => client.state === 'connected');
  // More than kernels take, so that it is cut in the middle.
  const large = client.send(Buffer.alloc(16_000_000, 'x'));
  const behind = [client.send('one'), client.send('two')];
  assert.equal(client.waiting, 2);
  assert.equal((await textFrom(first, 100)).slice(4, 10), 'xxxxxx');
  first.resetAndDestroy();
  await assert.rejects(large, { code: 'broken', message: /not sent again/ });
  const second = await peer.next();
  assert.equal(await textFrom(second, 14), '\u0003\0\0\0one\u0003\0\0\0two');
  await Promise.all(behind);
  await peer.stop();
});

test('A message that is given up while it is sent ends that connection; those behind it go on', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, { framing: lengthPrefixed(), jitter: () => 0 });
  const first = await peer.next();
  await until('it is connected', () => client.state === 'connected');
  const off = new AbortController();
  const large = client.send(Buffer.alloc(16_000_000), { signal: off.signal });
  const behind = client.send('behind', { timeoutMs: 60_000 });
  await textFrom(first, 100);
  off.abort(new Error('off'));
  await assert.rejects(large, /off/);
  assert.equal(await textFrom(await peer.next(), 10), '\u0006\0\0\0behind');
  await behind;
  await peer.stop();
});

test('Messages keep their order behind one that is read from a file', async () => {
  const got: unknown[] = [];
  const server = await new TcpServer({
    framing: dictHeader(),
    handler: async (request) => {
      for await (const { header, body } of request) got.push([header['n'], body.length]);
    },
  }).listen();
  using client = reconnecting(server.address, { framing: dictHeader(), jitter: () => 0 });
  await until('it is connected', () => client.state === 'connected');
  const file = new Blob(['x'.repeat(100_000)]);
  const sent = [client.send({ n: 1 }, file), client.send({ n: 2 }, 'two'), client.send({ n: 3 })];
  client.end();
  await Promise.all(sent);
  await client.closed;
  assert.deepEqual(got, [
    [1, 100_000],
    [2, 3],
    [3, 0],
  ]);
  await server.close();
});

test('A received message is sent on as it is, with a wait behind it', async () => {
  const server = await new TcpServer({
    framing: dictHeader(),
    handler: async (request) => {
      for await (const message of request) await request.send(message);
    },
  }).listen();
  using client = reconnecting(server.address, { framing: dictHeader(), jitter: () => 0 });
  await client.send({ n: 1 }, 'body', { timeoutMs: 60_000 });
  const message = await client.receive();
  await client.send(message, { timeoutMs: 60_000 });
  const again = await client.receive();
  assert.deepEqual([again.header, again.body.toString()], [{ n: 1, file_size: 4 }, 'body']);
  client.close();
  await server.close();
});
