/**
 * The banker: what it is made of, what it tells, and that whatever is asked of it is judged as it should. Textbook
 * tables: banker-textbook.test.ts. Between processes and after deaths: test/conformance/banker.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { Lock, Queue } from '../../../src/index.ts';
import { Banker, type Claim } from '../../../src/sync/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';
import { amounts, silberschatz } from './banker-silberschatz.ts';

endsClean();

const names = (states: readonly { readonly name: string }[]): string[] => states.map(({ name }) => name);

test('Banker refuses resources and options that make no sense', () => {
  const refused =
    (options: unknown): (() => unknown) =>
    () =>
      new Banker(options as never);
  assert.throws(refused({ resources: {} }), RangeError);
  assert.throws(refused({ resources: { a: -1 } }), RangeError);
  assert.throws(refused({ resources: { a: 1.5 } }), RangeError);
  assert.throws(refused({ resources: { a: 2 ** 31 } }), RangeError);
  assert.throws(refused({ resources: { ['x'.repeat(64)]: 1 } }), RangeError);
  assert.throws(refused({ resources: { a: '1' } }), TypeError);
  assert.throws(refused({}), TypeError);
  assert.throws(refused({ resources: { a: 1 }, avoid: 1 }), TypeError);
  assert.throws(refused({ resources: { a: 1 }, name: '' }), RangeError);
  assert.deepEqual(new Banker({ resources: { a: 0, b: 2 ** 31 - 1 } }).available, { a: 0, b: 2 ** 31 - 1 });
});

test('claim() above the totals is a RangeError, as are other absurd claims', () => {
  const banker = new Banker({ resources: { a: 2, b: 0 } });
  assert.throws(() => banker.claim({ a: 3 }), {
    name: 'RangeError',
    message: 'Cannot claim as there is no more than 2 of a: current value is 3',
  });
  assert.throws(() => banker.claim({ b: 1 }), RangeError);
  assert.throws(() => banker.claim({ a: -1 }), RangeError);
  assert.throws(() => banker.claim({ c: 1 } as never), RangeError);
  assert.throws(() => banker.claim(), TypeError);
  assert.throws(() => banker.claim({ a: 1 }, { name: '' }), RangeError);
  assert.throws(() => banker.claim({ a: 1 }, { name: 'n'.repeat(64) }), RangeError);
  assert.deepEqual(banker.claims(), []);
  banker.claim({}).close();
});

test('claim() of a banker that avoids nothing takes no maximum: it may hold all there is', () => {
  const banker = new Banker({ resources: { a: 2 }, avoid: false });
  assert.throws(() => banker.claim({ a: 1 }), TypeError);
  const claim = banker.claim();
  assert.deepEqual(claim.max, { a: 2 });
  assert.throws(() => claim.requestSync({ a: 3 }), RangeError);
  assert.equal(banker.avoids, false);
});

test('claim() beyond 64 at a time is over the limit, and possible again when one is closed', () => {
  const banker = new Banker({ resources: { a: 1 } });
  const claims = Array.from({ length: 64 }, () => banker.claim({ a: 1 }));
  assert.throws(() => banker.claim({ a: 1 }), {
    name: 'DuodaoError',
    code: 'over-limit',
    facts: { limit: 64 },
  });
  claims[10]?.close();
  banker.claim({ a: 1 });
  assert.throws(() => banker.claim({ a: 1 }), { code: 'over-limit' });
});

test('claims() and stats() tell of all claims, with their owner', async () => {
  const { banker, claims } = silberschatz();
  const waiting = claims[4]?.request(amounts('401'), HANG_GUARD);
  const seen = banker.claims();
  assert.deepEqual(names(seen), ['P0', 'P1', 'P2', 'P3', 'P4']);
  assert.deepEqual(seen[4], {
    id: claims[4]?.id,
    name: 'P4',
    owner: { pid: process.pid, name: 'MainProcess', thread: 0 },
    max: amounts('433'),
    held: amounts('002'),
    waitsFor: amounts('401'),
  });
  assert.deepEqual(banker.stats(), { claims: 5, waiting: 1, grants: 5, waits: 1 });
  for (const claim of claims.slice(0, 4)) claim.close();
  await waiting;
  assert.deepEqual(banker.stats(), { claims: 1, waiting: 0, grants: 6, waits: 1 });
});

test('use() closes its claim however its function ends, and gives what it gives', async () => {
  const banker = new Banker({ resources: { a: 2 } });
  const seen = await banker.use({ a: 2 }, async (claim) => {
    await claim.request({ a: 2 });
    await turn();
    return banker.available.a;
  });
  assert.equal(seen, 0);
  assert.deepEqual(banker.available, { a: 2 });
  const error = new Error('mine');
  const fails = (claim: Claim<'a'>): never => {
    claim.requestSync({ a: 1 });
    throw error;
  };
  await assert.rejects(banker.use({ a: 1 }, fails), error);
  await assert.rejects(
    banker.use({ a: 1 }, async (claim) => fails(claim)),
    error,
  );
  await assert.rejects(
    banker.use({ a: 3 }, () => assert.fail('called')),
    RangeError,
  );
  assert.deepEqual(banker.claims(), []);
});

test('Banker.named() gives one banker to all who ask for the name with the same resources, and refuses others', () => {
  const resources = { a: 2, b: 5 };
  const one = Banker.named('lender', { resources });
  const other = Banker.named('lender', { resources: { b: 5, a: 2 } });
  assert.equal(one, other);
  one.claim({ a: 2 }).requestSync({ a: 2 });
  assert.deepEqual(other.available, { a: 0, b: 5 });
  const others: Record<string, number>[] = [{ a: 2 }, { a: 2, b: 6 }, { a: 2, c: 5 }, { a: 2, b: 5, c: 0 }];
  for (const wrong of others) assert.throws(() => Banker.named('lender', { resources: wrong }), RangeError);
  assert.throws(() => Banker.named('lender', { resources, avoid: false }), RangeError);
  assert.throws(() => Banker.named('lender', { resources: { a: -1 } }), RangeError);
  assert.throws(() => Banker.named('', { resources }), RangeError);
  Lock.named('a lock, not a lender');
  assert.throws(() => Banker.named('a lock, not a lender', { resources }), TypeError);
});

test('A banker that comes home through a queue is itself', async () => {
  const queue = new Queue<{ banker: Banker<'a'> }>();
  const banker = new Banker({ resources: { a: 1 }, name: 'only a label' });
  await queue.put({ banker });
  assert.equal((await queue.get()).banker, banker);
});

test('Bankers and claims that nobody has any more give their memory back', async () => {
  const before = await restingBytes();
  const lend = (): void => new Banker({ resources: { a: 1 } }).claim({ a: 1 }).requestSync({ a: 1 });
  for (let round = 0; round < 20; round++) lend();
  await assertGivenBack(before);
});

type Step = readonly [claim: number, a: number, b: number, releases: boolean];

test('Whatever claims ask for and give back, nothing is lent twice, and the state is always safe', () => {
  const banker = new Banker({ resources: { a: 4, b: 6 } });
  const verdicts = { granted: 0, refused: 0 };
  const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(3), fc.nat(4), fc.nat(6), fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const claims = [
        { a: 4, b: 6 },
        { a: 2, b: 3 },
        { a: 3, b: 1 },
        { a: 0, b: 5 },
      ].map((max) => banker.claim(max));
      const model = claims.map(() => ({ a: 0, b: 0 }));
      for (const [at, a, b, releases] of steps) {
        const [claim, held] = [claims[at] as Claim<'a' | 'b'>, model[at] as { a: number; b: number }];
        if (releases) {
          const some = { a: Math.min(a, held.a), b: Math.min(b, held.b) };
          claim.release(some);
          model[at] = { a: held.a - some.a, b: held.b - some.b };
        } else {
          const some = { a: Math.min(a, claim.max.a - held.a), b: Math.min(b, claim.max.b - held.b) };
          const granted = claim.tryRequest(some);
          verdicts[granted ? 'granted' : 'refused']++;
          if (granted) model[at] = { a: held.a + some.a, b: held.b + some.b };
        }
        const sum = (of: 'a' | 'b'): number => model.reduce((all, one) => all + one[of], 0);
        assert.deepEqual(banker.available, { a: 4 - sum('a'), b: 6 - sum('b') });
        assert.ok(banker.available.a >= 0 && banker.available.b >= 0);
        assert.equal(banker.isSafe, true);
        assert.deepEqual(
          claims.map((one) => one.held),
          model,
        );
      }
      for (const claim of claims) claim.close();
    }),
    { numRuns: 100 },
  );
  assert.ok(verdicts.granted > 100 && verdicts.refused > 100, JSON.stringify(verdicts));
});
