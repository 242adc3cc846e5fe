/**
 * What a lock can be made as: fair, strict, watched or not, whether it nests or not; and that nobody opens it as
 * something else. Between processes: test/conformance/lock-forms.test.ts, test/conformance/deadlock.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, type LockOptions, RLock } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf } from '../../../src/memory/index.ts';
import { reapLock } from '../../../src/sync/lock-body.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

/** A tag that no participant has. */
const DEAD = 0x00ffff;
const OWNER = BODY_OFFSET / 4;

const MAKERS = [
  { of: 'Lock', make: (options?: LockOptions) => new Lock(options), named: Lock.named },
  { of: 'RLock', make: (options?: LockOptions) => new RLock(options), named: RLock.named },
] as const;

/** Leaves a lock as a holder leaves it who dies. */
function dieIn(lock: Lock | RLock): void {
  const reference = referenceOf(lock);
  assert.ok(reference);
  const object = here().objects.open(reference);
  object.words[OWNER] = DEAD;
  object.guard.inside(
    () => undefined,
    () => reapLock(object, DEAD),
  );
}

for (const { of, make, named } of MAKERS) {
  test(`A strict ${of} that is released in doubt is broken until it is declared consistent`, async () => {
    const lock = make({ strict: true, name: 'ledger' });
    dieIn(lock);
    const held = lock.acquireSync();
    assert.equal(held.ownerDied, true);
    const waiting = lock.acquire({ within: held, ...HANG_GUARD });
    const isNested = of === 'RLock';
    if (isNested) (await waiting).release();
    held.release();
    const dead = {
      name: 'DuodaoError',
      code: 'owner-died',
      facts: { object: `${isNested ? 'reentrant lock' : 'lock'} "ledger"` },
    };
    if (!isNested) await assert.rejects(waiting, { code: 'deadlock' });
    assert.equal(lock.isBroken, true);
    assert.equal(lock.isLocked, false);
    assert.throws(() => lock.acquireSync(), dead);
    assert.throws(() => lock.tryAcquire(), dead);
    await assert.rejects(lock.acquire(), dead);
    await assert.rejects(
      lock.use(() => assert.fail('it is broken')),
      dead,
    );
    lock.markConsistent();
    assert.equal(lock.isBroken, false);
    const next = lock.acquireSync();
    assert.equal(next.ownerDied, false);
    next.release();
  });

  test(`Whoever waits for a strict ${of} hears that it is broken`, async () => {
    const lock = make({ strict: true });
    dieIn(lock);
    const held = await lock.acquire();
    const waiting = [lock.acquire(HANG_GUARD), lock.acquire(HANG_GUARD)];
    held.release();
    for (const wait of waiting) await assert.rejects(wait, { code: 'owner-died' });
    lock.markConsistent();
    lock.acquireSync().release();
  });

  test(`Held.markConsistent() makes a strict ${of} as good as new`, () => {
    const lock = make({ strict: true });
    dieIn(lock);
    const held = lock.acquireSync();
    held.markConsistent();
    held.release();
    assert.equal(lock.isBroken, false);
    const next = lock.acquireSync();
    assert.equal(next.ownerDied, false);
    next.release();
    assert.throws(() => next.markConsistent(), TypeError);
  });

  test(`A strict ${of} whose taker dies before he has put it in order tells the next one`, () => {
    const lock = make({ strict: true });
    dieIn(lock);
    lock.acquireSync().markConsistent();
    dieIn(lock);
    const held = lock.acquireSync();
    assert.equal(held.ownerDied, true);
    held.markConsistent();
    held.release();
    assert.equal(lock.stats().ownerDeaths, 2);
  });

  test(`A ${of} that is not strict believes in a release, and needs no declaration`, () => {
    const lock = make();
    dieIn(lock);
    const held = lock.acquireSync();
    assert.equal(held.ownerDied, true);
    held.markConsistent();
    held.release();
    lock.markConsistent();
    assert.equal(lock.isBroken, false);
    lock.acquireSync().release();
  });

  test(`A fair ${of} serves in the order of arrival, and those who give up leave the line`, async () => {
    const lock = make({ fair: true });
    const held = await lock.acquire();
    const order: number[] = [];
    const abort = new AbortController();
    const waits = [0, 1, 2, 3].map((index) =>
      lock.use(() => order.push(index), index === 1 ? { signal: abort.signal } : HANG_GUARD),
    );
    const late = lock.acquire({ timeoutMs: 1 });
    await assert.rejects(late, { code: 'timed-out' });
    assert.equal(lock.tryAcquire(), undefined);
    abort.abort(new Error('enough'));
    await assert.rejects(waits[1] as Promise<number>, { message: 'enough' });
    held.release();
    assert.equal(lock.tryAcquire(), undefined, 'others are before it');
    for (const index of [0, 2, 3]) await waits[index];
    assert.deepEqual(order, [0, 2, 3]);
    lock.acquireSync().release();
    lock.tryAcquire()?.release();
    assert.equal(lock.isLocked, false);
  });

  test(`${of}.named() refuses to open a lock as what it is not`, () => {
    const name = `forms of ${of}`;
    const lock = named(name, { fair: true });
    assert.equal(named(name), lock);
    assert.equal(named(name, { fair: true, strict: false, detect: true }), lock);
    for (const options of [{ fair: false }, { strict: true }, { detect: false }])
      assert.throws(() => named(name, options), { name: 'RangeError', message: /it was made with/ });
    lock.acquireSync().release();
  });

  test(`A ${of} refuses options that make no sense`, () => {
    for (const options of [{ fair: 1 }, { strict: 'yes' }, { detect: null }])
      assert.throws(() => make(options as never), { name: 'TypeError', message: /must be true or false/ });
  });

  test(`${of}.stats() counts what was taken, and what was waited for`, async () => {
    const lock = make();
    const held = lock.acquireSync();
    const waiting = lock.acquire(HANG_GUARD);
    assert.deepEqual(lock.stats(), { acquired: 1, contended: 0, ownerDeaths: 0, waiting: 1 });
    held.release();
    (await waiting).release();
    lock.tryAcquire()?.release();
    dieIn(lock);
    assert.deepEqual(lock.stats(), { acquired: 3, contended: 1, ownerDeaths: 1, waiting: 0 });
  });
}
