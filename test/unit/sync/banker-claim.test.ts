/**
 * A claim is granted what it may have when that is safe, waits in every form, gives back once, and is taken only by
 * waits that succeed. Between processes and after deaths: test/conformance/banker.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DuodaoError, Queue } from '../../../src/index.ts';
import { Banker, Claim } from '../../../src/sync/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

type Name = 'a' | 'b';

function bankerOf(avoid = true): Banker<Name> {
  return new Banker({ resources: { a: 2, b: 5 }, avoid });
}

/** Two claims to everything, the first of which holds one of each: whatever the other asks for is unsafe. */
function rivals(): { banker: Banker<Name>; first: Claim<Name>; second: Claim<Name> } {
  const banker = bankerOf();
  const [first, second] = [banker.claim({ a: 2, b: 5 }), banker.claim({ a: 2, b: 5 })];
  first.requestSync({ a: 1, b: 1 });
  return { banker, first, second };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settled = (): boolean => (pending = false);
  promise.then(settled, settled);
  for (let turns = 0; turns < 5; turns++) await turn();
  return pending;
}

const timedOut = (reason: string, timeoutMs: number) => (error: unknown) => {
  assert.ok(error instanceof DuodaoError);
  assert.equal(error.code, 'timed-out');
  assert.deepEqual(error.facts, { timeoutMs, reason });
  return true;
};

test('Claim says what it may hold and what it holds, in every form of request', async () => {
  const banker = bankerOf();
  const claim = banker.claim({ b: 4 }, { name: 'mine' });
  assert.ok(claim instanceof Claim);
  assert.deepEqual([claim.name, claim.isClosed], ['mine', false]);
  assert.deepEqual(claim.max, { a: 0, b: 4 });
  assert.deepEqual(claim.held, { a: 0, b: 0 });
  assert.equal(await claim.request({ b: 1 }), undefined);
  claim.requestSync({ b: 1 });
  assert.equal(claim.tryRequest({ b: 1 }), true);
  await claim.request({ b: 1 }, { timeoutMs: 0 });
  assert.deepEqual(claim.held, { a: 0, b: 4 });
  assert.deepEqual(banker.available, { a: 2, b: 1 });
  assert.throws(() => Object.assign(claim.max, { a: 5 }), TypeError);
  claim.close();
});

test('Claims have names and numbers of their own', () => {
  const banker = bankerOf();
  const [one, other] = [banker.claim({ a: 1 }), banker.claim({ a: 1 })];
  assert.notEqual(one.id, other.id);
  assert.deepEqual([one.name, other.name], [`Claim-${one.id}`, `Claim-${other.id}`]);
});

test('request() above what is left of the claim is a RangeError at once in every form, and takes nothing', async () => {
  const banker = bankerOf();
  const claim = banker.claim({ a: 1, b: 3 });
  claim.requestSync({ b: 2 });
  for (const amounts of [{ b: 2 }, { a: 2 }, { a: 1, b: 2 }]) {
    await assert.rejects(claim.request(amounts), RangeError);
    assert.throws(() => claim.requestSync(amounts), RangeError);
    assert.throws(() => claim.tryRequest(amounts), RangeError);
  }
  await assert.rejects(claim.request({ b: 2 }), {
    message: 'Cannot request as what is left of the claim is 1 of b: current value is 2',
  });
  assert.deepEqual(claim.held, { a: 0, b: 2 });
  claim.release();
  claim.requestSync({ a: 1, b: 3 });
});

test('request() and release() refuse what is no amount', async () => {
  const claim = bankerOf().claim({ a: 2, b: 5 });
  claim.requestSync({ a: 1 });
  for (const [bad, kind] of [
    [{ a: -1 }, RangeError],
    [{ a: Number.NaN }, RangeError],
    [{ a: 0.5 }, RangeError],
    [{ a: 2 ** 40 }, RangeError],
    [{ c: 1 }, RangeError],
    [{ a: '1' }, TypeError],
    [null, TypeError],
  ] as const) {
    await assert.rejects(claim.request(bad as never), kind);
    assert.throws(() => claim.requestSync(bad as never), kind);
    assert.throws(() => claim.tryRequest(bad as never), kind);
    assert.throws(() => claim.release(bad as never), kind);
  }
  assert.deepEqual(claim.held, { a: 1, b: 0 });
  for (const timeoutMs of [-1, Number.NaN]) {
    await assert.rejects(claim.request({ a: 1 }, { timeoutMs }), RangeError);
    assert.throws(() => claim.requestSync({ a: 1 }, { timeoutMs }), RangeError);
  }
  assert.equal(claim.tryRequest({}), true);
});

