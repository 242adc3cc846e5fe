/**
 * This thread's place in the tree: one for each thread, one arena for each process, the dead buried by whoever
 * notices.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Value } from '../../../src/index.ts';
import { SLOT_BYTES, SLOT_LIMIT, SLOTS_OFFSET } from '../../../src/memory/arena.ts';
import { Here } from '../../../src/memory/here.ts';
import { here } from '../../../src/memory/index.ts';
import * as others from '../../fixtures/memory/places.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { assertNoLeaks, holdings, leaksOf } from '../../harness/leaks.ts';
import { assertGivenBack, restingBytes, slotsTaken, until, usedBytes } from '../../harness/tree.ts';
import { smallArena } from './small-arena.ts';

endsClean({ killsThreads: true });

/** As slots.ts has it. */
const LIVE = 2;
/** What we ourselves still hold of a participant that we have started. */
const OURS_BYTES = 4096;

test('here() is the same place each time, alive, with a name and a pid', () => {
  const place = here();
  assert.equal(here(), place);
  assert.ok(place.isAlive(place.tag));
  assert.deepEqual(place.slots.describe(place.tag), { pid: process.pid, name: 'MainProcess', thread: 0 });
});

test('rename() is what others see', () => {
  here().rename('renamed');
  assert.equal(here().slots.describe(here().tag)?.name, 'renamed');
  here().rename('MainProcess');
});

for (const kind of ['process', 'thread'] as const) {
  test(`A ${kind} has a place of its own in the same arena`, async () => {
    const other = await start(kind, others.placeOf, []);
    const place = await other.result();
    assert.equal(place.arenaId, here().arena.id);
    assert.notEqual(place.slot, here().slot);
    assert.equal(place.pid === process.pid, kind === 'thread');
    await until('its place is free again', () => {
      here().reap();
      return !here().isAlive(place.tag) && !here().slots.isDead(place.slot);
    });
  });
}

test('reap() buries a killed participant once, and says whether there was one', async () => {
  const taken = slotsTaken();
  const other = await start('process', others.stayHere, []);
  await until('it has its place', () => slotsTaken() > taken);
  await other.kill();
  await until('it is buried', () => {
    here().reap();
    return slotsTaken() === taken;
  });
  assert.equal(here().reap(), false);
});

test('Whoever comes buries the dead: threads may come and go in a program that never waits', async () => {
  const taken = slotsTaken();
  for (let round = 0; round < 3; round++) {
    await (await start('thread', others.placeOf, [])).result();
    assert.ok(slotsTaken() <= taken + 1, `${slotsTaken() - taken} have a place that have ended`);
  }
  here().reap();
});

test('A thread that comes first and the main thread after it share one arena', async () => {
  const { ids } = await others.threadFirst();
  assert.equal(new Set(ids).size, 1, `arenas of the thread and of the main thread: ${ids.join(', ')}`);
});

test('A place for which there is no slot is refused, and leaves no descriptor', () => {
  const arena = smallArena();
  const words = new Int32Array(arena.view(SLOTS_OFFSET, SLOT_LIMIT * SLOT_BYTES));
  for (let slot = 0; slot < SLOT_LIMIT; slot++) words[(slot * SLOT_BYTES) / 4 + 2] = LIVE;
  const before = holdings();
  for (let tries = 0; tries < 3; tries++) assert.throws(() => new Here(arena), { code: 'over-limit' });
  assert.deepEqual(leaksOf(before), []);
});

for (const kind of ['process', 'thread'] as const) {
  test(`What a ${kind} held, built and sent when it was killed is given back`, async () => {
    const before = await restingBytes();
    const taken = slotsTaken();
    const told = new Value('i32');
    const other = await start(kind, others.holdAndBuild, [told]);
    await until('it holds what it holds', () => told.value === 1);
    assert.ok(usedBytes() > before + 1_000_000);
    await other.kill();
    await until('it is buried', () => {
      here().reap();
      return slotsTaken() === taken;
    });
    await assertGivenBack(before + OURS_BYTES);
  });
}

test('Workers that used shared memory leave no descriptor, however they end', async () => {
  const rounds = async (): Promise<void> => {
    const told = new Value('i32');
    const [ends, killed] = await Promise.all([
      start('thread', others.placeOf, []),
      start('thread', others.holdAndBuild, [told]),
    ]);
    await ends.result();
    // Not before: a thread that is ended amid an import leaves the file open that was just read.
    await until('it holds what it holds', () => told.value === 1);
    await killed.kill();
  };
  await rounds(); // what the first one opens for good
  const before = holdings();
  for (let round = 0; round < 3; round++) await rounds();
  await assertNoLeaks(before);
});
