/**
 * What a pipe does beyond what every connection does: its options, blocking and immediate forms, ends that are sent and
 * shared, an end that nobody has any more, and that nothing of it is left. Other processes: pipe-processes.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError, Lock, pipe, type PipeConnection, Queue } from '../../../src/index.ts';
import { referenceOf } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes, until, usedBytes } from '../../harness/tree.ts';

process.env['DUODAO_ARENA_MIB'] = '16'; // small enough to be filled
endsClean();

const CLOSED = { name: 'DuodaoError', code: 'closed' };
const BROKEN = { name: 'DuodaoError', code: 'broken' };
const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };

/** Runs it where nothing of it can stay on the stack. */
async function apart<R>(step: () => Promise<R>): Promise<R> {
  await Promise.resolve();
  return step();
}

test('pipe() gives back all its memory when both ends are closed, in whatever order and state', async () => {
  const before = await restingBytes();
  for (const state of ['unused', 'full', 'ended', 'waiting'] as const) {
    for (const order of [0, 1] as const) {
      const ends = pipe({ capacity: 3 });
      assert.ok(usedBytes() > before);
      if (state === 'full') while (ends[0].trySend(new Lock())) ends[1].trySend('item');
      if (state === 'ended') ends[order].end();
      const wait = state === 'waiting' ? assert.rejects(ends[0].receive(), CLOSED) : undefined;
      ends[order].close();
      ends[1 - order]?.close();
      await wait;
    }
  }
  await assertGivenBack(before);
});

test('pipe() gives back all its memory when both ends are forgotten', async () => {
  const before = await restingBytes();
  await apart(async () => {
    const [a, b] = pipe();
    await a.send({ end: pipe()[0] });
    await b.send('unread');
  });
  await assertGivenBack(before);
});

test('pipe() leaves nothing behind when there is no space for it', async () => {
  const before = await restingBytes();
  for (const bytes of [64 * 2 ** 20, 8 * 2 ** 20]) {
    // The second size is too large only for two of them.
    assert.throws(() => pipe({ bytes }), { name: 'DuodaoError', code: 'no-space' });
    await assertGivenBack(before);
  }
});

test('pipe() refuses options that make no sense', () => {
  for (const capacity of [0, -1, 1.5, Number.NaN, 2 ** 31])
    assert.throws(() => pipe({ capacity }), {
      name: 'RangeError',
      message: /^Cannot make a pipe as its capacity/,
    });
  for (const bytes of [0, -1, 0.5, 2 ** 31])
    assert.throws(() => pipe({ bytes }), { name: 'RangeError', message: /^Cannot make a pipe as its bytes/ });
  assert.throws(() => pipe({ duplex: 'no' as never }), {
    name: 'TypeError',
    message: 'Cannot make a pipe as duplex must be true or false: current value is no',
  });
});

test('A simplex pipe goes from its second end to its first, and not back', async () => {
  const [receiver, sender] = pipe<number>({ duplex: false });
  await sender.send(1);
  sender.sendSync(2);
  assert.equal(sender.trySend(3), true);
  assert.deepEqual(
    [await receiver.receive(), receiver.receiveSync(), receiver.tryReceive()],
    [1, 2, { item: 3 }],
  );
  const noSending = {
    name: 'TypeError',
    message: 'Cannot send as this is the receiving end of a simplex pipe',
  };
  const noReceiving = {
    name: 'TypeError',
    message: 'Cannot receive as this is the sending end of a simplex pipe',
  };
  await assert.rejects(receiver.send(1), noSending);
  assert.throws(() => receiver.sendSync(1), noSending);
  assert.throws(() => receiver.trySend(1), noSending);
  await assert.rejects(sender.receive(), noReceiving);
  assert.throws(() => sender.receiveSync(), noReceiving);
  assert.throws(() => sender.tryReceive(), noReceiving);
  assert.throws(() => sender.isReady, noReceiving);
  await assert.rejects(sender.untilReady(), noReceiving);
  await assert.rejects(sender[Symbol.asyncIterator]().next(), noReceiving);
  receiver.end(); // it sends nothing anyway
  await sender.send(4);
  sender.close();
  assert.equal(await receiver.receive(), 4);
  await assert.rejects(receiver.receive(), CLOSED);
  receiver.close();
});

test('A pipe is bounded by its capacity and by its bytes, in each direction', async () => {
  const [a, b] = pipe({ capacity: 2, bytes: 1024 });
  for (const end of [a, b]) {
    assert.deepEqual([end.trySend(1), end.trySend(2), end.trySend(3)], [true, true, false]);
    assert.throws(() => end.sendSync(3, { timeoutMs: 1 }), TIMED_OUT);
  }
  for (const end of [a, b]) for (const item of [1, 2]) assert.deepEqual(end.tryReceive(), { item });
  assert.equal(a.trySend(new Uint8Array(800)), true);
  assert.equal(a.trySend(new Uint8Array(800)), false);
  const tooLarge = { code: 'over-limit', message: /as the whole pipe holds 1024: make it with more bytes$/ };
  await assert.rejects(a.send(new Uint8Array(2000)), tooLarge);
  for (const end of [a, b]) end.close();
});

test('A pipe has blocking forms that end by time, and immediate ones that never wait', () => {
  const [a, b] = pipe<string>({ capacity: 1 });
  assert.equal(b.tryReceive(), undefined);
  assert.throws(() => b.receiveSync({ timeoutMs: 1 }), TIMED_OUT);
  assert.throws(() => b.receiveSync({ timeoutMs: -1 }), RangeError);
  a.sendSync('x', { timeoutMs: 0 });
  assert.equal(a.trySend('y'), false);
  assert.throws(() => a.sendSync('y', { timeoutMs: 0 }), TIMED_OUT);
  assert.equal(b.receiveSync({ timeoutMs: 0 }), 'x');
  a.end();
  assert.throws(() => b.tryReceive(), CLOSED);
  assert.throws(() => b.receiveSync(), CLOSED);
  for (const call of [() => a.trySend('z'), () => a.sendSync('z')]) assert.throws(call, CLOSED);
  a.close();
  for (const call of [() => a.tryReceive(), () => a.receiveSync(), () => a.isReady])
    assert.throws(call, CLOSED);
  b.close();
});

