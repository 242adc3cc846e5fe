/** What is received by a client that comes back: across connections, in order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dictHeader, lengthPrefixed, lines, reconnecting } from '../../../../src/net/index.ts';
import { LEFT_BYTES } from '../../../../src/net/client/inbox.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { Peer } from '../../../harness/peers.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

const SOON = { framing: lines(), jitter: () => 0 } as const;

test('What has arrived whole is received before what the next connection brings', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, SOON);
  (await peer.next()).end('one\ntwo\n');
  const second = await peer.next();
  await until('it is connected again', () => client.state === 'connected');
  second.write('three\n');
  assert.deepEqual(
    [await client.receive(), await client.receive(), await client.receive()],
    ['one', 'two', 'three'],
  );
  client.close();
  await peer.stop();
});

test('A message that is cut is lost with its connection, and receiving goes on', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, { framing: lengthPrefixed({ bytes: 1 }), jitter: () => 0 });
  const first = await peer.next();
  const received = [client.receive(), client.receive()];
  first.end('\u0003one\u0005cu');
  (await peer.next()).write('\u0003two');
  assert.deepEqual((await Promise.all(received)).map(String), ['one', 'two']);
  client.close();
  await peer.stop();
});

test('Those who wait for messages keep their order when the connection is lost', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, SOON);
  const socket = await peer.next();
  await until('it is connected', () => client.state === 'connected');
  const received = ['a', 'b', 'c'].map(
    async (name) => `${name} ${await client.receive({ timeoutMs: 60_000 })}`,
  );
  socket.resetAndDestroy();
  const next = await peer.next();
  received.push(client.receive().then((line) => `d ${line}`));
  next.write('1\n2\n3\n4\n');
  assert.deepEqual(await Promise.all(received), ['a 1', 'b 2', 'c 3', 'd 4']);
  client.close();
  await peer.stop();
});

test('A receive that ends early has received nothing, connected or not', async () => {
  const peer = await Peer.absent();
  using client = reconnecting(peer.address, SOON);
  await assert.rejects(client.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  await until('a try has failed', () => client.state === 'waiting');
  await assert.rejects(client.receive({ timeoutMs: 5 }), { code: 'timed-out', message: /ECONNREFUSED/ });
  await assert.rejects(client.receive({ timeoutMs: Number.NaN }), RangeError);
  const off = new AbortController();
  const aborted = client.receive({ signal: off.signal });
  off.abort(new Error('off'));
  await assert.rejects(aborted, /off/);
  await peer.start();
  const socket = await peer.next();
  await assert.rejects(client.receive({ timeoutMs: 5 }), { code: 'timed-out' });
  socket.write('kept\n');
  assert.equal(await client.receive(), 'kept');
  client.close();
  await peer.stop();
});

test('What is no message is told once, and the next connection is waited for', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, { framing: dictHeader(), jitter: () => 0 });
  (await peer.next()).write('\0\0\0\0');
  await assert.rejects(client.receive(), { code: 'protocol' });
  const received = client.receive();
  const second = await peer.next();
  second.write('\u0007\0\0\0{"n":1}');
  assert.deepEqual((await received).header, { n: 1 });
  second.write('\u00ff\u00ff\u0000\u0001');
  await assert.rejects(client.receive(), { code: 'protocol' });
  client.close();
  await peer.stop();
});

test('A body is received as a stream, as over one connection', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, { framing: dictHeader(), jitter: () => 0 });
  const received = client.receive({ body: 'stream' });
  (await peer.next()).write('\u000f\0\0\0{"file_size":5}hello');
  const { header, body } = await received;
  assert.equal(header['file_size'], 5);
  assert.equal(await body.text(), 'hello');
  client.close();
  await peer.stop();
});

test('Going through messages ends when the client is closed, and not before', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, SOON);
  const got: string[] = [];
  const all = (async () => {
    for await (const line of client) {
      got.push(line);
      if (line === 'last') client.close();
    }
  })();
  (await peer.next()).end('first\n');
  (await peer.next()).write('second\nlast\nnever\n');
  await all;
  assert.deepEqual(got, ['first', 'second', 'last']);
  await peer.stop();
});

test('Of what nobody receives, lost connections keep the last, and not without end', async () => {
  const peer = await Peer.listen();
  using client = reconnecting(peer.address, SOON);
  const line = 'x'.repeat(60_000);
  const count = Math.ceil(LEFT_BYTES / 60_000) + 5;
  for (let number = 0; number < count; number++) (await peer.next()).end(`${number} ${line}\n`);
  (await peer.next()).write('end\n');
  await until('it is connected', () => client.state === 'connected');
  const numbers: string[] = [];
  for (let got = await client.receive(); got !== 'end'; got = await client.receive())
    numbers.push(got.split(' ')[0]!);
  assert.ok(numbers.length < count && numbers.length > 10, `${numbers.length} were kept`);
  const last = Array.from({ length: numbers.length }, (_, index) => String(count - numbers.length + index));
  assert.deepEqual(numbers, last);
  client.close();
  await peer.stop();
});
