/**
 * ready() gives all that are ready, in the given order, takes nothing, and leaves nothing behind at what was not.
 */
import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { pipe, Process, Queue, ready, type Waitable } from '../../../src/index.ts';
import * as targets from '../../fixtures/processes/targets.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };
const NOW = { timeoutMs: 0 };
const SMALL = { bytes: 256 };

let resting = 0;
before(async () => {
  const child = await new Process({ target: targets.nothing }).start();
  await ready([child], HANG_GUARD);
  resting = await restingBytes();
});

/** Ends that nobody uses, so that their other ends are not told that they are gone. */
const kept: unknown[] = [];

/** A stream that gives what is pushed into it. */
function stream(...texts: readonly string[]): Readable {
  const readable = new Readable({ read() {} });
  for (const text of texts) readable.push(text);
  return readable;
}

test('ready() gives exactly those that are ready, in the given order, and takes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ kind: fc.nat(4), isReady: fc.boolean() })), async (cases) => {
      const waitables: Waitable[] = cases.map(({ kind, isReady }) => {
        if (kind === 0) return isReady ? stream('text') : stream();
        if (kind <= 2) {
          const queue = new Queue<number>(SMALL);
          if (isReady && kind === 1) queue.putSync(1);
          if (isReady && kind === 2) queue.close();
          return queue;
        }
        const [near, far] = pipe<number>(SMALL);
        if (!isReady) kept.push(far);
        else if (kind === 3) far.sendSync(1);
        else far.end();
        return near;
      });
      const expected = waitables.filter((_, index) => cases[index]?.isReady);
      for (let times = 0; times < 2; times++) {
        if (expected.length > 0 || waitables.length === 0)
          assert.deepEqual(await ready(waitables, NOW), expected);
        else await assert.rejects(ready(waitables, NOW), TIMED_OUT);
      }
      kept.length = 0;
    }),
    { numRuns: 40 },
  );
  await assertGivenBack(resting);
});

test('ready() waits until the first is ready, whichever it is', async () => {
  const queue = new Queue<string>(SMALL);
  const [near, far] = pipe<string>(SMALL);
  const readable = stream();
  const child = await new Process({ target: targets.answerAndStay, args: [queue] }).start();
  const all = [child, near, readable];

  let found = ready(all);
  await far.send('x');
  assert.deepEqual(await found, [near]);
  assert.equal(await near.receive(), 'x');

  found = ready(all, HANG_GUARD);
  readable.push('text');
  assert.deepEqual(await found, [readable]);
  assert.equal(String(readable.read()), 'text');

  found = ready(all, HANG_GUARD);
  await queue.put('end');
  assert.deepEqual(await found, [child]);
  assert.deepEqual(await child.join(NOW), { how: 'exited', code: 0 });

  far.close();
  assert.deepEqual(await ready(new Set([near, queue]), HANG_GUARD), [near]);
  near.close();
});

test('ready() finds a process that is killed, and one that could not start', async () => {
  const child = await new Process({ target: targets.wait, args: [new Queue<number>(SMALL)] }).start();
  const found = ready([child], HANG_GUARD);
  child.kill();
  assert.deepEqual(await found, [child]);
  assert.equal(child.exitCode, -9);
});

test('ready() gives several that became ready together, and one that is asked for twice, twice', async () => {
  const queues = [1, 2, 3].map(() => new Queue<number>(SMALL));
  const [first, second, third] = queues as [Queue<number>, Queue<number>, Queue<number>];
  const found = ready([first, second, third, first]);
  first.putSync(1);
  third.putSync(1);
  assert.deepEqual(await found, [first, third, first]);
  assert.deepEqual([first.size, second.size, third.size], [1, 0, 1]);
});

test('ready() of nothing gives nothing at once', async () => {
  assert.deepEqual(await ready([]), []);
  await assert.rejects(ready([], { timeoutMs: -1 }), RangeError);
});

test('ready() ends early by time and by signal, and an aborted signal wins over what is ready', async () => {
  const queue = new Queue<number>(SMALL);
  await assert.rejects(ready([queue], { timeoutMs: 1 }), {
    ...TIMED_OUT,
    message: 'That anything is ready did not happen within 1 ms',
  });
  for (const timeoutMs of [-1, Number.NaN]) await assert.rejects(ready([queue], { timeoutMs }), RangeError);
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error('never mind');
  const aborted = assert.rejects(ready([queue, stream()], { signal }), (it) => it === reason);
  controller.abort(reason);
  await aborted;
  queue.putSync(1);
  await assert.rejects(ready([queue], { signal }), (it) => it === reason);
  await assert.rejects(ready([], { signal }), (it) => it === reason);
  assert.deepEqual(await ready([queue]), [queue]);
});

