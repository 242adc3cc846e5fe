/**
 * The banker's arithmetic gives what the textbooks print, and for any small table what a search through all orders
 * finds. Tables: Silberschatz, Galvin, Gagne, Operating system concepts, and Tanenbaum, Bos, Modern operating systems,
 * in their chapters on deadlocks.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Ledger } from '../../../src/sync/banker-safety.ts';

type Matrix = readonly (readonly number[])[];

/** A row for each claim; a text is a row of digits. */
function table(...rows: readonly string[]): Matrix {
  return rows.map((row) => Array.from(row, Number));
}

function ledgerOf(available: readonly number[], held: Matrix, need: Matrix): Ledger {
  const ledger = new Ledger(held.length + 1, available.length);
  ledger.rows = held.length;
  ledger.available.set(available);
  ledger.held.set(held.flat());
  ledger.need.set(need.flat());
  return ledger;
}

function minus(left: Matrix, right: Matrix): Matrix {
  return left.map((row, at) => row.map((value, column) => value - (right[at]?.[column] as number)));
}

/** Whether the rows can end in just this order, step by step. */
function canEndInOrder(
  order: readonly number[],
  available: readonly number[],
  held: Matrix,
  need: Matrix,
): boolean {
  let work = [...available];
  return order.every((row) => {
    const canEnd = (need[row] as number[]).every((amount, column) => amount <= (work[column] as number));
    work = work.map((amount, column) => amount + (held[row]?.[column] as number));
    return canEnd;
  });
}

const SILBERSCHATZ = {
  available: [3, 3, 2],
  held: table('010', '200', '302', '211', '002'),
  max: table('753', '322', '902', '222', '433'),
};

function silberschatz(): Ledger {
  const { available, held, max } = SILBERSCHATZ;
  return ledgerOf(available, held, minus(max, held));
}

/** As silberschatz() after P1 was granted (1,0,2). */
function afterFirstGrant(): Ledger {
  const held = table('010', '302', '302', '211', '002');
  return ledgerOf([2, 3, 0], held, minus(SILBERSCHATZ.max, held));
}

test('safeOrder() of the table of Silberschatz is P1, P3, P4, and then the other two', () => {
  const { available, held, max } = SILBERSCHATZ;
  const need = minus(max, held);
  assert.deepEqual(need, table('743', '122', '600', '011', '431'));
  assert.deepEqual(silberschatz().safeOrder(), [1, 3, 4, 0, 2]);
  // The order that is printed ends as well.
  assert.ok(canEndInOrder([1, 3, 4, 2, 0], available, held, need));
  assert.ok(canEndInOrder([1, 3, 4, 0, 2], available, held, need));
  assert.ok(!canEndInOrder([0, 1, 2, 3, 4], available, held, need));
});

test('judge() of Silberschatz grants (1,0,2) to P1, has no (3,3,0) for P4 then, and finds (0,2,0) unsafe', () => {
  assert.equal(silberschatz().judge(1, Int32Array.of(1, 0, 2)), 'granted');
  const ledger = afterFirstGrant();
  assert.deepEqual(ledger.safeOrder(), [1, 3, 4, 0, 2]);
  assert.equal(ledger.judge(4, Int32Array.of(3, 3, 0)), 'unavailable');
  assert.equal(ledger.judge(0, Int32Array.of(0, 2, 0)), 'unsafe');
});

test('judge() leaves the ledger as it was, whatever comes of the request', () => {
  const requests = [
    [1, [1, 0, 2]],
    [4, [3, 3, 0]],
    [0, [0, 2, 0]],
  ] as const;
  for (const [row, amounts] of requests) {
    const [ledger, untouched] = [afterFirstGrant(), afterFirstGrant()];
    ledger.judge(row, Int32Array.from(amounts));
    for (const part of ['available', 'held', 'need'] as const)
      assert.deepEqual(ledger[part], untouched[part]);
  }
});

test('judge() of Tanenbaum grants a printer to B, and finds the last one unsafe for E', () => {
  // Tape drives, plotters, printers, Blu-rays.
  const held = table('3011', '0100', '1110', '1101', '0000');
  const need = table('1100', '0112', '3100', '0010', '2110');
  const ledger = ledgerOf([1, 0, 2, 0], held, need);
  assert.ok(canEndInOrder([3, 0, 4, 1, 2], [1, 0, 2, 0], held, need));
  assert.equal(ledger.safeOrder()?.[0], 3);
  assert.equal(ledger.judge(1, Int32Array.of(0, 0, 1, 0)), 'granted');
  const after = ledgerOf([1, 0, 1, 0], table('3011', '0110', '1110', '1101', '0000'), [
    ...table('1100', '0102', '3100', '0010', '2110'),
  ]);
  assert.equal(after.judge(4, Int32Array.of(0, 0, 1, 0)), 'unsafe');
});

test('judge() keeps the last of one resource for who can end with it', () => {
  // Tanenbaum's customers A to D with maxima 6, 5, 4, 7 and ten units.
  const max = table('6', '5', '4', '7');
  assert.ok(ledgerOf([10], table('0', '0', '0', '0'), max).safeOrder());
  const safe = ledgerOf([2], table('1', '1', '2', '4'), table('5', '4', '2', '3'));
  assert.deepEqual(safe.safeOrder()?.[0], 2);
  assert.equal(ledgerOf([1], table('1', '2', '2', '4'), table('5', '3', '2', '3')).safeOrder(), undefined);
  assert.equal(safe.judge(1, Int32Array.of(1)), 'unsafe');
  assert.equal(safe.judge(2, Int32Array.of(1)), 'granted');
});

