/**
 * The deadlocks of the textbooks, lived through: the banker's table, the detection's table, and the dining
 * philosophers, deadlocked without the banker and fed with it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Banker, type Claim } from '../../../src/sync/index.ts';
import { dine, FORKS, type Table } from '../../fixtures/sync/bankers.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { amounts, silberschatz } from './banker-silberschatz.ts';

endsClean();

const names = (states: readonly { readonly name: string }[] | undefined): string[] | undefined =>
  states?.map(({ name }) => name);

test('Banker lends as the table of Silberschatz prints it, and its safe order is one', async () => {
  const { banker, claims } = silberschatz();
  assert.deepEqual(banker.available, { A: 3, B: 3, C: 2 });
  assert.equal(banker.isSafe, true);
  assert.deepEqual(names(banker.safeSequence()), ['P1', 'P3', 'P4', 'P0', 'P2']);
  const [p0, p1, , , p4] = claims as [Claim, Claim, Claim, Claim, Claim];
  assert.equal(p1.tryRequest(amounts('102')), true);
  await assert.rejects(p4.request(amounts('330'), { timeoutMs: 0 }), {
    facts: { timeoutMs: 0, reason: 'unavailable' },
  });
  await assert.rejects(p0.request(amounts('020'), { timeoutMs: 0 }), {
    facts: { timeoutMs: 0, reason: 'unsafe' },
  });
  assert.deepEqual(names(banker.safeSequence()), ['P1', 'P3', 'P4', 'P0', 'P2']);
  // In a safe order each gets all it may have, and ends.
  for (const { id, name } of banker.safeSequence() ?? []) {
    const claim = claims.find((one) => one.id === id) as Claim;
    const rest = Object.entries(claim.max).map(([resource, max]) => [
      resource,
      max - (claim.held[resource] as number),
    ]);
    assert.equal(claim.tryRequest(Object.fromEntries(rest)), true, name);
    claim.close();
  }
  assert.deepEqual(banker.available, banker.totals);
  assert.deepEqual(banker.safeSequence(), []);
});

test('Banker without maxima lends until it detects the deadlock that Silberschatz prints, and sees it go', async () => {
  const banker = new Banker({ resources: { A: 7, B: 2, C: 6 }, avoid: false });
  const claims = ['010', '200', '303', '211', '002'].map((held, index) => {
    const claim = banker.claim(undefined, { name: `P${index}` });
    claim.requestSync(amounts(held));
    return claim;
  });
  const waits: Promise<void>[] = [];
  const wait = (index: number, wanted: string, signal?: AbortSignal): void => {
    const waiting = claims[index]?.request(amounts(wanted), { ...HANG_GUARD, signal }) as Promise<void>;
    waiting.catch(() => undefined);
    waits.push(waiting);
  };
  wait(1, '202');
  wait(3, '100');
  wait(4, '002');
  assert.deepEqual(banker.detect(), []);
  assert.deepEqual([banker.isSafe, names(banker.safeSequence())], [true, ['P0', 'P2', 'P3', 'P4', 'P1']]);
  const abort = new AbortController();
  wait(2, '001', abort.signal);
  assert.deepEqual(names(banker.detect()), ['P1', 'P2', 'P3', 'P4']);
  assert.deepEqual([banker.isSafe, banker.safeSequence()], [false, undefined]);
  abort.abort();
  await assert.rejects(waits[3] as Promise<void>, { name: 'AbortError' });
  assert.deepEqual(banker.detect(), []);
  // As it says: once P2 ends, the others can.
  const ends = [1, 3, 4].map((index, at) => (waits[at] as Promise<void>).then(() => claims[index]?.close()));
  claims[2]?.close();
  await Promise.all(ends);
  assert.deepEqual(banker.available, { A: 7, B: 1, C: 6 });
});

test('Philosophers who hold a fork and wait for one are deadlocked, and one who gives up frees them', async () => {
  const banker = new Banker({ resources: Object.fromEntries(FORKS.map((fork) => [fork, 1])), avoid: false });
  const claims = FORKS.map((fork) => {
    const claim = banker.claim();
    claim.requestSync({ [fork]: 1 });
    return claim;
  });
  const abort = new AbortController();
  const waits = claims.map((claim, index) =>
    claim.request(
      { [FORKS[(index + 1) % FORKS.length] as string]: 1 },
      { ...HANG_GUARD, ...(index === 2 && { signal: abort.signal }) },
    ),
  );
  waits[2]?.catch(() => undefined);
  assert.equal(banker.detect().length, FORKS.length);
  assert.deepEqual(banker.detect(), banker.claims());
  abort.abort();
  await assert.rejects(waits[2] as Promise<void>);
  claims[2]?.close();
  for (const index of [1, 0, 4, 3]) {
    await waits[index];
    claims[index]?.close();
  }
  assert.deepEqual(banker.available, banker.totals);
});

test('Philosophers of one thread who declare both forks to the banker all eat, whichever they take first', async () => {
  const table: Table = new Banker({ resources: Object.fromEntries(FORKS.map((fork) => [fork, 1])) });
  const meals = await Promise.all(FORKS.map((_, seat) => dine(table, seat, 40, 'awaits')));
  assert.deepEqual(meals, [40, 40, 40, 40, 40]);
  assert.deepEqual(table.available, table.totals);
  assert.ok(table.stats().waits > 0);
});
