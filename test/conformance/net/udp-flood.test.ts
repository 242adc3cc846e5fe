/**
 * What a server of datagrams does when more comes than it can handle: it drops the oldest that wait, keeps a bounded
 * number of them, and lets everything else in its event loop have its turn. How: handlers that wait at a gate, and a
 * program that sends without end.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import type { UdpRequest } from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { gate, servedUdp } from '../../harness/datagrams.ts';
import { until } from '../../harness/tree.ts';

endsClean();

test('Of datagrams that wait the oldest are dropped when too many come, and counted', async () => {
  const { passed, open } = gate();
  const handled: string[] = [];
  const handler = async ({ data }: UdpRequest): Promise<void> => {
    handled.push(String(data));
    await passed;
  };
  const stats = await servedUdp({ handler, maxPending: 2 }, async (server, peer) => {
    for (let one = 1; one <= 7; one++) peer.send(String(one));
    await until('all have come', () => server.stats().messagesIn === 7);
    const { accepted, active, dropped } = server.stats();
    assert.deepEqual([accepted, active, dropped], [2, 2, 3]);
    assert.deepEqual(handled, ['1', '2']);
    open();
    await until('those are handled that waited', () => server.stats().closed === 4);
    assert.deepEqual(handled, ['1', '2', '6', '7']);
  });
  assert.deepEqual([stats.accepted, stats.dropped, stats.active], [4, 3, 0]);
});

test('With maxPending 1 datagrams are handled one after the other, as they came', async () => {
  const steps: string[] = [];
  const handler = async (request: UdpRequest): Promise<void> => {
    steps.push(`begin ${String(request.data)}`);
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`end ${String(request.data)}`);
    await request.reply('done');
  };
  await servedUdp({ handler, maxPending: 1 }, async (server, peer) => {
    // The second waits for the first.
    peer.send('1');
    peer.send('2');
    await peer.hears(2);
    assert.equal(server.stats().dropped, 0);
  });
  assert.deepEqual(steps, ['begin 1', 'end 1', 'begin 2', 'end 2']);
});

test('Those that have waited are handled in portions, and others have their turn in between', async () => {
  const { passed, open } = gate();
  let begun = 0;
  const handler = async (): Promise<void> => {
    begun++;
    if (begun <= 500) await passed;
  };
  await servedUdp({ handler, maxPending: 500 }, async (server, peer) => {
    for (let one = 0; one < 1000; one += 50) {
      for (let count = 0; count < 50; count++) peer.send('x');
      await until('they have come', () => server.stats().messagesIn === one + 50);
    }
    assert.equal(begun, 500);
    const turns = [begun];
    open();
    while (turns.at(-1)! < 1000 && turns.length < 10_000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns.push(begun);
    }
    assert.equal(begun, 1000);
    const most = Math.max(...turns.map((count, turn) => count - (turns[turn - 1] ?? count)));
    assert.ok(most <= 64, `${most} of them in one turn`);
  });
});

/** Sends as fast as it can, until it is ended. */
const FLOOD = `
import socket, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.connect(('127.0.0.1', int(sys.argv[1])))
while True:
    try:
        peer.send(b'x' * 100)
    except ConnectionRefusedError:
        pass
`;

/** Handlers that never end, that end at once, and that fail. */
const HANDLERS: Readonly<Record<string, () => unknown>> = {
  'never end': () => new Promise(() => undefined),
  'answer at once': () => undefined,
  'end after a turn': () => new Promise((resolve) => setImmediate(resolve)),
  fail: () => Promise.reject(new Error('told to fail')),
};

for (const [how, handler] of Object.entries(HANDLERS))
  test(`A flood costs a bounded number of datagrams, and lets others have turns, when handlers ${how}`, async () => {
    const maxPending = 50;
    await servedUdp({ handler, maxPending, handleError: () => undefined }, async (server) => {
      const flood = spawn('python3', ['-c', FLOOD, String(server.address.port)], { stdio: 'ignore' });
      const ended = new Promise((resolve) => flood.once('exit', resolve));
      try {
        let before = 0;
        let mostInATurn = 0;
        let mostKept = 0;
        while (before < 5_000) {
          const { messagesIn, accepted, dropped, active } = server.stats();
          mostInATurn = Math.max(mostInATurn, messagesIn - before);
          mostKept = Math.max(mostKept, messagesIn - accepted - dropped);
          assert.ok(active <= maxPending, `${active} handlers are at work`);
          before = messagesIn;
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.ok(mostInATurn <= 64, `${mostInATurn} datagrams in one turn of the event loop`);
        assert.ok(mostKept <= maxPending, `${mostKept} datagrams wait`);
        assert.equal(server.stats().dropped > 0, how === 'never end');
      } finally {
        flood.kill('SIGKILL');
        await ended;
      }
    });
  });