test('deadlocked() of Silberschatz is nobody, and all but P0 once P2 asks for one C more', () => {
  const held = table('010', '200', '303', '211', '002');
  const without = ledgerOf([0, 0, 0], held, table('000', '202', '000', '100', '002'));
  assert.deepEqual(without.deadlocked(), []);
  assert.equal(without.reduce(), 5);
  const withIt = ledgerOf([0, 0, 0], held, table('000', '202', '001', '100', '002'));
  assert.deepEqual(withIt.deadlocked(), [1, 2, 3, 4]);
  assert.equal(withIt.reduce(), 1);
});

test('deadlocked() of Tanenbaum is nobody, and all three once the third asks for one thing more', () => {
  const held = table('0010', '2001', '0120');
  assert.deepEqual(ledgerOf([2, 1, 0, 0], held, table('2001', '1010', '2100')).deadlocked(), []);
  assert.deepEqual(ledgerOf([2, 1, 0, 0], held, table('2001', '1010', '2101')).deadlocked(), [0, 1, 2]);
});

test('deadlocked() leaves out who waits for the deadlocked but holds nothing', () => {
  const ledger = ledgerOf([0, 0], table('10', '01', '00'), table('01', '10', '11'));
  assert.deepEqual(ledger.deadlocked(), [0, 1]);
});

test('A ledger without rows is safe, and rows beyond those in use count for nothing', () => {
  const ledger = ledgerOf([1], [], []);
  assert.deepEqual(ledger.safeOrder(), []);
  ledger.need[0] = 5;
  assert.deepEqual(ledger.safeOrder(), []);
  assert.deepEqual(ledger.deadlocked(), []);
});

test('A ledger holds as much as there can be of a resource', () => {
  const most = 2 ** 31 - 1;
  const ledger = ledgerOf([1], [[most - 2], [1]], [[2], [1]]);
  assert.deepEqual(ledger.safeOrder(), [1, 0]);
  assert.equal(ledger.judge(0, Int32Array.of(1)), 'unsafe');
});

interface Case {
  readonly available: readonly number[];
  readonly held: Matrix;
  readonly need: Matrix;
}

const cases: fc.Arbitrary<Case> = fc
  .record({ rows: fc.integer({ min: 0, max: 5 }), columns: fc.integer({ min: 1, max: 3 }) })
  .chain(({ rows, columns }) => {
    const row = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: columns, maxLength: columns });
    const matrix = fc.array(row, { minLength: rows, maxLength: rows });
    return fc.record({ available: row, held: matrix, need: matrix });
  });

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

const isSafeByAllOrders = ({ available, held, need }: Case): boolean =>
  permutations([...held.keys()]).some((order) => canEndInOrder(order, available, held, need));

test('safeOrder() finds an order exactly when a search through all orders does, and it is one', () => {
  const seen = { safe: 0, unsafe: 0 };
  fc.assert(
    fc.property(cases, (one) => {
      const order = ledgerOf(one.available, one.held, one.need).safeOrder();
      assert.equal(order !== undefined, isSafeByAllOrders(one));
      seen[order ? 'safe' : 'unsafe']++;
      if (!order) return;
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        [...one.held.keys()],
      );
      assert.ok(canEndInOrder(order, one.available, one.held, one.need));
    }),
    { numRuns: 1000 },
  );
  assert.ok(seen.safe > 100 && seen.unsafe > 100, JSON.stringify(seen));
});

test('deadlocked() are those holders that end in no order of anybody', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const rows = [...one.held.keys()];
      // Whoever ends in some order of some of the others.
      const canEnd = new Set(
        permutations(rows).flatMap((order) => {
          const stop = rows.findIndex(
            (count) => !canEndInOrder(order.slice(0, count + 1), one.available, one.held, one.need),
          );
          return stop < 0 ? order : order.slice(0, stop);
        }),
      );
      const expected = rows.filter((row) => !canEnd.has(row) && one.held[row]?.some((held) => held > 0));
      assert.deepEqual(ledgerOf(one.available, one.held, one.need).deadlocked(), expected);
    }),
    { numRuns: 500 },
  );
});

test('judge() is what is there, and a search through all orders after the grant', () => {
  const seen = { granted: 0, unsafe: 0, unavailable: 0 };
  fc.assert(
    fc.property(cases, fc.nat(), fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }), (one, pick, wish) => {
      if (one.held.length === 0) return;
      const row = pick % one.held.length;
      const amounts = (one.need[row] as number[]).map((need, column) =>
        Math.min(need, wish[column] as number),
      );
      const verdict = ledgerOf(one.available, one.held, one.need).judge(row, Int32Array.from(amounts));
      seen[verdict]++;
      const isThere = amounts.every((amount, column) => amount <= (one.available[column] as number));
      assert.equal(verdict === 'unavailable', !isThere);
      if (!isThere) return;
      const after: Case = {
        available: one.available.map((amount, column) => amount - (amounts[column] as number)),
        held: one.held.map((held, at) => held.map((v, c) => v + (at === row ? (amounts[c] as number) : 0))),
        need: one.need.map((need, at) => need.map((v, c) => v - (at === row ? (amounts[c] as number) : 0))),
      };
      assert.equal(verdict === 'granted', isSafeByAllOrders(after));
      // What lets a waiter sleep until something is given back: a grant makes nothing safe that was not.
      if (verdict === 'granted') assert.ok(isSafeByAllOrders(one));
    }),
    { numRuns: 1000 },
  );
  for (const [verdict, times] of Object.entries(seen)) assert.ok(times > 30, `${verdict}: ${times}`);
});