test('A pipe says when receiving would not wait, and waits for that, without taking anything', async () => {
  const [a, b] = pipe<string>();
  assert.equal(b.isReady, false);
  await assert.rejects(b.untilReady({ timeoutMs: 0 }), TIMED_OUT);
  const controller = new AbortController();
  const waits = [b.untilReady(), b.untilReady(HANG_GUARD)];
  const aborted = assert.rejects(b.untilReady({ signal: controller.signal }), { name: 'AbortError' });
  controller.abort();
  await aborted;
  await a.send('x');
  await Promise.all(waits);
  assert.equal(b.isReady, true);
  await b.untilReady({ timeoutMs: 0 });
  assert.equal(await b.receive(), 'x');
  assert.equal(b.isReady, false);
  const end = b.untilReady();
  a.close();
  await end;
  assert.equal(b.isReady, true);
  b.close();
  await assert.rejects(b.untilReady(), CLOSED);
});

test('An end of a pipe that is sent and comes back is the same end', async () => {
  const [a, b] = pipe<PipeConnection>();
  const [other, inside] = pipe<string>();
  await a.send(inside);
  assert.equal(await b.receive(), inside);
  await a.send(a); // also through itself
  assert.equal(await b.receive(), a);
  for (const end of [a, b, other, inside]) end.close();
});

test('An end of a pipe that was closed here cannot be sent, and is another one when it comes again', async () => {
  const queue = new Queue<PipeConnection<string>>();
  const [a, b] = pipe<string>();
  await queue.put(b);
  const wait = assert.rejects(b.receive(HANG_GUARD), CLOSED);
  b.close();
  await wait;
  await assert.rejects(queue.put(b), { code: 'not-cloneable', message: /PipeConnection/ });
  // In the queue it is still an end: nobody is told anything.
  await a.send('hello');
  const again = await queue.get();
  assert.notEqual(again, b);
  assert.equal(await again.receive(), 'hello');
  assert.throws(() => b.tryReceive(), CLOSED);
  again.close();
  await assert.rejects(a.receive(), CLOSED);
  a.close();
});

test('An end of a pipe that nobody has any more is told by broken, after what it had sent', async () => {
  const [near, queue] = [[] as PipeConnection<string>[], new Queue()];
  await apart(async () => {
    const [a, b] = pipe<string>();
    near.push(a);
    await b.send('last words');
    await queue.put(b);
  });
  const [a] = near as [PipeConnection<string>];
  for (let turns = 0; turns < 3; turns++) await restingBytes();
  assert.deepEqual(a.tryReceive(), { item: 'last words' });
  // It is alive in the queue, and gone with it.
  assert.equal(a.isReady, false);
  await a.send('nobody will read this');
  const end = assert.rejects(a.receive(), BROKEN);
  await queue.get();
  await until('the end is collected', () => {
    collectGarbage();
    return a.isReady;
  });
  await end;
  await assert.rejects(a.send('late'), BROKEN);
  assert.throws(() => a.tryReceive(), BROKEN);
  await assert.rejects(async () => {
    for await (const message of a) assert.fail(message);
  }, BROKEN);
  a.close();
});

test('An end of a pipe that somebody still waits at is not forgotten', async () => {
  const far: PipeConnection<string>[] = [];
  const waits = await apart(async () => {
    const [a, b] = pipe<string>();
    far.push(b);
    const [c, d] = pipe<string>({ capacity: 1 });
    far.push(d);
    await c.send('first');
    return { received: a.receive(), sent: c.send('second') };
  });
  for (let turns = 0; turns < 3; turns++) await restingBytes();
  const [b, d] = far as [PipeConnection<string>, PipeConnection<string>];
  await b.send('here');
  assert.equal(await waits.received, 'here');
  assert.deepEqual([await d.receive(), await d.receive()], ['first', 'second']);
  await waits.sent;
  b.close();
  d.close();
});

test('An end of a pipe in a message that is never received is gone with its pipe', async () => {
  const before = await restingBytes();
  const [outer, reader] = pipe<PipeConnection<string>>();
  const [near, far] = pipe<string>();
  await outer.send(far);
  far.close();
  const end = assert.rejects(near.receive(), BROKEN);
  reader.close();
  await end;
  outer.close();
  near.close();
  await assertGivenBack(before);
});

test('A pipe reports its errors as DuodaoError with a sentence of its own', async () => {
  const [a, b] = pipe();
  const messageOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => assert.fail('it succeeded'),
      (error: unknown) => (error instanceof DuodaoError ? error.message : assert.fail(String(error))),
    );
  a.end();
  assert.equal(
    await messageOf(a.send(1)),
    'Cannot send as this side has ended, or the other end has been closed',
  );
  assert.equal(
    await messageOf(b.receive()),
    'Cannot receive as the other side has ended, and nothing is left',
  );
  a.close();
  const left = 'Cannot use this end of the pipe as it has been closed here';
  assert.deepEqual([await messageOf(a.send(1)), await messageOf(a.receive())], [left, left]);
  assert.equal(referenceOf(a), undefined);
  assert.equal(
    await messageOf(b.receive({ timeoutMs: 0 })),
    'Cannot receive as the other side has ended, and nothing is left',
  );
  b.close();
});
