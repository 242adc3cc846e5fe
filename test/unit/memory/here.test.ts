/**
 * This thread's place in the tree: one for each thread, one arena for each process, the dead buried by whoever
 * notices.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { here } from '../../../src/memory/index.ts';
import * as others from '../../fixtures/memory/places.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { slotsTaken, until } from '../../harness/tree.ts';

endsClean();

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

test('A thread that comes first and the main thread after it share one arena', async () => {
  const { ids } = await others.threadFirst();
  assert.equal(new Set(ids).size, 1, `arenas of the thread and of the main thread: ${ids.join(', ')}`);
});
