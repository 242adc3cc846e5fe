/**
 * The barrier as bytes: rounds, and what a death leaves. Deaths are made here by hand; real ones are in
 * test/conformance/barrier-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Barrier } from '../../../src/index.ts';
import { here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { BarrierBody, newParty, type Party, PASSED } from '../../../src/sync/barrier-body.ts';
import { codeOfCause } from '../../../src/sync/barrier-options.ts';
import { BarrierTable } from '../../../src/sync/barrier-table.ts';
import { AT, BARRIER_BODY_BYTES, roundAfter, roundBefore } from '../../../src/sync/barrier-words.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const LAST_ROUND = 2 ** 31 - 1;
/** A slot of somebody else. */
const OTHER = 500;

interface Bytes {
  readonly object: SharedObject;
  readonly words: Int32Array;
  readonly body: BarrierBody;
  readonly table: BarrierTable;
}

function made(parties: number, action?: () => void): Bytes {
  const reference = referenceOf(new Barrier(parties, action ? { action } : {}));
  assert.ok(reference);
  const object = here().objects.open(reference);
  const [body, table] = [new BarrierBody(object), new BarrierTable(object, BARRIER_BODY_BYTES)];
  return { object, words: object.words, body, table };
}

function arrives({ body }: Bytes): Party {
  const party = newParty();
  assert.equal(body.tryEnter(party, false), true);
  return party;
}

function ends({ body }: Bytes, party: Party): number {
  assert.equal(body.tryLeave(party, false, true), true);
  return party.end;
}

test('Rounds are numbered from 1 to 2^31 − 1, and then from 1 again', () => {
  assert.deepEqual([roundAfter(1, 1), roundAfter(1, 2)], [2, 3]);
  assert.deepEqual([roundAfter(LAST_ROUND, 1), roundAfter(LAST_ROUND, 2)], [1, 2]);
  assert.deepEqual([roundBefore(2), roundBefore(1)], [1, LAST_ROUND]);
  const barrier = made(1);
  barrier.words[AT.phase] = LAST_ROUND << 1;
  for (const round of [LAST_ROUND, 1, 2]) {
    const party = arrives(barrier);
    assert.deepEqual([party.round, party.end], [round, PASSED]);
  }
});

test('The last one to arrive lets all go, and a slow one learns it in the next round', () => {
  const barrier = made(2);
  const [slow, fast] = [arrives(barrier), arrives(barrier)];
  assert.deepEqual([slow.index, fast.index], [0, 1]);
  assert.deepEqual([slow.end, fast.end], [0, PASSED]);
  const again = arrives(barrier);
  assert.equal(barrier.body.giveUp(again, 'timed-out'), true);
  assert.equal(ends(barrier, slow), PASSED);
  assert.equal(again.end, codeOfCause('timed-out'));
});

test('A slow one learns that its round was broken, though it has been reset and broken again since', () => {
  const barrier = made(3);
  const slow = arrives(barrier);
  barrier.body.abort();
  barrier.body.reset();
  const next = arrives(barrier);
  barrier.body.giveUp(next, 'timed-out');
  barrier.body.reset();
  arrives(barrier);
  assert.equal(slow.end, codeOfCause('abort'));
  assert.equal(ends(barrier, slow), codeOfCause('abort'));
});

test('A slow one of another thread reads how its round ended from the note about it', () => {
  const barrier = made(3);
  const slow = arrives(barrier);
  const elsewhere = new BarrierBody(barrier.object); // it does not know of our parties
  elsewhere.reset();
  assert.equal(ends(barrier, slow), codeOfCause('reset'));
  const passed = arrives(barrier);
  elsewhere.tryEnter(newParty(), false);
  elsewhere.tryEnter(newParty(), false);
  elsewhere.reset();
  assert.equal(ends(barrier, passed), PASSED);
});

test('giveUp() after the end of the round changes nothing', () => {
  const barrier = made(2);
  const [first] = [arrives(barrier), arrives(barrier)];
  assert.equal(barrier.body.giveUp(first, 'timed-out'), false);
  assert.equal(first.end, PASSED);
  assert.equal(barrier.body.isBroken, false);
  assert.equal(barrier.body.giveUp(newParty(), 'timed-out'), false); // never arrived
});

test('With an action the last one does not let go, but acts; who comes meanwhile must wait', () => {
  const barrier = made(2, () => undefined);
  barrier.body.setKnowsAction(false);
  const [first, last] = [arrives(barrier), arrives(barrier)];
  assert.deepEqual([first.acts, last.end], [false, codeOfCause('no-action')]);
  barrier.body.reset();
  barrier.body.setKnowsAction(true);
  const [waits, acts] = [arrives(barrier), arrives(barrier)];
  assert.deepEqual([acts.acts, acts.end, waits.end], [true, 0, 0]);
  assert.equal(barrier.body.tryLeave(waits, true, true), false);
  const late = newParty();
  assert.equal(barrier.body.tryEnter(late, true), false);
  assert.equal(late.round, 0);
  barrier.body.finish(acts);
  assert.deepEqual([ends(barrier, waits), acts.end], [PASSED, PASSED]);
  assert.equal(barrier.body.tryEnter(late, false), true);
});

test('Who waits is the one to act, if the last one does not know the action', () => {
  const barrier = made(2, () => undefined);
  barrier.body.setKnowsAction(true);
  const waits = arrives(barrier);
  barrier.table.arrive(OTHER, waits.round);
  barrier.words[AT.count] = 2;
  assert.equal(barrier.body.tryLeave(waits, false, false), false); // its thread blocks
  assert.equal(waits.acts, false);
  assert.equal(barrier.body.tryLeave(waits, false, true), true);
  assert.equal(waits.acts, true);
});

test('reap() breaks the barrier for who died in the round, or between it and the one before', () => {
  const { tag, slot } = here();
  for (const passed of [0, 1, 2]) {
    const barrier = made(2);
    const { body, table, words } = barrier;
    arrives(barrier);
    if (passed > 0) words[AT.phase] = (1 + passed) << 1;
    body.repair();
    body.reap(tag);
    assert.equal(body.isBroken, passed < 2, `${passed} rounds later`);
    assert.equal(table.arrived(slot, 1), 0);
    body.reap(tag);
    assert.equal(words[AT.count], 0);
  }
});

test('reset() forgets who took part, in the round that it ends and before', () => {
  for (const arrivals of [1, 2]) {
    const barrier = made(2);
    for (let arrived = 0; arrived < arrivals; arrived++) arrives(barrier);
    barrier.body.reset();
    barrier.body.reap(here().tag);
    assert.equal(barrier.body.isBroken, false);
  }
});

test('A barrier whose guard was left by the dead is put in order by whoever comes next', () => {
  const barrier = made(3);
  const { object, words, table, body } = barrier;
  object.guard.take();
  table.arrive(OTHER, 1);
  words[AT.leaving] = 0b11;
  words[AT.entering] = 0b1;
  object.guard.give(false);
  const party = arrives(barrier);
  assert.equal(party.index, 1);
  assert.equal(body.waiting, 2);
  assert.deepEqual([words[AT.leavers], words[AT.entrants]], [2, 1]);
  words.fill(0, AT.leaving, AT.leaving + 32);
  body.repair();
});
