/**
 * Processes that start and die in numbers and at any moment of their lives: the others go on, and nothing is left of
 * them: no process, no descriptor, no slot, no memory.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { afterEach, before, test, type TestContext } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { activeChildren, Process, Queue } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import { seeded } from '../fixtures/crash/random.ts';
import { between } from '../fixtures/processes/doomed.ts';
import * as targets from '../fixtures/processes/targets.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { start } from '../harness/participants.ts';
import {
  assertGivenBack,
  endChildren,
  hasEnded,
  lifeOf,
  restingBytes,
  slotsTaken,
  until,
} from '../harness/tree.ts';

afterEach(endChildren);

let clean: Holdings;
let resting: number;
before(async () => {
  const child = await new Process({ target: targets.nothing }).start();
  await child.join();
  clean = holdings();
  resting = await restingBytes();
});

/** A test of something that leaves nothing behind, which its body must be over for: it holds what it uses. */
function leavesNothing(name: string, body: (t: TestContext) => Promise<void>): void {
  test(name, async (t) => {
    await body(t);
    assert.deepEqual(activeChildren(), []);
    await until(
      () => `the dead are buried (${slotsTaken()} slots)`,
      () => slotsTaken() === 1,
    );
    await assertNoLeaks(clean);
    await assertGivenBack(resting);
    assert.equal(here().netHits, 0);
  });
}

leavesNothing('Thirty processes, ten at a time, give their results and leave nothing', async () => {
  const [starts, atOnce] = [30, 10];
  for (let started = 0; started < starts; started += atOnce) {
    const batch = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        new Process({ target: targets.give<unknown>, args: [{ index, text: 'x'.repeat(2000) }] }).start(),
      ),
    );
    const results = await Promise.all(batch.map((child) => child.result()));
    assert.deepEqual(
      results.map((result) => (result as { index: number }).index),
      results.map((_, index) => index),
    );
    for (const child of batch) assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
  }
});

leavesNothing('Processes killed at any moment of their start leave nothing, and others go on', async (t) => {
  const seed = Number(process.env['DUODAO_SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`DUODAO_SEED=${seed}`);
  const random = seeded(seed);
  const [ready, end] = [new Queue<number>(), new Queue<string>()];
  const began = performance.now();
  const survivor = await new Process({ target: targets.answerTwice, args: [ready, end] }).start();
  await ready.get();
  const bootMs = performance.now() - began;
  const ends = Array.from({ length: 12 }, async () => {
    const args = [[ready, new Queue(), 'x'.repeat(100_000)]] as [unknown];
    const victim = await new Process({ target: targets.give<unknown>, args }).start();
    const life = lifeOf(victim.pid as number);
    await later(random(bootMs * 4)); // the storm itself: several start at once, so it takes them longer
    victim.kill();
    const exit = await victim.join();
    assert.ok(exit.how === 'killed' || exit.how === 'exited');
    assert.ok(hasEnded(life));
    return exit.how;
  });
  const hows = await Promise.all(ends);
  t.diagnostic(`${hows.filter((how) => how === 'killed').length} of ${hows.length} were killed in time`);
  await end.put('now');
  assert.equal(await ready.get(), -(survivor.pid as number));
  assert.deepEqual(await survivor.join(), { how: 'exited', code: 0 });
});

leavesNothing('A child that is killed takes its own children with it, and its parent goes on', async () => {
  const ready = new Queue<number>();
  const middle = await new Process({ target: between, args: [ready] }).start();
  const grandchild = lifeOf(await ready.get());
  assert.notEqual(grandchild.pid, middle.pid);
  middle.kill();
  assert.deepEqual(await middle.join(), { how: 'killed', signal: 'SIGKILL' });
  await until('the grandchild is gone', () => hasEnded(grandchild), 2000);
});

// Last, as nobody is left to ask how this child ended.
test('A child lives on when the thread that started it ends, as it belongs to the process', async () => {
  const [ready, end] = [new Queue<number>(), new Queue<string>()];
  const thread = await start('thread', targets.startAndLeave, [ready, end]);
  const child = lifeOf(await ready.get());
  await thread.kill();
  await end.put('now');
  assert.equal(await ready.get({ timeoutMs: 20_000 }), -child.pid);
  await until('the child is gone', () => hasEnded(child));
});
