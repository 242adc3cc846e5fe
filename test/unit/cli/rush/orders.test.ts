/**
 * The order file. A line that is no order condemns the file; an order that cannot be served does not, as it
 * is answered in the ledger.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readOrders } from '../../../../src/cli/rush/orders.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder, says } from '../scratch.ts';

const GOOD = { id: 1, buyer: 'Wang Wei', train: 'G1', class: 'second', seats: 2 };

test('readOrders skips blank lines and takes CR LF, a byte order mark and a last line without an end', () =>
  inFolder(async (folder) => {
    const text = `\uFEFF${JSON.stringify(GOOD)}\r\n\r\n  \n${JSON.stringify({ ...GOOD, id: '1' })}`;
    assert.deepEqual(await readOrders(await fileIn(folder, 'o', text)), [GOOD, { ...GOOD, id: '1' }]);
  }));

test('readOrders keeps only the five fields of an order', () =>
  inFolder(async (folder) => {
    const line = JSON.stringify({ ...GOOD, note: 'window seat' });
    assert.deepEqual(await readOrders(await fileIn(folder, 'o', line)), [GOOD]);
  }));

test('readOrders takes an empty file for no orders', () =>
  inFolder(async (folder) => {
    assert.deepEqual(await readOrders(await fileIn(folder, 'o', '')), []);
  }));

test('readOrders takes orders that will be refused: odd seats and any train', () =>
  inFolder(async (folder) => {
    const orders = [0, -1, 1.5, 1e300].map((seats, id) => ({ ...GOOD, id, train: '', seats }));
    const text = orders.map((order) => JSON.stringify(order)).join('\n');
    assert.deepEqual(await readOrders(await fileIn(folder, 'o', text)), orders);
  }));

test('readOrders gives back any orders that were written as NDJSON', () =>
  inFolder(async (folder) => {
    const id = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger().map((number) => number + 0),
    );
    const text = fc.string({ unit: 'binary' });
    const seats = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
    const order = fc.record({ id, buyer: text, train: text, class: text, seats });
    const orders = fc.uniqueArray(order, { selector: (found) => found.id });
    await fc.assert(
      fc.asyncProperty(orders, fc.constantFrom('\n', '\r\n', '\n\n'), async (given, end) => {
        const path = await fileIn(folder, 'o', given.map((found) => JSON.stringify(found) + end).join(''));
        assert.deepEqual(
          await readOrders(path),
          given.map((found) => ({ ...found })),
        );
      }),
    );
  }));

for (const [line, fault] of [
  ['{"id":1,', 'is not JSON: expected a name in quotes, found the end at column 9'],
  ['nonsense', 'is not JSON: expected a value, found "n" at column 1'],
  ['[1]', 'must be an object: it is [1]'],
  ['null', 'must be an object: it is null'],
  [{ ...GOOD, id: undefined }, 'id must be a text or a whole number below 2^53: it is missing'],
  [{ ...GOOD, id: 1.5 }, 'id must be a text or a whole number below 2^53: it is 1.5'],
  [{ ...GOOD, id: 2 ** 53 }, 'id must be a text or a whole number below 2^53: it is 9007199254740992'],
  [{ ...GOOD, id: true }, 'id must be a text or a whole number below 2^53: it is true'],
  [{ ...GOOD, buyer: undefined }, 'buyer must be a text: it is missing'],
  [{ ...GOOD, train: 7 }, 'train must be a text: it is 7'],
  [{ ...GOOD, class: null }, 'class must be a text: it is null'],
  [{ ...GOOD, seats: '2' }, 'seats must be a number: it is "2"'],
  [{ ...GOOD, seats: undefined }, 'seats must be a number: it is missing'],
  [JSON.stringify(GOOD).replace('2}', '1e400}'), 'seats must be a number: it is Infinity'],
  [Buffer.from([0x7b, 0xff]), 'is not UTF-8 text'],
] as const)
  test(`readOrders refuses the file when a line ${fault}`, () =>
    inFolder(async (folder) => {
      const bytes = Buffer.isBuffer(line) || typeof line === 'string' ? line : JSON.stringify(line);
      const before = `${JSON.stringify({ ...GOOD, id: 'before' })}\n\n`;
      const content = Buffer.concat([before, bytes, '\n'].map((part) => Buffer.from(part as string)));
      const path = await fileIn(folder, 'orders.ndjson', content);
      await assert.rejects(readOrders(path), says(UsageError, `${path}:3: ${fault}`));
    }));

test('readOrders names an id that was used before, and tells 7 from "7"', () =>
  inFolder(async (folder) => {
    const lines = [7, '7', 8, 7].map((id) => JSON.stringify({ ...GOOD, id }));
    const path = await fileIn(folder, 'o', lines.join('\n'));
    await assert.rejects(readOrders(path), says(UsageError, `${path}:4: id 7 is already on line 1`));
  }));

test('readOrders names every field of a line and every line of a file', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'o', '{"id":1,"train":"G1","class":"a","seats":1}\n{}\n');
    const fields = ['id must be a text or a whole number below 2^53', 'buyer must be a text'];
    fields.push('train must be a text', 'class must be a text', 'seats must be a number');
    const faults = [`${path}:1: buyer must be a text: it is missing`];
    faults.push(...fields.map((field) => `${path}:2: ${field}: it is missing`));
    await assert.rejects(readOrders(path), says(UsageError, faults.join('\n')));
  }));

test('readOrders says why a file cannot be read', () =>
  inFolder(async (folder) => {
    await assert.rejects(readOrders(folder), says(UsageError, `Cannot read ${folder} as it is a folder`));
  }));