test('A request that is available but unsafe waits, and says so when it may not wait', async () => {
  const { banker, second } = rivals();
  for (const timeoutMs of [0, 1]) {
    await assert.rejects(second.request({ a: 1 }, { timeoutMs }), timedOut('unsafe', timeoutMs));
    assert.throws(() => second.requestSync({ a: 1 }, { timeoutMs }), timedOut('unsafe', timeoutMs));
    await assert.rejects(second.request({ a: 2 }, { timeoutMs }), timedOut('unavailable', timeoutMs));
    assert.throws(() => second.requestSync({ a: 2 }, { timeoutMs }), timedOut('unavailable', timeoutMs));
  }
  assert.equal(second.tryRequest({ a: 1 }), false);
  assert.equal(second.tryRequest({ a: 2 }), false);
  assert.deepEqual(second.held, { a: 0, b: 0 });
  assert.deepEqual(banker.stats().waiting, 0);
});

for (const [what, giveBack] of Object.entries({
  'release() of some': (claim: Claim<Name>) => claim.release({ a: 1, b: 1 }),
  'release() of all': (claim: Claim<Name>) => claim.release(),
  'close()': (claim: Claim<Name>) => claim.close(),
  'Symbol.dispose': (claim: Claim<Name>) => claim[Symbol.dispose](),
  'Symbol.asyncDispose': (claim: Claim<Name>) => claim[Symbol.asyncDispose](),
})) {
  test(`A request that waits is granted by ${what}`, async () => {
    const { banker, first, second } = rivals();
    const waiting = second.request({ a: 2 }, HANG_GUARD);
    assert.equal(await isPending(waiting), true);
    assert.deepEqual(banker.claims()[1]?.waitsFor, { a: 2, b: 0 });
    await giveBack(first);
    await waiting;
    assert.deepEqual(second.held, { a: 2, b: 0 });
    assert.deepEqual(first.held, { a: 0, b: 0 });
    assert.equal(banker.claims().find(({ id }) => id === second.id)?.waitsFor, undefined);
  });
}

test("Each claim waits for itself: what cannot be granted is in nobody else's way", async () => {
  const banker = bankerOf();
  const [holder, other] = [banker.claim({ a: 2 }), banker.claim({ b: 5 })];
  holder.requestSync({ a: 2 });
  other.requestSync({ b: 5 });
  const claims = Array.from({ length: 5 }, (_, index) => banker.claim({ a: index === 0 ? 2 : 1, b: 1 }));
  const granted: number[] = [];
  const waits = claims.map((claim, index) =>
    claim.request(index === 0 ? { a: 2 } : { b: 1 }, HANG_GUARD).then(() => granted.push(index)),
  );
  assert.equal(await isPending(Promise.race(waits)), true);
  other.close();
  await Promise.all(waits.slice(1));
  assert.deepEqual(
    granted.toSorted((one, other) => one - other),
    [1, 2, 3, 4],
  );
  for (const claim of claims.slice(1)) claim.close();
  assert.equal(await isPending(waits[0] as Promise<unknown>), true);
  holder.close();
  await waits[0];
});

test('A blocking request serves the others that wait in its thread', async () => {
  const { first, second } = rivals();
  const waiting = second.request({ a: 1 }, HANG_GUARD);
  first.requestSync({ a: 1 }, HANG_GUARD);
  assert.equal(await isPending(waiting), true);
  first.close();
  await waiting;
});

