/** What a worker does with a module and with an item. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Journal } from '../../../../src/cli/map/journal.ts';
import { discovered, learn, mapBlock, mapItem } from '../../../../src/cli/map/worker.ts';
import { fileIn, inFolder } from '../scratch.ts';

async function withModule(
  source: string,
  run: (url: string) => Promise<void>,
  name = 'f.mjs',
): Promise<void> {
  await inFolder(async (folder) => {
    await run(pathToFileURL(await fileIn(folder, name, source)).href);
  });
}

const found = async (url: string, name?: string): Promise<unknown> => {
  await learn({ url, name, form: 'text' });
  return discovered();
};

test('A worker finds the export that was named, also in something that is exported', () =>
  withModule(
    'export const a = (x) => x + 1; export class K { static n = 2; static m(x) { return x + this.n; } }',
    async (url) => {
      assert.deepEqual(await found(url, 'a'), { kind: 'found', name: 'a' });
      assert.deepEqual(await found(url, 'K.m'), { kind: 'found', name: 'K.m' });
      assert.equal(mapItem('1'), '"12"');
      assert.deepEqual(await found(url, 'K'), { kind: 'missing', names: ['a'] });
      assert.deepEqual(await found(url, 'K.constructor'), { kind: 'missing', names: ['a'] });
      assert.throws(() => mapItem('1'), /this worker has no function/);
    },
  ));

test('Without a name it takes the default, or the only function', async () => {
  await withModule('export default (x) => x; export const other = (x) => x;', async (url) => {
    assert.deepEqual(await found(url), { kind: 'found', name: 'default' });
  });
  await withModule('export const only = (x) => x; export const no = 1; export class K {}', async (url) => {
    assert.deepEqual(await found(url), { kind: 'found', name: 'only' });
  });
  await withModule('export const a = (x) => x; export const b = (x) => x;', async (url) => {
    assert.deepEqual(await found(url), { kind: 'several', names: ['a', 'b'] });
  });
  await withModule('export const no = 1;', async (url) => {
    assert.deepEqual(await found(url), { kind: 'missing', names: [] });
  });
});

test('A CommonJS module has its functions, however it exports them', async () => {
  const late = 'const all = { f(x) { return x; } }; module.exports = all;';
  await withModule(
    late,
    async (url) => assert.deepEqual(await found(url), { kind: 'found', name: 'f' }),
    'f.cjs',
  );
  const whole = 'module.exports = (x) => x;';
  await withModule(
    whole,
    async (url) => assert.deepEqual(await found(url), { kind: 'found', name: 'default' }),
    'g.cjs',
  );
});

test('A module that throws is told of with its stack', () =>
  withModule('throw new RangeError("not today");', async (url) => {
    const { kind, error } = (await found(url)) as { kind: string; error: string };
    assert.equal(kind, 'broken');
    assert.match(error, /^RangeError: not today\n +at /);
  }));

test('An item is the text, or the JSON value that it is', () =>
  withModule('export default (x) => [typeof x, x];', async (url) => {
    await learn({ url, name: undefined, form: 'text' });
    assert.equal(mapItem('{"a":1}'), '["string","{\\"a\\":1}"]');
    assert.throws(() => mapItem(undefined), /not UTF-8/);
    await learn({ url, name: undefined, form: 'json' });
    assert.equal(mapItem('{"a":1}'), '["object",{"a":1}]');
    assert.throws(() => mapItem('{"a":1'), /as it is not JSON: .* at column 7$/);
  }));

test('A result is what it comes to, and nothing is null', () =>
  withModule(
    `export default (x) => ({
      undefined, promise: Promise.resolve([1]), thenable: { then: (go) => go('t') }, date: new Date(0),
      silent: { toJSON() {} }, nan: NaN,
    })[x];`,
    async (url) => {
      await learn({ url, name: undefined, form: 'text' });
      const results = [];
      for (const item of ['undefined', 'promise', 'thenable', 'date', 'silent', 'nan'])
        results.push(await mapItem(item));
      assert.deepEqual(results, ['null', '[1]', '"t"', '"1970-01-01T00:00:00.000Z"', 'null', 'null']);
    },
  ));

test('A result that JSON has no form for fails its item', () =>
  withModule(
    `const circle = {}; circle.self = circle;
    export default (x) => ({
      big: 1n, deep: [1n], circle, map: new Map(), set: new Set(), fn: () => 1, symbol: Symbol(),
    })[x];`,
    async (url) => {
      await learn({ url, name: undefined, form: 'text' });
      for (const item of ['big', 'deep', 'circle', 'map', 'set', 'fn', 'symbol'])
        assert.throws(() => mapItem(item), /^TypeError: Cannot write the result as JSON/, item);
    },
  ));

test('A block has what becomes of each item in the journal, and ends before what has no place', () =>
  withModule(
    `export default async (x) => {
      if (x === 'bad') throw new TypeError('no');
      return x === 'big' ? x.repeat(30_000) : x;
    }`,
    async (url) => {
      const journal = new Journal(1);
      await learn({ url, name: undefined, form: 'text', journal: journal.parts });
      assert.equal(await mapBlock({ slot: 0, items: ['a', 'bad', 'c'] }), undefined);
      const texts = journal.lines(0).map((line) => line.replace(/^(.)\d+\t/, '$1'));
      assert.deepEqual([texts[0], texts[2]], ['+"a"', '+"c"']);
      assert.match(texts[1]!, /^-\{"name":"TypeError","message":"no"/);
      journal.clear(0);
      assert.match((await mapBlock({ slot: 0, items: ['a', 'big', 'b'] }))!, /^\+\d+\t"big/);
      assert.equal(journal.lines(0).length, 1);
    },
  ));
