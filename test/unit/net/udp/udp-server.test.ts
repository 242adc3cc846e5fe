/** The life of a server of datagrams: where it may be, how it is closed in every state, and what it sends by itself. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import test from 'node:test';
import { type HostAddress, type UdpRequest, UdpServer } from '../../../../src/net/index.ts';
import * as targets from '../../../fixtures/net/datagrams.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { gate, servedUdp, udpPeer } from '../../../harness/datagrams.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

const CLOSED = { name: 'DuodaoError', code: 'closed' };
const echo = (request: UdpRequest): Promise<void> => request.reply(request.data);

for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost'])
  test(`UdpServer answers at ${host}`, async () => {
    const server = await new UdpServer({ handler: echo, host }).listen();
    const { port, host: number } = server.address;
    assert.ok(port > 0);
    if (host !== 'localhost') assert.equal(number, host);
    const peers = { '0.0.0.0': '127.0.0.1', '::': '127.0.0.1' } as Readonly<Record<string, string>>;
    const peer = await udpPeer({ host: peers[number] ?? number, port });
    peer.send('hello');
    assert.deepEqual(await peer.hears(1), ['hello']);
    await peer.close();
    await server.close();
  });

test('UdpServer tells a handler who has sent, where it is, and what was counted', async () => {
  const seen: unknown[] = [];
  await servedUdp(
    {
      handler: (_request, client, face) => {
        seen.push(client, face.address, face.stats().active);
      },
    },
    async (server, peer) => {
      peer.send('hello');
      await until('it is handled', () => seen.length > 0);
      assert.deepEqual(seen, [peer.address, server.address, 1]);
    },
  );
});

test('A second UdpServer cannot have the address of the first, and is told who has it', async () => {
  const first = await new UdpServer({ handler: echo }).listen();
  const { port } = first.address;
  const second = new UdpServer({ handler: echo, port });
  await assert.rejects(second.listen(), (error: unknown) => {
    const { code, facts, message } = error as { code: string; facts: object; message: string };
    assert.equal(code, 'in-use');
    assert.deepEqual(facts, { host: '127.0.0.1', port, errno: 'EADDRINUSE', pid: process.pid });
    assert.match(message, /choose another port/);
    return true;
  });
  await first.close();
  assert.equal(await second.listen(), second);
  await second.close();
});

test('Nobody can take the port of a UdpServer over by SO_REUSEADDR', async () => {
  await servedUdp({ handler: echo }, async ({ address }) => {
    const thief = createSocket({ type: 'udp4', reuseAddr: true });
    const outcome = await new Promise<string>((resolve) => {
      thief.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      thief.bind(address.port, address.host, () => resolve('bound'));
    });
    assert.equal(outcome, 'EADDRINUSE');
    thief.close();
  });
});

test('UdpServer.close() before listen() leaves a server that cannot listen', async () => {
  const server = new UdpServer({ handler: echo });
  await server.close();
  await server.closed;
  await assert.rejects(server.listen(), CLOSED);
  assert.throws(() => server.address, CLOSED);
  assert.equal(server.stats().accepted, 0);
});

test('UdpServer.close() while it begins to listen ends it, again it waits for the same end', async () => {
  const server = new UdpServer({ handler: echo });
  const listening = assert.rejects(server.listen(), CLOSED);
  await Promise.all([server.close(), server.close(), server[Symbol.asyncDispose]()]);
  await listening;
  assert.equal(server.isListening, false);
  await server.close();
});

test('UdpServer.close() waits for handlers at work, whose replies still go out, and takes nothing new', async () => {
  const { passed, open } = gate();
  let handled = 0;
  const handler = async (request: UdpRequest): Promise<void> => {
    handled++;
    await passed;
    await request.reply('the last word');
  };
  const server = await new UdpServer({ handler, maxPending: 1 }).listen();
  const peer = await udpPeer(server.address);
  peer.send('at work');
  peer.send('waits');
  await until('both have come', () => server.stats().messagesIn === 2);
  let isClosed = false;
  const closing = server.close({ drainMs: 60_000 }).then(() => (isClosed = true));
  peer.send('too late');
  // It has come to where it would be handled by now, if it were.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isClosed, false);
  assert.equal(server.stats().messagesIn, 2);
  open();
  await closing;
  assert.deepEqual(await peer.hears(2), ['the last word', 'the last word']);
  assert.equal(handled, 2);
  const { accepted, closed, active, messagesOut } = server.stats();
  assert.deepEqual([accepted, closed, active, messagesOut], [2, 2, 0, 2]);
  await peer.close();
});

test('UdpServer.close() with no time to drain ends at once; later replies say that it has closed', async () => {
  const { passed, open } = gate();
  const outcomes: string[] = [];
  const told: unknown[] = [];
  const handler = async (request: UdpRequest): Promise<void> => {
    await passed;
    await request.reply('too late').catch((error: { code: string }) => outcomes.push(error.code));
    await request.reply('too late');
  };
  const server = await new UdpServer({
    handler,
    maxPending: 1,
    handleError: (error) => void told.push(error),
  }).listen();
  const peer = await udpPeer(server.address);
  peer.send('at work');
  peer.send('waits');
  await until('both have come', () => server.stats().messagesIn === 2);
  await server.close({ drainMs: 0 });
  assert.equal(server.stats().dropped, 1);
  open();
  await until('it has heard', () => outcomes.length === 1);
  assert.deepEqual(outcomes, ['closed']);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, []);
  await peer.close();
});

test('UdpServer.send() sends from the address of the server, to a number or a name', async () => {
  await servedUdp({ handler: echo }, async (server, peer) => {
    const from: HostAddress[] = [];
    peer.socket.on('message', (_data, { address, port }) => from.push({ host: address, port }));
    await server.send('by number', peer.address);
    await server.send(Buffer.from('by name'), { host: 'localhost', port: peer.address.port });
    assert.deepEqual(await peer.hears(2), ['by number', 'by name']);
    assert.deepEqual(from, [server.address, server.address]);
    assert.equal(server.stats().messagesOut, 2);
  });
});

test('UdpServer.send() to itself is handled, and not answered', async () => {
  const errors: unknown[] = [];
  const handler = (request: UdpRequest): Promise<void> =>
    request.reply('again').catch((error: unknown) => void errors.push(error));
  await servedUdp({ handler }, async (server) => {
    await server.send('note to self', server.address);
    await until('it is handled', () => errors.length === 1);
    assert.equal((errors[0] as { code: string }).code, 'unsafe');
    assert.deepEqual([server.stats().messagesIn, server.stats().refused], [1, 1]);
  });
});

test('UdpServer.send() refuses what cannot be sent, or sent there', async () => {
  await servedUdp({ handler: echo }, async (server, peer) => {
    const { address } = peer;
    await assert.rejects(server.send(5 as never, address), { name: 'TypeError', message: /it is number/ });
    await assert.rejects(server.send('x', { ...address, port: 0 }), { name: 'RangeError' });
    await assert.rejects(server.send('x', undefined as never), { name: 'TypeError', message: /host/ });
    await assert.rejects(server.send(Buffer.alloc(65_508), address), { code: 'over-limit' });
    await assert.rejects(server.send('x', { host: 'nowhere.invalid', port: 1 }), { code: 'unsupported' });
    // An address of the other family has no way from here.
    await assert.rejects(server.send('x', { host: '::1', port: 1 }), { code: 'broken' });
    assert.equal(server.stats().messagesOut, 0);
  });
});

test('UdpServer.send() is refused before listen() and after close()', async () => {
  const server = new UdpServer({ handler: echo });
  await assert.rejects(server.send('x', { host: '127.0.0.1', port: 9 }), CLOSED);
  await server.listen();
  await server.close();
  await assert.rejects(server.send('x', { host: '127.0.0.1', port: 9 }), CLOSED);
});

for (const concurrency of ['threads', 'processes'] as const)
  test(`UdpServer.send() is refused with ${concurrency}, which have the socket`, async () => {
    const server = new UdpServer({ handler: targets.echo, concurrency });
    const message = new RegExp(`current value of concurrency is '${concurrency}'`);
    await assert.rejects(server.send('x', { host: '127.0.0.1', port: 9 }), { name: 'TypeError', message });
    await server.close();
  });

test('UdpServer reaches all of a network with broadcast, and says that it is needed without', async () => {
  const peer = createSocket('udp4');
  await new Promise<void>((resolve) => peer.bind(0, '0.0.0.0', resolve));
  const heard: string[] = [];
  peer.on('message', (data) => heard.push(String(data)));
  const all = { host: '127.255.255.255', port: peer.address().port };
  await servedUdp({ handler: echo, host: '0.0.0.0', broadcast: true }, async (server) => {
    await server.send('to all', all);
    await until('it is heard', () => heard.length === 1);
  });
  await servedUdp({ handler: echo, host: '0.0.0.0' }, async (server) => {
    await assert.rejects(server.send('to all', all), { code: 'broken', message: /broadcast: true/ });
  });
  assert.deepEqual(heard, ['to all']);
  await new Promise<void>((resolve) => peer.close(resolve));
});
