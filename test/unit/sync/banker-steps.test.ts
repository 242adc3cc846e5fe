/**
 * The steps of a banker: only the owner's own claims are changed, those who wait are rung, and what the dead leave is
 * put in order. Deaths are made here by hand; real ones are in test/conformance/banker.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { Banker } from '../../../src/sync/banker.ts';
import { BankerSteps, type Place, reapBanker, repairBanker } from '../../../src/sync/banker-steps.ts';
import { CLAIMS_MAX } from '../../../src/sync/banker-table.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

/** A tag that no participant has. */
const DEAD = 0x00ffff;
const NOBODY = new Uint8Array();

interface Bytes {
  readonly object: SharedObject;
  readonly steps: BankerSteps;
  claim(...max: readonly [number, number]): Place;
  held(place: Place): [number, number];
}

function made(avoid = true): Bytes {
  const reference = referenceOf(new Banker({ resources: { a: 2, b: 5 }, avoid }));
  assert.ok(reference);
  const object = here().objects.open(reference);
  const steps = new BankerSteps(object);
  return {
    object,
    steps,
    claim(...max) {
      const place = steps.claim(Int32Array.from(max), NOBODY);
      assert.ok(place);
      return place;
    },
    held: ({ row }) => [steps.table.held(row, 0), steps.table.held(row, 1)],
  };
}

const of = (...amounts: readonly [number, number]): Int32Array => Int32Array.from(amounts);

test('request() grants what is there and safe, and says why it does not', () => {
  const { steps, claim, held } = made();
  const [one, other] = [claim(2, 5), claim(2, 5)];
  assert.equal(steps.request(one, of(1, 1), false), 'granted');
  assert.equal(steps.request(other, of(1, 0), false), 'unsafe');
  assert.equal(steps.request(other, of(2, 0), false), 'unavailable');
  assert.equal(steps.request(one, of(1, 4), false), 'granted');
  assert.deepEqual(
    [held(one), held(other)],
    [
      [2, 5],
      [0, 0],
    ],
  );
  steps.close(one);
  assert.equal(steps.request(other, of(2, 5), false), 'granted');
  steps.close(other);
});

test('request() of a banker that avoids nothing grants whatever is there', () => {
  const { steps, claim } = made(false);
  const [one, other] = [claim(2, 5), claim(2, 5)];
  assert.equal(steps.request(one, of(1, 1), false), 'granted');
  assert.equal(steps.request(other, of(1, 4), false), 'granted');
  assert.equal(steps.request(other, of(0, 1), false), 'unavailable');
});

test('request() with register leaves the claim waiting, until it is granted or withdrawn', () => {
  const { steps, claim } = made();
  const [one, other] = [claim(2, 5), claim(2, 5)];
  const { table } = steps;
  steps.request(one, of(1, 1), false);
  steps.request(other, of(1, 2), false);
  assert.equal(table.isWaiting(other.row), false);
  steps.request(other, of(1, 2), true);
  assert.equal(table.isWaiting(other.row), true);
  assert.deepEqual([table.requested(other.row, 0), table.requested(other.row, 1)], [1, 2]);
  assert.equal(table.waitSet(other.row).has(here().slot), true);
  steps.withdraw(other);
  assert.equal(table.isWaiting(other.row), false);
  steps.request(other, of(1, 2), true);
  // To give back rings it; it finds out by itself.
  steps.release(one, of(1, 1));
  assert.equal(table.waitSet(other.row).isEmpty, true);
  assert.equal(table.isWaiting(other.row), true);
  assert.equal(steps.request(other, of(1, 2), true), 'granted');
  assert.equal(table.isWaiting(other.row), false);
});

test('A claim that is closed, or whose row is another one now, changes nothing any more', () => {
  const { steps, claim, held } = made();
  const former = claim(2, 5);
  steps.close(former);
  const later = claim(2, 5);
  assert.equal(later.row, former.row);
  steps.request(later, of(1, 1), false);
  assert.equal(steps.request(former, of(1, 1), true), 'closed');
  steps.release(former, of(1, 1));
  steps.withdraw(former);
  steps.close(former);
  assert.equal(steps.isMine(former), false);
  assert.equal(steps.isMine(later), true);
  assert.deepEqual(held(later), [1, 1]);
});

test('A claim of somebody else is not ours, whatever its number', () => {
  const { steps, claim, held } = made();
  const mine = claim(2, 5);
  const row = steps.table.add(DEAD, of(2, 5), NOBODY);
  steps.table.grant(row, of(1, 1));
  const theirs = { row, id: steps.table.id(row) };
  assert.equal(steps.isMine(theirs), false);
  assert.equal(steps.request(theirs, of(0, 1), false), 'closed');
  steps.release(theirs, of(1, 1));
  steps.close(theirs);
  assert.deepEqual(held(theirs), [1, 1]);
  assert.equal(steps.isMine(mine), true);
});

