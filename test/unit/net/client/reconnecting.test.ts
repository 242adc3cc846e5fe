/** A client that comes back: its states, what it gives up on, and how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  lines,
  reconnecting,
  type ReconnectOptions,
  type ReconnectState,
} from '../../../../src/net/index.ts';
import { TcpServer } from '../../../../src/net/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { Peer, textFrom } from '../../../harness/peers.ts';
import { run } from '../../../harness/programs.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

type Options = ReconnectOptions<string, readonly [message: string]>;
const SOON = { framing: lines() as Options['framing'] & object, jitter: () => 0 } satisfies Options;

function statesInto(list: string[]): NonNullable<Options['onState']> {
  return (state: ReconnectState, why?: unknown) => {
    const code = (why as { code?: string } | undefined)?.code;
    list.push(code === undefined ? state : `${state}: ${code}`);
  };
}

test('A client connects, is lost, and connects again', async () => {
  const peer = await Peer.listen();
  const states: string[] = [];
  using client = reconnecting(peer.address, { ...SOON, onState: statesInto(states) });
  assert.equal(client.state, 'connecting');
  assert.equal(client.attempts, 1);
  const first = await peer.next();
  await until('it is connected', () => client.state === 'connected');
  assert.equal(client.attempts, 0);
  first.end();
  const second = await peer.next();
  await until('it is connected again', () => client.state === 'connected');
  second.resetAndDestroy();
  await peer.next();
  await until('and once more', () => client.state === 'connected');
  const again = ['connecting', 'connected'];
  assert.deepEqual(states, ['connected', 'waiting: closed', ...again, 'waiting: broken', ...again]);
  client.close();
  assert.equal(client.state, 'closed');
  assert.equal(states.at(-1), 'closed');
  await peer.stop();
  await client.closed;
});

test('A client waits for a server that is not there yet, with longer and longer delays', async () => {
  const peer = await Peer.absent();
  const ceilings: number[] = [];
  const jitter = (ceiling: number): number => {
    ceilings.push(ceiling);
    return 0;
  };
  using client = reconnecting(peer.address, { ...SOON, jitter, minDelayMs: 10, maxDelayMs: 45 });
  const received = client.receive();
  await until('it has tried five times', () => ceilings.length >= 5);
  assert.ok(client.attempts >= 5);
  assert.deepEqual(ceilings.slice(0, 5), [10, 20, 40, 45, 45]);
  await peer.start();
  (await peer.next()).write('welcome\n');
  assert.equal(await received, 'welcome');
  client.close();
  await peer.stop();
});

test('A client that is lost at once each time waits longer, too', async () => {
  const peer = await Peer.listen();
  const ceilings: number[] = [];
  const jitter = (ceiling: number): number => {
    ceilings.push(ceiling);
    return 0;
  };
  using client = reconnecting(peer.address, { ...SOON, jitter, minDelayMs: 10, maxDelayMs: 60_000 });
  for (let count = 0; count < 3; count++) (await peer.next()).end();
  await peer.next();
  assert.deepEqual(ceilings, [10, 20, 40]);
  client.close();
  await peer.stop();
});

test('A client gives up after as many tries as it may make, and tells whoever waits', async () => {
  const peer = await Peer.absent();
  const states: string[] = [];
  const client = reconnecting(peer.address, { ...SOON, attempts: 3, onState: statesInto(states) });
  const sent = client.send('hello');
  const received = client.receive();
  await assert.rejects(sent, { code: 'broken', facts: { errno: 'ECONNREFUSED' } });
  await assert.rejects(received, { code: 'broken' });
  await client.closed;
  const twice = ['waiting: broken', 'connecting', 'waiting: broken', 'connecting'];
  assert.deepEqual(states, [...twice, 'closed: broken']);
  await assert.rejects(client.send('more'), { code: 'broken' });
  await assert.rejects(client.receive(), { code: 'broken' });
});

test('A wrong key is no reason to try again', async () => {
  const handler = (): void => undefined;
  const server = await new TcpServer({ handler, authKey: 'right' }).listen();
  const client = reconnecting(server.address, { authKey: 'wrong', jitter: () => 0 });
  const waits = [client.send('hello'), client.receive(), client.receive()];
  for (const wait of waits) await assert.rejects(wait, { code: 'auth' });
  assert.equal(client.state, 'closed');
  await server.close();
  assert.equal(server.stats().accepted, 1);
});

test('A name that is not found is tried again', async () => {
  const states: string[] = [];
  const timeoutMs = Number.POSITIVE_INFINITY; // how long a name server may think is not what is tried
  const options = { ...SOON, attempts: 2, timeoutMs, onState: statesInto(states) };
  const client = reconnecting('nobody.invalid:1', options);
  await assert.rejects(client.receive(), { code: 'broken' });
  assert.deepEqual(states, ['waiting: broken', 'connecting', 'closed: broken']);
});

test('What makes no client is refused before it connects', () => {
  const wrong = (options: object, error: RegExp): void => {
    assert.throws(() => reconnecting('127.0.0.1:1', options), error);
  };
  assert.throws(() => reconnecting('nonsense'), RangeError);
  wrong({ atempts: 3 }, /TypeError.*no option atempts/);
  wrong({ minDelayMs: 0 }, /RangeError/);
  wrong({ minDelayMs: 20, maxDelayMs: 10 }, /maxDelayMs/);
  wrong({ attempts: 0 }, /RangeError/);
  wrong({ jitter: 5 }, /TypeError.*jitter/);
  wrong({ onState: 5 }, /TypeError.*onState/);
  wrong({ maxWaiting: -1 }, /RangeError/);
  wrong({ framing: 5 }, /TypeError.*framing/);
  wrong({ timeoutMs: -1 }, /RangeError/);
  wrong({ authKey: '' }, /RangeError/);
});

test('A jitter that fails ends the client, and nothing else', async () => {
  const peer = await Peer.absent();
  const jitter = (): number => {
    throw new Error('no dice');
  };
  const client = reconnecting(peer.address, { jitter });
  await assert.rejects(client.receive(), /no dice/);
  assert.equal(client.state, 'closed');
});

test('A signal ends all of it with its reason, whatever the client is at', async () => {
  const peer = await Peer.listen();
  const off = new AbortController();
  const connected = reconnecting(peer.address, { ...SOON, signal: off.signal });
  await peer.next();
  await until('it is connected', () => connected.state === 'connected');
  const absent = await Peer.absent();
  const waiting = reconnecting(absent.address, { signal: off.signal, minDelayMs: 100_000, jitter: false });
  await until('it waits', () => waiting.state === 'waiting');
  const waits = [connected.receive(), waiting.receive(), waiting.send('hello')];
  off.abort(new Error('enough'));
  for (const wait of waits) await assert.rejects(wait, /enough/);
  await Promise.all([connected.closed, waiting.closed]);
  const never = reconnecting(absent.address, { signal: off.signal });
  await assert.rejects(never.receive(), /enough/);
  await peer.stop();
});

test('close() ends waits and timers at once, in every state', async () => {
  const absent = await Peer.absent();
  const slow = { minDelayMs: 100_000, maxDelayMs: 100_000, jitter: false } as const;
  const connecting = reconnecting(absent.address, slow);
  const waiting = reconnecting(absent.address, slow);
  await until('it waits', () => waiting.state === 'waiting');
  const peer = await Peer.listen();
  const connected = reconnecting(peer.address, slow);
  await peer.next();
  await until('it is connected', () => connected.state === 'connected');
  for (const client of [connecting, waiting, connected]) {
    const waits = [client.receive(), client.receive({ timeoutMs: 100_000 })];
    if (client !== connected)
      waits.push(client.send('x') as never, client.send('y', { timeoutMs: 1e6 }) as never);
    client.close();
    for (const wait of waits) await assert.rejects(wait, { code: 'closed' });
    assert.equal(client.isClosed, true);
    await assert.rejects(client.send('x'), { code: 'closed' });
    await assert.rejects(client.receive(), { code: 'closed' });
    client.close();
    client.end();
  }
  await peer.stop();
  await Promise.all([connecting.closed, waiting.closed, connected.closed]);
});

test('close() gives up a handshake that is under way', async () => {
  const peer = await Peer.listen();
  const client = reconnecting(peer.address, { authKey: 'key' });
  const socket = await peer.next(); // which does not know of keys
  const received = client.receive();
  assert.equal(client.state, 'connecting');
  client.close();
  await assert.rejects(received, { code: 'closed' });
  assert.equal(await textFrom(socket, 1), '');
  await peer.stop();
});

test('A client is closed by whoever is told of a state, and nothing goes on', async () => {
  for (const [when, address] of [
    ['waiting', await Peer.absent()],
    ['connecting', await Peer.absent()],
    ['connected', await Peer.listen()],
  ] as const) {
    const client = reconnecting(address.address, {
      ...SOON,
      onState: (state) => {
        if (state === when) client.close();
      },
    });
    await assert.rejects(client.receive(), { code: 'closed' });
    await client.closed;
    if (when === 'connected') assert.equal(await textFrom(await address.next(), 1), '');
    await address.stop();
  }
});

test('end() sends what waits, ends this side, and is not followed by another connection', async () => {
  const peer = await Peer.absent();
  const client = reconnecting(peer.address, SOON);
  const sent = client.send('last words');
  client.end();
  await assert.rejects(client.send('more'), { code: 'closed' });
  await peer.start();
  const socket = await peer.next();
  assert.equal(await textFrom(socket, 100), 'last words\n');
  await sent;
  socket.end('an answer\n');
  const answers: string[] = [];
  for await (const line of client) answers.push(line);
  assert.deepEqual(answers, ['an answer']);
  await client.closed;
  await assert.rejects(client.receive(), { code: 'closed' });
  await peer.stop();
  assert.equal(peer.taken, 1);
});

test('end() of a client without a connection, and with nothing to send, closes it', async () => {
  const peer = await Peer.absent();
  const client = reconnecting(peer.address, { ...SOON, minDelayMs: 100_000, jitter: false });
  const received = client.receive();
  client.end();
  await assert.rejects(received, { code: 'closed' });
  await client.closed;
});

test('A client keeps its process alive only while somebody waits on it', async () => {
  const idle = await run('net/reconnects.ts', ['idle']).end;
  assert.deepEqual([idle.code, idle.stdout, idle.stderr], [0, 'waits\n', '']);
  const busy = await run('net/reconnects.ts', ['receiving']).end;
  assert.deepEqual([busy.code, busy.stdout, busy.stderr], [0, 'waits\nwaits\nwaits\nclosed\n', '']);
});