test('A claim waits for one request at a time, and for the next one after it', async () => {
  const { first, second } = rivals();
  const waiting = second.request({ a: 1 }, HANG_GUARD);
  await assert.rejects(second.request({ b: 1 }), TypeError);
  assert.throws(() => second.requestSync({ b: 1 }), TypeError);
  assert.throws(() => second.tryRequest({ b: 1 }), TypeError);
  first.close();
  await waiting;
  await second.request({ b: 1 });
  second.requestSync({ b: 1 });
  assert.equal(second.tryRequest({ b: 1 }), true);
  assert.deepEqual(second.held, { a: 1, b: 3 });
});

test('A claim that waits may give back what it holds', async () => {
  const banker = bankerOf(false);
  const [one, other] = [banker.claim(), banker.claim()];
  one.requestSync({ a: 2 });
  other.requestSync({ b: 5 });
  const [forB, forA] = [one.request({ b: 1 }, HANG_GUARD), other.request({ a: 1 }, HANG_GUARD)];
  one.release();
  await forA;
  other.release({ b: 1 });
  await forB;
  assert.deepEqual(
    [one.held, other.held],
    [
      { a: 0, b: 1 },
      { a: 1, b: 4 },
    ],
  );
});

test('An aborted request rejects with the reason itself, takes nothing, and the claim is as before', async () => {
  const { banker, first, second } = rivals();
  const abort = new AbortController();
  const reason = { mine: true };
  const waiting = second.request({ a: 1 }, { signal: abort.signal });
  abort.abort(reason);
  await assert.rejects(waiting, (thrown) => thrown === reason);
  assert.equal(banker.stats().waiting, 0);
  first.close();
  await turn();
  assert.deepEqual(second.held, { a: 0, b: 0 });
  await assert.rejects(
    second.request({ a: 1 }, { signal: AbortSignal.abort(reason) }),
    (thrown) => thrown === reason,
  );
  assert.equal(second.tryRequest({ a: 1 }), true);
});

test('release() gives back some or all, and never more than is held', () => {
  const banker = bankerOf();
  const claim = banker.claim({ a: 2, b: 5 });
  claim.requestSync({ a: 1, b: 3 });
  claim.release({ b: 2 });
  assert.deepEqual(claim.held, { a: 1, b: 1 });
  for (const amounts of [{ b: 2 }, { a: 2 }, { a: 1, b: 2 }])
    assert.throws(() => claim.release(amounts), RangeError);
  assert.deepEqual(claim.held, { a: 1, b: 1 });
  claim.release();
  claim.release();
  assert.deepEqual(claim.held, { a: 0, b: 0 });
  assert.throws(() => claim.release({ a: 1 }), RangeError);
  assert.deepEqual(banker.available, banker.totals);
});

test('close() ends the claim for good, once, and a later claim in its place is none of its business', () => {
  const banker = bankerOf();
  const former = banker.claim({ a: 2 });
  former.requestSync({ a: 2 });
  former.close();
  const later = banker.claim({ a: 2 });
  later.requestSync({ a: 1 });
  former.close();
  former[Symbol.dispose]();
  assert.equal(former.isClosed, true);
  assert.deepEqual(former.held, { a: 0, b: 0 });
  assert.deepEqual(later.held, { a: 1, b: 0 });
  const closed = { name: 'DuodaoError', code: 'closed' };
  assert.throws(() => former.requestSync({ a: 1 }), closed);
  assert.throws(() => former.tryRequest({ a: 1 }), closed);
  assert.throws(() => former.release(), closed);
  assert.deepEqual(later.held, { a: 1, b: 0 });
});

test('close() refuses the request that waits, also when another claim takes its place at once', async () => {
  const { banker, first, second } = rivals();
  const closed = { name: 'DuodaoError', code: 'closed' };
  const waiting = second.request({ a: 1 }, HANG_GUARD);
  second.close();
  const third = banker.claim({ a: 2, b: 5 });
  const next = third.request({ a: 1 }, HANG_GUARD);
  await assert.rejects(waiting, closed);
  await assert.rejects(second.request({ a: 1 }), closed);
  assert.equal(await isPending(next), true);
  first.close();
  await next;
});

test('A claim cannot be sent, and is refused at the sender', async () => {
  const claim = bankerOf().claim({ a: 1 });
  await assert.rejects(new Queue().put({ claim }), { code: 'not-cloneable' });
});
