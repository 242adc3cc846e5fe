/** Amounts of resources come into the order of the table and back; what is no amount is refused with its name. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkResources, decoded, encoded, Resources } from '../../../src/sync/banker-amounts.ts';
import { BankerTable } from '../../../src/sync/banker-table.ts';
import { Memory } from './banker-memory.ts';

const MOST = 2 ** 31 - 1;

function resourcesOf(totals: Readonly<Record<string, number>>): Resources<string> {
  return new Resources(new BankerTable(Memory.of(totals)));
}

const noLimit = (): number => MOST;

test('Resources know names and totals in the order in which they were given', () => {
  const resources = resourcesOf({ seats: 10, printers: 0, 宽: MOST });
  assert.deepEqual(resources.names, ['seats', 'printers', '宽']);
  assert.deepEqual(resources.totals, { seats: 10, printers: 0, 宽: MOST });
  assert.ok(Object.isFrozen(resources.totals));
});

test('amounts() are in the order of the table, 0 where nothing is said', () => {
  const resources = resourcesOf({ seats: 10, printers: 2, 宽: 3 });
  const amounts = (said: object): number[] => [...resources.amounts('claim', said, noLimit, 'there is')];
  assert.deepEqual(amounts({ 宽: 3, seats: 1 }), [1, 0, 3]);
  assert.deepEqual(amounts({}), [0, 0, 0]);
  assert.deepEqual(amounts({ printers: -0 }), [0, 0, 0]);
  assert.deepEqual(amounts(Object.assign(Object.create(null), { printers: MOST })), [0, MOST, 0]);
  assert.deepEqual(
    resources.counts((column) => column * 5),
    { seats: 0, printers: 5, 宽: 10 },
  );
});

test('amounts() refuses what is no amount, naming the resource', () => {
  const resources = resourcesOf({ seats: 10, printers: 2 });
  const refused =
    (said: unknown): (() => unknown) =>
    () =>
      resources.amounts('claim', said, noLimit, 'there is');
  for (const seats of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, MOST + 1, 2 ** 53]) {
    assert.throws(refused({ seats }), {
      name: 'RangeError',
      message: `Cannot claim as seats must be a whole number from 0 to ${MOST}: current value is ${seats}`,
    });
  }
  for (const seats of ['1', 1n, null, undefined, true]) {
    assert.throws(refused({ seats }), {
      name: 'TypeError',
      message: `Cannot claim as seats must be a number: current value is ${String(seats)}`,
    });
  }
  for (const said of [undefined, null, 5, 'seats']) assert.throws(refused(said), TypeError);
  assert.throws(refused({ seat: 1 }), {
    name: 'RangeError',
    message: 'Cannot claim as there is no resource "seat": there are seats, printers',
  });
  assert.throws(refused({ toString: 1 }), RangeError);
});

test('amounts() refuses more than the limit of each, and says what the limit is', () => {
  const resources = resourcesOf({ seats: 10, printers: 2 });
  const limit = (column: number): number => [3, 0][column] as number;
  assert.deepEqual([...resources.amounts('release', { seats: 3 }, limit, 'the claim holds')], [3, 0]);
  assert.throws(() => resources.amounts('release', { seats: 4 }, limit, 'the claim holds'), {
    name: 'RangeError',
    message: 'Cannot release as the claim holds 3 of seats: current value is 4',
  });
  assert.throws(
    () => resources.amounts('release', { seats: 1, printers: 1 }, limit, 'the claim holds'),
    RangeError,
  );
});

test('Names that objects have of themselves are names like all others', () => {
  const odd = Object.fromEntries([
    ['__proto__', 1],
    ['constructor', 2],
    ['7', 3],
  ]);
  const resources = resourcesOf(odd);
  assert.deepEqual(Object.entries(resources.totals), Object.entries(odd));
  assert.deepEqual(
    [...resources.amounts('claim', odd, noLimit, 'there is')],
    resources.names.map((name) => odd[name]),
  );
  assert.equal(resources.are(odd), true);
});

test('are() tells whether these are the totals, in whatever order', () => {
  const resources = resourcesOf({ seats: 10, printers: 2 });
  assert.equal(resources.are({ printers: 2, seats: 10 }), true);
  for (const other of [{ seats: 10 }, { seats: 10, printers: 3 }, { seats: 10, beds: 2 }, {}] as const)
    assert.equal(resources.are(other as never), false);
  assert.equal(resources.are({ seats: 10, printers: 2, beds: 0 }), false);
});

test('checkResources() takes 1 to 16 names with whole numbers, and nothing else', () => {
  const many = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, index]));
  for (const good of [{ a: 0 }, { a: MOST }, many(16), { ['n'.repeat(63)]: 1 }]) checkResources(good);
  for (const [bad, kind] of [
    [{}, RangeError],
    [many(17), RangeError],
    [{ a: -1 }, RangeError],
    [{ a: 1.5 }, RangeError],
    [{ a: MOST + 1 }, RangeError],
    [{ '': 1 }, RangeError],
    [{ ['n'.repeat(64)]: 1 }, RangeError],
    [{ ['宽'.repeat(22)]: 1 }, RangeError],
    [{ '\ud800': 1 }, RangeError],
    [{ a: '1' }, TypeError],
    [undefined, TypeError],
    [null, TypeError],
    ['a', TypeError],
  ] as const)
    assert.throws(() => checkResources(bad), kind);
});

test('encoded() and decoded() give any name back, a byte order mark included', () => {
  for (const name of ['printers', '宽', '\ufeffmarked', '']) assert.equal(decoded(encoded(name)), name);
});
