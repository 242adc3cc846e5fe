/** A thread is not ended inside of native code that makes objects, and does not go there once somebody ends it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue, Thread } from '../../../src/index.ts';
import {
  hold,
  holdSync,
  insideNative,
  makeBrake,
  tryHold,
  useBrake,
} from '../../../src/platform/native-region.ts';
import { makeNativeObjects } from '../../fixtures/processes/threads.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { run } from '../../harness/programs.ts';

const INSIDE = 0;

test('insideNative() is free where there is no brake, and shows where it is where there is one', async () => {
  assert.equal(
    insideNative(() => 1),
    1,
  );
  const brake = makeBrake();
  useBrake(brake);
  const seen: number[] = [];
  const look = (): number => seen.push(Atomics.load(brake, INSIDE));
  look();
  insideNative(() => {
    look();
    insideNative(look);
    look();
  });
  assert.throws(() => insideNative(() => assert.fail('no')), { message: 'no' });
  look();
  assert.deepEqual(seen, [0, 1, 1, 1, 0]);
  useBrake(undefined);
  await hold(brake); // nobody is inside
});

test('hold() waits for whoever is inside, and holdSync() for no longer than it may', async () => {
  const brake = makeBrake();
  Atomics.store(brake, INSIDE, 1);
  assert.equal(tryHold(brake), false);
  holdSync(brake, 3);
  let held = false;
  const holding = hold(brake).then(() => (held = true));
  await new Promise(setImmediate);
  assert.equal(held, false);
  Atomics.store(brake, INSIDE, 0);
  await holding;
  assert.equal(tryHold(brake), true);
});

test('Who is wanted and not ended goes on after a while: he may stand where others wait for him', () => {
  const brake = makeBrake();
  useBrake(brake);
  tryHold(brake);
  assert.equal(
    insideNative(() => Atomics.load(brake, INSIDE)),
    1,
  );
  assert.equal(Atomics.load(brake, INSIDE), 0);
  useBrake(undefined);
});

test('Threads that make views and pipes without pause can be ended at any moment', async () => {
  const told = new Queue<string>();
  for (let round = 0; round < 8; round++) {
    const threads = await Promise.all(
      [1, 2].map(() => new Thread({ target: makeNativeObjects, args: [told] }).start()),
    );
    for (const _ of threads) await told.get(HANG_GUARD);
    for (const thread of threads) thread.kill();
    for (const thread of threads)
      assert.deepEqual(await thread.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
  }
});

test('A process that ends while its threads make views ends with its own code', async () => {
  const { code, stderr } = await run('processes/ends-with-threads.ts').end;
  assert.deepEqual([code, stderr], [7, '']);
});

const WAYS: Readonly<Record<string, readonly [code: number, stdout: string]>> = {
  exit: [7, ''],
  kill: [0, '{"how":"killed","signal":"SIGKILL"}\n'],
  itself: [0, '{"how":"exited","code":5}\n'],
};

for (const [way, [code, stdout]] of Object.entries(WAYS)) {
  test(`A thread that cleans up after collected objects takes only itself along when it is ended: ${way}`, async () => {
    const end = await run('processes/ends-with-garbage.ts', [way]).end;
    assert.deepEqual([end.code, end.stdout, end.stderr], [code, stdout, '']);
  });
}
