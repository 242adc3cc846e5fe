/** Bells: a ring reaches who sleeps, in the kernel or in an event loop, and is only counted by who does not sleep. */
import assert from 'node:assert/strict';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Bell } from '../../../src/memory/bell.ts';
import { Slots } from '../../../src/memory/slots.ts';
import { here } from '../../../src/memory/index.ts';
import * as others from '../../fixtures/memory/places.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { makePipe } from '../../../src/platform/index.ts';
import { slotsTaken, until } from '../../harness/tree.ts';
import { Actor, houseGuard, smallArena } from './small-arena.ts';

/** As bell.ts has it: how somebody sleeps whose event loop watches a pipe. */
const PIPE = 2;

endsClean();
const { bell, slot, slots } = here();

test('ring() is counted, also when nobody sleeps', () => {
  const before = bell.count;
  bell.ring(slot);
  bell.ring(slot);
  assert.equal(bell.count, before + 2);
});

test('sleep() ends at once when the bell has rung since it was looked at', () => {
  const seen = bell.count;
  bell.ring(slot);
  bell.beginBlocking();
  assert.equal(bell.sleep(seen, 10_000), 'changed');
  assert.equal(bell.sleep(bell.count, 1), 'timed-out');
  bell.endBlocking();
});

test('Blocking comes before listening, whatever is said in between', () => {
  const mode = (): number => slots.words[Slots.bellIndex(slot) + 1] as number;
  const [none, futex, pipe] = [0, 1, 2];
  bell.beginBlocking();
  bell.listen();
  assert.equal(mode(), futex, 'rings must reach the futex while we block');
  bell.unlisten();
  assert.equal(mode(), futex);
  bell.endBlocking();
  assert.equal(mode(), none);
  bell.listen();
  assert.equal(mode(), pipe);
  bell.unlisten();
});

test('ring() of a participant that was killed does no harm', async () => {
  const taken = slotsTaken();
  const other = await start('process', others.stayHere, []);
  let theirs = -1;
  await until('it has its place', () => {
    for (let at = 0; at < slots.top; at++)
      if (at !== slot && slots.isTaken(at) && !slots.isDead(at)) theirs = at;
    return slotsTaken() > taken && theirs >= 0;
  });
  await other.kill();
  bell.ring(theirs);
  bell.forget(theirs);
  bell.forget(theirs);
  await until('it is buried', () => {
    here().reap();
    return slotsTaken() === taken;
  });
});

test('ring() does not write into what somebody else has opened who was given the pid of a dead participant', () => {
  const arena = smallArena();
  const theirs = new Slots(arena);
  const folder = mkdtempSync(join(tmpdir(), 'duodao-bell-'));
  const file = openSync(join(folder, 'stranger'), 'w');
  const pipe = makePipe();
  const actor = new Actor();
  const joinWith = (bellFd: number): { slot: number } =>
    theirs.join(houseGuard(arena, 'slots', actor), actor.robust, {
      name: '',
      threadId: 0,
      bellFd,
      lifeFd: bellFd,
    });
  const own = joinWith(pipe.writeFd);
  const dead = joinWith(pipe.writeFd);
  theirs.words[Slots.bellIndex(dead.slot) + 1] = PIPE;
  // Now its descriptor leads to a file of ours: the pid is the same.
  theirs.words[Slots.bellIndex(dead.slot) + 2] = file;
  new Bell(theirs, own.slot, pipe, () => {}).ring(dead.slot);
  assert.equal(fstatSync(file).size, 0);
  for (const fd of [file, pipe.readFd, pipe.writeFd]) closeSync(fd);
  rmSync(folder, { recursive: true });
});
