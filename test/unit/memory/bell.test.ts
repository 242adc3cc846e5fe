/** Bells: a ring reaches who sleeps, in the kernel or in an event loop, and is only counted by who does not sleep. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Slots } from '../../../src/memory/slots.ts';
import { here } from '../../../src/memory/index.ts';
import * as others from '../../fixtures/memory/places.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { slotsTaken, until } from '../../harness/tree.ts';

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