test('claim() gives undefined when there are too many', () => {
  const { steps, claim } = made();
  for (let count = 0; count < CLAIMS_MAX; count++) claim(1, 1);
  assert.equal(steps.claim(of(1, 1), NOBODY), undefined);
});

test('reapBanker() ends all claims of the dead and no others, and rings who waits; it may run again', () => {
  const { object, steps, claim, held } = made();
  const { table } = steps;
  for (const amount of [1, 2]) table.grant(table.add(DEAD, of(1, 3), NOBODY), of(1, amount));
  const mine = claim(2, 5);
  steps.request(mine, of(1, 1), true);
  reapBanker(object, DEAD + 1);
  assert.equal(table.isWaiting(mine.row), true);
  assert.equal(steps.request(mine, of(1, 1), true), 'unavailable');
  reapBanker(object, DEAD);
  assert.equal(table.waitSet(mine.row).isEmpty, true);
  assert.deepEqual([table.owner(0), table.owner(1)], [0, 0]);
  reapBanker(object, DEAD);
  assert.equal(steps.request(mine, of(2, 5), true), 'granted');
  assert.deepEqual(held(mine), [2, 5]);
});

test('bury() looks for the dead only when a claim is theirs', (t) => {
  const { steps, claim } = made();
  const reap = t.mock.method(here(), 'reap', () => true);
  claim(1, 1);
  assert.equal(steps.bury(), false);
  assert.equal(reap.mock.callCount(), 0);
  steps.table.add(DEAD, of(1, 1), NOBODY);
  assert.equal(steps.bury(), true);
  assert.equal(reap.mock.callCount(), 1);
});

test('claim() and tryRequest() find at once what somebody leaves who has just died', (t) => {
  const banker = new Banker({ resources: { a: 2 } });
  const object = here().objects.open(referenceOf(banker) as never);
  const { table } = new BankerSteps(object);
  const reap = t.mock.method(here(), 'reap', () => {
    reapBanker(object, DEAD);
    return true;
  });
  const leave = (): void => table.grant(table.add(DEAD, Int32Array.of(2), NOBODY), Int32Array.of(1));
  const claims = Array.from({ length: CLAIMS_MAX - 1 }, () => banker.claim({ a: 2 }));
  leave();
  claims.push(banker.claim({ a: 2 }));
  assert.equal(reap.mock.callCount(), 1);
  claims[0]?.close();
  leave();
  assert.equal(claims[1]?.tryRequest({ a: 2 }), true);
  assert.equal(reap.mock.callCount(), 2);
});

test('A banker whose guard was left by the dead is put in order by whoever comes next', () => {
  const { object, steps, claim } = made();
  const mine = claim(2, 5);
  const set = steps.table.waitSet(mine.row);
  // Died between a bit and its count.
  object.guard.take();
  const data = new Int32Array(object.data(128));
  const sleepers = 1024 / 4 + (mine.row * 448 + 12) / 4;
  set.add(3);
  data[sleepers] = 7;
  object.guard.give(false);
  assert.equal(steps.look().owner(mine.row), here().tag);
  assert.equal(data[sleepers], 1);
  assert.equal(object.guard.isBroken, false);
  data[sleepers] = 9;
  repairBanker(object);
  assert.equal(data[sleepers], 1);
});

/** Does the step at each of the last frames of the stack, on the way back up from its end. */
function whereTheStackEnds(size: number, step: () => void): void {
  let left = 400;
  const up = (...room: readonly number[]): void => {
    try {
      up(...room);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    if (left-- > 0) step();
  };
  up(...Array.from({ length: size }, () => size));
}

test('A banker that was used wherever the stack ends goes on working, and lends what it has', async () => {
  const banker = new Banker({ resources: { a: 2, b: 5 } });
  const [claim, other] = [banker.claim({ a: 2, b: 5 }), banker.claim({ a: 2, b: 5 })];
  claim.requestSync({ b: 1 });
  const waiting = other.request({ a: 2, b: 5 }, HANG_GUARD);
  let [granted, unexpected] = [0, undefined as unknown];
  const step = (): void => {
    try {
      if (claim.tryRequest({ a: 1 })) granted++;
      claim.release({ a: claim.held.a });
    } catch (error) {
      if (!(error instanceof RangeError)) unexpected ??= error;
    }
  };
  for (const size of [0, 1, 2, 3, 5, 8, 13, 21]) {
    whereTheStackEnds(size, step);
    claim.release({ a: claim.held.a });
    assert.deepEqual(banker.available, { a: 2, b: 4 });
  }
  assert.equal(unexpected, undefined);
  assert.ok(granted > 100, `granted ${granted} times`);
  claim.close();
  await waiting;
  other.close();
  assert.deepEqual(banker.available, banker.totals);
});
