/** The stock file: what is sound is read, and what is not is named by file, line, entry and field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseStock, readStock, type Stock } from '../../../../src/cli/rush/stock.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder, says } from '../scratch.ts';

const train = (name: unknown, classes: unknown): string => JSON.stringify([{ train: name, classes }]);
const second = (seats: unknown, price: unknown = 1): string => train('G1', { second: { seats, price } });

test('readStock reads trains and classes in the order of the file, and leaves other fields alone', () =>
  inFolder(async (folder) => {
    const text = `\uFEFF[{ "train": "G1", "from": "北京南", "classes": {
      "second": { "seats": 10, "price": 553.5, "cars": 8 }, "1": { "seats": 0, "price": 0 } } }]`;
    assert.deepEqual(await readStock(await fileIn(folder, 'trains.json', text)), {
      trains: [
        {
          train: 'G1',
          classes: [
            { name: 'second', seats: 10, price: 553.5 },
            { name: '1', seats: 0, price: 0 },
          ],
        },
      ],
    });
  }));

test('parseStock gives back any stock that was written as JSON', () => {
  const name = fc.string({ minLength: 1 });
  const price = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
  const item = fc.record({ name, seats: fc.nat(1_000_000), price }, { noNullPrototype: true });
  const classes = fc.uniqueArray(item, { selector: (found) => found.name, minLength: 1, maxLength: 4 });
  const trains = fc.uniqueArray(fc.record({ train: name, classes }, { noNullPrototype: true }), {
    selector: (found) => found.train,
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(trains, (given) => {
      // Written by hand, as an object literal would reorder names that look like numbers and lose __proto__.
      const text = given.map((row) => {
        const fields = row.classes.map(
          ({ name: key, ...rest }) => `${JSON.stringify(key)}: ${JSON.stringify(rest)}`,
        );
        return `{"train": ${JSON.stringify(row.train)}, "classes": {${fields.join()}}}`;
      });
      const stock: Stock = parseStock(`[${text.join()}]`, 't.json');
      assert.deepEqual(stock, { trains: given });
    }),
  );
});

const G1 = 'entry 1 (train "G1"), classes';
for (const [text, message] of [
  [second(-1), `t.json:1: ${G1}.second.seats must be a whole number of 0 or more: it is -1`],
  [second(1.5), `t.json:1: ${G1}.second.seats must be a whole number of 0 or more: it is 1.5`],
  [second('10'), `t.json:1: ${G1}.second.seats must be a whole number of 0 or more: it is "10"`],
  [second(undefined), `t.json:1: ${G1}.second.seats must be a whole number of 0 or more: it is missing`],
  [second(1_000_001), `t.json:1: ${G1}.second.seats must be 1000000 at most: it is 1000001`],
  [
    '[{"train":"G1","classes":{"second":{"seats":1e400,"price":1}}}]',
    `t.json:1: ${G1}.second.seats must be 1000000 at most: it is Infinity`,
  ],
  [second(1, null), `t.json:1: ${G1}.second.price must be a number of 0 or more: it is null`],
  [second(1, -0.5), `t.json:1: ${G1}.second.price must be a number of 0 or more: it is -0.5`],
  [
    train('G1', { second: { seats: 1 } }),
    `t.json:1: ${G1}.second.price must be a number of 0 or more: it is missing`,
  ],
  [train('G1', { second: 5 }), `t.json:1: ${G1}.second must be an object with seats and price: it is 5`],
  [train('G1', { 'a b': [] }), `t.json:1: ${G1}["a b"] must be an object with seats and price: it is a list`],
  [train('G1', {}), `t.json:1: ${G1} must be an object with at least one class: it is an empty object`],
  [train('G1', []), `t.json:1: ${G1} must be an object with at least one class: it is a list`],
  ['[{"train":"G1"}]', `t.json:1: ${G1} must be an object with at least one class: it is missing`],
  [
    train('', { a: { seats: 1, price: 1 } }),
    't.json:1: entry 1, train must be a text that is not empty: it is ""',
  ],
  [
    train(7, { a: { seats: 1, price: 1 } }),
    't.json:1: entry 1, train must be a text that is not empty: it is 7',
  ],
  [
    '[{"train":"G1","classes":{"":{"seats":1,"price":1}}}]',
    't.json:1: entry 1 (train "G1"), a class has an empty name',
  ],
  ['[5]', 't.json:1: entry 1 must be an object: it is 5'],
  ['[]', 't.json:1: the list of trains is empty'],
  ['\n{}', 't.json:2: must be a list of trains'],
  ['[\n{"train" "G1"}]', `t.json:2:10: is not JSON: expected ':', found "\\""`],
  ['', 't.json:1:1: is not JSON: expected a value, found the end'],
  [
    '[{"train":"G1","classes":{"a":{"seats":1,"price":1},"a":{"seats":2,"price":1}}}]',
    't.json:1:53: is not JSON: the name "a" appears twice in one object',
  ],
] as const)
  test(`parseStock refuses ${text.slice(0, 70).replace('\n', ' ')} as ${message.slice(7, 90)}`, () => {
    assert.throws(() => parseStock(text, 't.json'), says(UsageError, message));
  });

test('parseStock names every fault with its own line', () => {
  const text = `[
    { "train": "G1", "classes": { "second": { "seats": 1, "price": 1 } } },
    { "train": "G1",
      "classes": {
        "second": { "seats": -1,
                    "price": "x" } } },
    { "train": "G3" }
  ]`;
  assert.throws(
    () => parseStock(text, 't.json'),
    says(
      UsageError,
      [
        't.json:3: entry 2 (train "G1"), train is already entry 1',
        't.json:5: entry 2 (train "G1"), classes.second.seats must be a whole number of 0 or more: it is -1',
        't.json:6: entry 2 (train "G1"), classes.second.price must be a number of 0 or more: it is "x"',
        't.json:7: entry 3 (train "G3"), classes must be an object with at least one class: it is missing',
      ].join('\n'),
    ),
  );
});

test('readStock says why a file cannot be read', () =>
  inFolder(async (folder) => {
    const missing = `${folder}/no.json`;
    await assert.rejects(
      readStock(missing),
      says(UsageError, `Cannot read ${missing} as there is no such file or folder`),
    );
    await assert.rejects(readStock(folder), says(UsageError, `Cannot read ${folder} as it is a folder`));
    const utf16 = await fileIn(folder, 'utf16.json', Buffer.from('\uFEFF[]', 'utf16le'));
    await assert.rejects(readStock(utf16), says(UsageError, `${utf16} is not UTF-8 text`));
  }));