test('ready() refuses what it cannot wait for, and names it', async () => {
  const queue = new Queue<number>(SMALL);
  for (const [wrong, type] of [
    [1, 'number'],
    [undefined, 'undefined'],
    [{}, 'object'],
    [Promise.resolve(), 'object'],
  ] as const) {
    await assert.rejects(ready([queue, wrong as never]), {
      name: 'TypeError',
      message: `Cannot wait for waitables[1] as it is no process, thread, queue, connection or stream: it is ${type}`,
    });
  }
  await assert.rejects(ready([new Process({ target: targets.nothing })]), {
    name: 'TypeError',
    message: 'Cannot wait for waitables[0] as it has not been started',
  });
  const [receiver, sender] = pipe({ ...SMALL, duplex: false });
  await assert.rejects(ready([sender, receiver]), { name: 'TypeError', message: /sending end/ });
  receiver.close();
  await assert.rejects(ready([receiver]), { code: 'closed' });
  sender.close();
});

test('ready() leaves nothing behind at those that were not ready', async () => {
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown): number => warnings.push(warning);
  process.on('warning', onWarning);
  const queues = Array.from({ length: 30 }, () => new Queue<number>(SMALL));
  const [last] = queues.slice(-1) as [Queue<number>];
  const streams = Array.from({ length: 30 }, () => stream());
  const { signal } = new AbortController();
  const listeners = (): unknown[] => [
    getEventListeners(signal, 'abort').length,
    ...streams.map((one) => one.eventNames().length + Number(one.readableFlowing !== null)),
  ];
  const clean = listeners();
  for (let times = 0; times < 3; times++) {
    const found = ready([...streams, ...queues], { signal, ...HANG_GUARD });
    await turn();
    assert.notDeepEqual(listeners(), clean);
    last.putSync(times);
    assert.deepEqual(await found, [last]);
    await turn();
    assert.deepEqual(listeners(), clean);
    assert.equal(last.getSync(NOW), times);
    await assert.rejects(ready([...streams, ...queues], { signal, timeoutMs: 1 }), TIMED_OUT);
    await turn();
    assert.deepEqual(listeners(), clean);
  }
  // Nobody stands in line before those who get.
  const gets = queues.map((queue) => queue.get(HANG_GUARD));
  for (const [index, queue] of queues.entries()) queue.putSync(index);
  assert.deepEqual(await Promise.all(gets), [...queues.keys()]);
  process.off('warning', onWarning);
  assert.deepEqual(warnings, []);
});

test('ready() gives all who wait for one item the same answer, and the item to one of those who get', async () => {
  const queue = new Queue<string>(SMALL);
  const before = ready([queue], HANG_GUARD);
  const got = queue.get();
  const after = ready([queue], { timeoutMs: 20 });
  const late = assert.rejects(after, TIMED_OUT);
  await queue.put('item');
  assert.deepEqual(await before, [queue]);
  assert.equal(await got, 'item');
  await late;
});

test('ready() sees what a stream has to say: data, its end, its failure, and that it was closed', async () => {
  const cases: Readonly<Record<string, (one: Readable) => void>> = {
    data: (one) => one.push('text'),
    end: (one) => one.push(null),
    failure: (one) => one.destroy(new Error('failed')),
    closed: (one) => one.destroy(),
  };
  for (const [name, happen] of Object.entries(cases)) {
    for (const isLate of [false, true]) {
      const readable = stream();
      readable.on('error', () => undefined); // whoever uses a stream has one
      if (!isLate) happen(readable);
      const found = ready([readable], HANG_GUARD);
      if (isLate) await turn().then(() => happen(readable));
      assert.deepEqual(await found, [readable], `${name}, ${isLate ? 'late' : 'early'}`);
      assert.deepEqual(await ready([readable], HANG_GUARD), [readable], name);
    }
  }
});

test('ready() leaves a stream as it was: flowing, paused with its listeners, or unread', async () => {
  const flowing = stream();
  const seen: string[] = [];
  flowing.on('data', (chunk) => seen.push(String(chunk)));
  await turn();
  const first = ready([flowing], HANG_GUARD);
  flowing.push('a');
  assert.deepEqual(await first, [flowing]);
  assert.deepEqual([seen, flowing.readableFlowing], [['a'], true]);

  flowing.pause();
  const second = ready([flowing], HANG_GUARD);
  flowing.push('b');
  assert.deepEqual(await second, [flowing]);
  await turn();
  assert.deepEqual([seen, flowing.isPaused()], [['a'], true]);
  flowing.resume();
  await turn();
  assert.deepEqual(seen, ['a', 'b']);

  const unread = stream();
  const third = ready([unread], HANG_GUARD);
  unread.push('c');
  await third;
  await turn();
  const chunks: unknown[] = [];
  for await (const chunk of unread) {
    chunks.push(String(chunk));
    unread.push(null);
  }
  assert.deepEqual(chunks, ['c']);
});

test('ready() waits for sockets beside queues, and gives one whose other side has gone', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = new Socket().connect(port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const queue = new Queue<number>(SMALL);
  const data = ready([queue, socket], HANG_GUARD);
  client.write('hello');
  assert.deepEqual(await data, [socket]);
  assert.equal(String(socket.read()), 'hello');
  await assert.rejects(ready([queue, socket], { timeoutMs: 1 }), TIMED_OUT);
  const end = ready([queue, socket], HANG_GUARD);
  client.end();
  assert.deepEqual(await end, [socket]);
  for (const one of [client, socket]) one.destroy();
  server.close();
  await once(server, 'close');
});
