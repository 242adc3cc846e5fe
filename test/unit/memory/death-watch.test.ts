/** Hearing of deaths: an event loop that only waits is told of them, without looking, however the other one died. */
import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import test from 'node:test';
import { AT } from '../../../src/memory/arena.ts';
import { DeathWatch } from '../../../src/memory/death-watch.ts';
import { here } from '../../../src/memory/index.ts';
import { Slots } from '../../../src/memory/slots.ts';
import { makePipe } from '../../../src/platform/index.ts';
import * as others from '../../fixtures/memory/places.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { slotsTaken, until } from '../../harness/tree.ts';
import { Actor, houseGuard, smallArena } from './small-arena.ts';

endsClean({ killsThreads: true });

for (const kind of ['process', 'thread'] as const) {
  test(`DeathWatch tells of a ${kind} that is ended`, async () => {
    const taken = slotsTaken();
    const other = await start(kind, others.stayHere, []);
    await until('it has its place', () => slotsTaken() > taken);
    let told = 0;
    const watch = new DeathWatch(here().arena, here().slots, here().slot, () => told++);
    watch.refresh();
    watch.refresh();
    assert.equal(told, 0);
    await other.kill();
    await until('the watch has heard of it', () => told > 0);
    await until('it is buried', () => {
      here().reap();
      return slotsTaken() === taken;
    });
  });
}

test('DeathWatch tells at once of who is dead already when it first looks', async () => {
  const taken = slotsTaken();
  const other = await start('process', others.stayHere, []);
  await until('it has its place', () => slotsTaken() > taken);
  await other.kill();
  let told = 0;
  new DeathWatch(here().arena, here().slots, here().slot, () => told++).refresh();
  await until('it is buried, by us or whoever was told', () => {
    here().reap();
    return slotsTaken() === taken;
  });
  assert.ok(told <= 1);
});

test('DeathWatch is not misled by who was given the pid of the dead, and what he has opened', async () => {
  const arena = smallArena();
  const theirs = new Slots(arena);
  const actor = new Actor();
  const pipe = makePipe();
  const file = openSync('/proc/self/exe', 'r');
  const { slot } = theirs.join(houseGuard(arena, 'slots', actor), actor.robust, {
    name: '',
    threadId: 0,
    bellFd: pipe.writeFd,
    lifeFd: pipe.readFd,
  });
  // Its descriptor leads elsewhere now: the pid is the same.
  theirs.words[Slots.bellIndex(slot) + 3] = file;
  arena.header[AT.joins]! += 1;
  let told = 0;
  new DeathWatch(arena, theirs, slot + 1, () => told++).refresh();
  await until('the watch has looked', () => told === 1);
  for (const fd of [file, pipe.readFd, pipe.writeFd]) closeSync(fd);
});
