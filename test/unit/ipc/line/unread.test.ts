/** Shared objects in answers: they are counted while they lie in the line, and gone when nobody has them any more. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, SharedArray } from '../../../../src/index.ts';
import { type Answer, Caller, Line, packedOf, Server } from '../../../../src/ipc/index.ts';
import { handlesInAnswers } from '../../../../src/ipc/line/unread.ts';
import { here, referenceOf } from '../../../../src/memory/index.ts';
import { double } from '../../../fixtures/ipc/functions.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { assertGivenBack, restingBytes } from '../../../harness/tree.ts';

endsClean();

interface Both {
  readonly line: Line;
  readonly caller: Caller;
  readonly server: Server;
}

function asked(): Both {
  const line = Line.make('tried');
  const pair = { line, caller: new Caller(line), server: new Server(line) };
  pair.caller.send(1, 0, []);
  pair.caller.publish();
  pair.server.take();
  return pair;
}

function inside({ line }: Both): number {
  let count = 0;
  line.inside(() => {
    count = handlesInAnswers(line.words, line.rings.answers).length;
  });
  return count;
}

function flights(lock: Lock): number | undefined {
  const reference = referenceOf(lock);
  return reference && here().objects.find(reference)?.flights;
}

async function onlyAnswer({ caller }: Both): Promise<unknown> {
  const found: { value: unknown; isLater: boolean }[] = [];
  caller.read(({ value, isLater, failure }: Answer) => {
    assert.equal(failure, undefined);
    found.push({ value, isLater });
  });
  assert.equal(found.length, 1);
  return await found[0]?.value;
}

for (const [what, filling] of [
  ['a frame', ''],
  ['a parcel', 'x'.repeat(100_000)],
] as const) {
  test(`Handles in ${what} count until the answer has been read, and the object is the same then`, async () => {
    const pair = asked();
    const lock = new Lock();
    assert.ok(pair.server.tryReply(2, true, 0, packedOf({ lock, filling }, 'result')));
    assert.equal(inside(pair), 1);
    assert.equal(flights(lock), 1);
    const back = (await onlyAnswer(pair)) as { lock: Lock };
    assert.equal(back.lock, lock);
    assert.equal(inside(pair), 0);
    // What was in a parcel may have gone with it in one of several ways: it is counted anew when that matters.
    if (filling === '') assert.equal(flights(lock), 0);
    pair.caller.leave();
  });
}

test('Exported functions in an answer are there when its promise is', async () => {
  const pair = asked();
  assert.ok(pair.server.tryReply(2, true, 0, packedOf([double, new Lock()], 'result')));
  const [fn, lock] = (await onlyAnswer(pair)) as readonly [typeof double, Lock];
  assert.equal(fn(4), 8);
  assert.ok(lock instanceof Lock);
  pair.caller.leave();
});

test('Answers that nobody reads keep nothing alive once the line is given up', async () => {
  const before = await restingBytes();
  const pair = asked();
  for (let times = 0; times < 3; times++)
    assert.ok(pair.server.tryReply(3, false, 0, packedOf(new SharedArray('f64', 5000), 'result')));
  assert.equal(inside(pair), 3);
  pair.caller.leave();
  await assertGivenBack(before);
});

test('Frames without handles are passed over, also where the ring begins anew', () => {
  const pair = asked();
  for (let times = 0; times < 40; times++) {
    assert.ok(pair.server.tryReply(3, false, 0, packedOf('x'.repeat(5000), 'result')));
    assert.ok(pair.server.tryReply(3, false, 0, packedOf(new Lock(), 'result')));
    assert.equal(inside(pair), 1);
    pair.caller.read(() => undefined);
    assert.equal(inside(pair), 0);
  }
  pair.caller.leave();
});
