/** Waiting for somebody's death: it ends with the death, the time or the signal, and leaves nothing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Process, Thread } from '../../../src/index.ts';
import { here } from '../../../src/memory/here.ts';
import { Mourning } from '../../../src/memory/mourning.ts';
import * as others from '../../fixtures/memory/places.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { until } from '../../harness/tree.ts';

endsClean({ killsThreads: true });

const [TAG, WHAT] = [1025, 'The end of it'];
const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;

test('wait() ends when somebody says that there was a death, and it was this one', async () => {
  const alive = new Set([TAG, TAG + 1]);
  const mourning = new Mourning((tag) => alive.has(tag));
  const before = timers();
  const told: string[] = [];
  const waits = [TAG, TAG + 1].map((tag) =>
    mourning.wait(tag, WHAT, undefined).then(() => told.push(`${tag}`)),
  );
  alive.delete(TAG);
  mourning.look();
  await waits[0];
  assert.deepEqual(told, [`${TAG}`]);
  alive.clear(); // and nobody says so
  await waits[1];
  assert.equal(timers(), before);
  await mourning.wait(TAG, WHAT, { timeoutMs: 0 });
});

test('wait() ends with its time or its signal, and refuses what is no time', async () => {
  const mourning = new Mourning(() => true);
  const before = timers();
  for (const timeoutMs of [0, 1, 30])
    await assert.rejects(mourning.wait(TAG, WHAT, { timeoutMs }), {
      code: 'timed-out',
      message: /^The end of it did/,
    });
  const gone = new AbortController();
  const wait = mourning.wait(TAG, WHAT, { signal: gone.signal });
  gone.abort(new Error('enough'));
  await assert.rejects(wait, /enough/);
  await assert.rejects(mourning.wait(TAG, WHAT, { signal: gone.signal, timeoutMs: 0 }), /enough/);
  await assert.rejects(mourning.wait(TAG, WHAT, { timeoutMs: -1 }), RangeError);
  assert.equal(timers(), before);
});

for (const kind of ['process', 'thread'] as const)
  test(`deathOf() hears of the end of a ${kind}`, async () => {
    const { slots } = here();
    const options = { target: others.stayHere, name: `mourned ${kind}` };
    const other = kind === 'process' ? new Process(options) : new Thread(options);
    await other.start();
    const slotOf = (): number =>
      Array.from({ length: slots.top }, (_, slot) => slot).findIndex(
        (slot) => slots.isTaken(slot) && slots.describe(slots.tagOf(slot))?.name === other.name,
      );
    await until('it has its place', () => slotOf() >= 0);
    const tag = slots.tagOf(slotOf());
    const death = here().deathOf(tag, WHAT, HANG_GUARD);
    other.kill();
    await death;
    assert.equal(here().isAlive(tag), false);
    await other.join(HANG_GUARD);
  });
