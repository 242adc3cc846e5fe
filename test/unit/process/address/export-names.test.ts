/**
 * A name is found by the value that a variable holds; only for the default, which no variable holds, by the
 * text.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { nameInCommonJs, nameInModule } from '../../../../src/process/address/export-names.ts';
import type { Place } from '../../../../src/process/address/locate.ts';
import type { AnyFunction } from '../../../../src/process/address/task.ts';

const require = createRequire(import.meta.url);
const fileAt = (file: string): string =>
  fileURLToPath(new URL(`../../../fixtures/functions/${file}`, import.meta.url));

function place(source: string, variables: object | undefined, at: Partial<Place> = {}): Place {
  return {
    url: 'file:///x.js',
    isModule: true,
    source,
    line: 0,
    column: 0,
    variables,
    isClosure: false,
    ...at,
  };
}

const work = (): number => 1;

test('nameInModule() takes the export whose variable holds the function, whatever it is called', () => {
  const source = 'export { a as first, b as work, c as third };';
  assert.equal(nameInModule(work, place(source, { a: () => 1, b: () => 2, c: work })), 'third');
  assert.equal(nameInModule(work, place(source, { a: () => 1, b: () => 2, hidden: work })), undefined);
  assert.equal(nameInModule(work, place(source, undefined)), undefined);
});

test('nameInModule() finds what an exported object or class holds itself', () => {
  class Tools {
    static run = work;
  }
  const source = 'export const tools = {}; export class Tools {}';
  assert.equal(nameInModule(work, place(source, { tools: { run: work } })), 'tools.run');
  assert.equal(nameInModule(work, place(source, { Tools })), 'Tools.run');
  assert.equal(nameInModule(work, place(source, { tools: Object.create({ run: work }) })), undefined);
  assert.equal(nameInModule(work, place(source, { tools: { deep: { run: work } } })), undefined);
});

test('nameInModule() asks no getter and no proxy', () => {
  const never = (): never => assert.fail('code of the user runs');
  const tools = Object.defineProperty({}, 'run', { get: never });
  const proxy = new Proxy({}, { ownKeys: never, get: never, getOwnPropertyDescriptor: never });
  const source = 'export let tools, proxy;';
  assert.equal(nameInModule(work, place(source, { tools, proxy })), undefined);
});

test('nameInModule() passes over variables that have no value yet', () => {
  const variables = { work };
  Object.defineProperty(variables, 'early', {
    get: () => {
      throw new ReferenceError('not initialised');
    },
  });
  assert.equal(nameInModule(work, place('export let early; export const work = 1;', variables)), 'work');
});

test('nameInModule() reads quoted and escaped names, and gives no path with two meanings', () => {
  const given = (source: string): unknown => nameInModule(work, place(source, { work, шаг: work }));
  assert.equal(given("export { work as 'two words' };"), 'two words');
  assert.equal(given('export { \\u0448\\u0430\\u0433 };'), 'шаг');
  assert.equal(given('export { \\u{448}\\u{430}\\u{433} as step };'), 'step');
  assert.equal(given("export { work as 'a.b' };"), undefined);
  assert.equal(given("export { work as 'a.b', work as plain };"), 'plain');
  assert.equal(given("export { work as '' };"), undefined);
});

test('nameInModule() passes over types', () => {
  assert.equal(nameInModule(work, place('export type { work }; export { work as real };', { work })), 'real');
});

test('nameInModule() takes an anonymous default only at its very place', () => {
  const text = Function.prototype.toString.call(work);
  const gap = fc.array(
    fc.constantFrom(
      ' ',
      '\n',
      '\r\n',
      '\r',
      '\u2028',
      '\t',
      '/* a ) */',
      '/* ** */',
      '// a line (\n',
      '(',
      '//\r\n',
    ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(gap, gap, gap, (before, between, after) => {
      const decoy = `const other = ${text};`;
      const open = [...between].filter((it) => it === '(').length;
      const head = `${decoy}${before.join('').replaceAll('(', '')}\nexport default ${between.join('')}`;
      const source = `${head}${text}${')'.repeat(open)};${after.join('').replaceAll('(', '')}\n${decoy}`;
      const nameAt = (offset: number): unknown => {
        const lines = source.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
        const where = { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
        return nameInModule(work, place(source, undefined, where));
      };
      assert.equal(nameAt(head.length), 'default');
      assert.equal(nameAt(source.indexOf(text)), undefined);
      assert.equal(nameAt(source.lastIndexOf(text)), undefined);
    }),
    { numRuns: 200 },
  );
});

test('nameInModule() takes a default by its word if the function stands at the top level', () => {
  const text = Function.prototype.toString.call(work);
  const given = (before: string, end: string, at: Partial<Place> = {}): unknown =>
    nameInModule(
      work,
      place(`${before}${text}${before.includes('{') ? '}' : ''}\nexport default ${end}`, at.variables, {
        column: before.length,
        ...at,
      }),
    );
  for (const end of ['work;', 'work', 'work // it', '/* it */ work\n', 'work/* it */;'])
    assert.equal(given('const work = ', end), 'default', end);
  for (const end of ['work();', 'work.bind(null)', 'worker', 'work + 1', 'new work', 'wor'])
    assert.equal(given('const work = ', end), undefined, end);
  assert.equal(given('function around() { const work = ', 'work;'), undefined);
  assert.equal(given('const work = ', 'work;', { isClosure: true }), undefined);
  assert.equal(given('const work = ', 'work;', { variables: { work: () => 2 } }), undefined);
  assert.equal(given('const work = ', 'work;', { variables: { work } }), 'default');
});

test('nameInCommonJs() compares what the cache holds, and runs getters of compiled modules only', () => {
  const given = (fn: AnyFunction, file: string): unknown => nameInCommonJs(fn, fileAt(file), '');
  assert.equal(given(require(fileAt('single.cjs')), 'single.cjs'), 'default');
  assert.equal(given(require(fileAt('legacy.cjs')).Counter.start, 'legacy.cjs'), 'Counter.start');
  assert.equal(given(require(fileAt('compiled.cjs')).renamed, 'compiled.cjs'), 'renamed');
  assert.equal(given(work, 'legacy.cjs'), undefined);
  assert.equal(given(work, 'never-loaded.cjs'), undefined);
  const lazy = require(fileAt('lazy.cjs')) as { give(): AnyFunction; timesRead: number };
  assert.equal(given(lazy.give(), 'lazy.cjs'), undefined);
  assert.equal(lazy.timesRead, 0);
});
