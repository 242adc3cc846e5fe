/**
 * A function that is exported has an address, however it is exported; `resolveAddress()` gives it back;
 * everything else is refused by name and place. Here within one process; `address-programs.test.ts` starts
 * others.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { mock, test } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { addressesOf, addressOf, resolveAddress } from '../../../../src/process/address/address.ts';
import { type Addressable, type AnyFunction, task } from '../../../../src/process/address/task.ts';

type Exports = Record<string, Addressable> & { readonly default: Addressable };

const require = createRequire(import.meta.url);
const at = (file: string): string => new URL(`../../../fixtures/functions/${file}`, import.meta.url).href;
const load = async (file: string): Promise<Exports> => (await import(at(file))) as Exports;
const within = (holder: Addressable | undefined, key: string): Addressable => Reflect.get(holder ?? {}, key);
const call = (fn: Addressable | undefined, ...args: unknown[]): never =>
  (fn as (...args: unknown[]) => never)(...args);

const DATA: string = 'data:text/javascript,export function f(){}';
const named = await load('named.ts');
const cases: readonly [what: string, fn: Addressable | undefined, file: string, name: string][] = [
  ['a renamed function', named['add'], 'named.ts', 'add'],
  ['an arrow function', named['arrow'], 'named.ts', 'arrow'],
  ['an async function', named['later'], 'named.ts', 'later'],
  ['a generator', named['counting'], 'named.ts', 'counting'],
  ['an async generator', named['countingLater'], 'named.ts', 'countingLater'],
  ['a class', named['Counter'], 'named.ts', 'Counter'],
  ['a static method', within(named['Counter'], 'start'), 'named.ts', 'Counter.start'],
  ['a static field', within(named['Counter'], 'step'), 'named.ts', 'Counter.step'],
  ['a function in an object', within(named['tasks'], 'greet'), 'named.ts', 'tasks.greet'],
  ['an exported closure', named['double'], 'named.ts', 'double'],
  ['a function passed on by another module', (await load('through.ts'))['sum'], 'named.ts', 'add'],
  ['a function passed on renamed', (await load('through.ts'))['afterwards'], 'named.ts', 'later'],
  ['an anonymous default', (await load('default-function.mjs')).default, 'default-function.mjs', 'default'],
  ['a named default', (await load('default-named.mjs')).default, 'default-named.mjs', 'default'],
  ['a default by its name', (await load('default-word.mjs')).default, 'default-word.mjs', 'default'],
  ['a default in brackets', (await load('default-brackets.mjs')).default, 'default-brackets.mjs', 'default'],
  ['a default class', (await load('default-class.ts')).default, 'default-class.ts', 'default'],
  ['a file that claims another name', (await load('source-url.mjs'))['work'], 'source-url.mjs', 'work'],
  ['a name that is not ASCII', (await load('cyrillic.ts'))['сумма'], 'cyrillic.ts', 'сумма'],
  ['exports.name', require(fileAt('legacy.cjs')).named, 'legacy.cjs', 'named'],
  ['a class of a CommonJS module', require(fileAt('legacy.cjs')).Counter, 'legacy.cjs', 'Counter'],
  ['its static method', require(fileAt('legacy.cjs')).Counter.start, 'legacy.cjs', 'Counter.start'],
  [
    'an export that Node.js cannot guess',
    require(fileAt('legacy.cjs')).unguessable,
    'legacy.cjs',
    'unguessable',
  ],
  ['module.exports itself', (await load('single.cjs')).default, 'single.cjs', 'default'],
  ['a compiled export', require(fileAt('compiled.cjs')).renamed, 'compiled.cjs', 'renamed'],
  ['a compiled default', require(fileAt('compiled.cjs')).default, 'compiled.cjs', 'default'],
  ['a CommonJS module in TypeScript', require(fileAt('typed.cts')).work, 'typed.cts', 'work'],
  ['a CommonJS package', await inCommonJs('commonjs/work.js'), 'commonjs/work.js', 'work'],
  [
    'a CommonJS module imported by a statement',
    (await load('imports-commonjs.ts'))['statedWork'],
    'commonjs/stated.ts',
    'work',
  ],
  ['a CommonJS package in TypeScript', await inCommonJs('commonjs/typed.ts'), 'commonjs/typed.ts', 'work'],
];

for (const [what, fn, file, name] of cases)
  test(`addressOf() gives module and export of ${what}, and resolveAddress() the function`, async () => {
    assert.ok(fn);
    const address = addressOf(fn);
    assert.equal(address.url, at(file));
    assert.equal(address.name, name);
    assert.match(address.hash, /^[0-9a-f]{16}$/);
    assert.equal(await resolveAddress(address), fn);
    // What was looked up here is known here. Another copy of the module is as strange as in another process.
    const copy = await resolveAddress({ ...address, url: `${address.url}?copy` });
    assert.equal(String(copy), String(fn));
  });

const refused: readonly [what: string, fn: Addressable, reason: RegExp, name: string][] = [
  [
    'a function that hides an export by its name',
    call(named['shadow']),
    /named\.ts:\d.* does not export it/,
    'arrow',
  ],
  ['the same for a default', call((await load('default-word.mjs'))['shadow']), /does not export it/, 'work'],
  [
    'another of the same text',
    call((await load('default-function.mjs'))['makeAnother']),
    /does not export/,
    '',
  ],
  [
    'a function that is not exported',
    call(named['giveHidden']),
    /named\.ts:\d.* does not export it/,
    'hidden',
  ],
  ['a closure', call(named['tripler']), /made while another function ran/, ''],
  ['a method', within(within(named['Counter'], 'prototype'), 'next'), /does not export it/, 'next'],
  ['a decorated function', (await load('decorated.ts'))['work']!, /wrapper\.ts:\d.* made while/, ''],
  ['a bound function', (named['add'] as AnyFunction).bind(null), /bound, built in or a proxy/, 'bound plus'],
  ['a built-in function', Math.max, /bound, built in or a proxy/, 'max'],
  ['a proxy', new Proxy(named['add']!, {}), /bound, built in or a proxy/, 'plus'],
  ['a function of Node.js', require, /belongs to Node\.js/, 'require'],
  // oxlint-disable-next-line typescript/no-implied-eval -- it is what must be refused
  ['new Function', new Function('return 1') as AnyFunction, /made from a string/, 'anonymous'],
  [
    'code that claims to be a file',
    // oxlint-disable-next-line no-eval -- it is what must be refused
    (0, eval)(`(function faked() {})\n//# sourceURL=${at('named.ts')}`) as AnyFunction,
    /made from a string/,
    'faked',
  ],
  ['a module from a data: URL', (await import(DATA)).f, /in no file/, 'f'],
  ['a closure of a CommonJS module', require(fileAt('legacy.cjs')).makeClosure(1), /made while another/, ''],
];

for (const [what, fn, reason, name] of refused)
  test(`addressOf() refuses ${what}, and says why and what to do`, () => {
    assert.throws(
      () => addressOf(fn),
      (error: Error & { code: string; facts: Record<string, unknown> }) => {
        assert.equal(error.code, 'not-exported');
        assert.match(error.message, reason);
        assert.match(
          error.message,
          /: export it at the top level of a module, or name its export with task\(/,
        );
        assert.equal(error.facts['name'], name);
        return true;
      },
    );
  });

test('addressOf() says the line that the author wrote, also of code that a loader changed', () => {
  const lineOf = (fn: Addressable): unknown => {
    try {
      return addressOf(fn);
    } catch (error) {
      return (error as { facts: { line: number } }).facts.line;
    }
  };
  const lines = readFileSync(fileAt('named.ts'), 'utf8').split('\n');
  assert.equal(
    lineOf(call(named['giveHidden'])),
    lines.findIndex((line) => line.includes('const hidden')) + 1,
  );
});

test('addressOf() refuses what is no function with a TypeError', () => {
  for (const value of [undefined, null, 1, {}]) assert.throws(() => addressOf(value as never), TypeError);
});

test('addressOf() runs no getter of a CommonJS module to find a name', () => {
  const lazy = require(fileAt('lazy.cjs')) as { give(): Addressable; timesRead: number };
  assert.throws(() => addressOf(lazy.give()), { code: 'not-exported' });
  assert.equal(lazy.timesRead, 0);
});

test('addressesOf() asks the inspector once for all new functions, and never for known ones', async () => {
  const fresh = await load('named.ts?fresh');
  const fns = [fresh['add']!, fresh['arrow']!, fresh['add']!, task(at('named.ts'), 'later')];
  const opened = mock.method(Session.prototype, 'connect');
  const closed = mock.method(Session.prototype, 'disconnect');
  try {
    const addresses = addressesOf(fns);
    assert.deepEqual(
      addresses.map(({ url, name }) => [url, name]),
      [
        [at('named.ts?fresh'), 'add'],
        [at('named.ts?fresh'), 'arrow'],
        [at('named.ts?fresh'), 'add'],
        [at('named.ts'), 'later'],
      ],
    );
    assert.equal(opened.mock.callCount(), 1);
    assert.deepEqual(addressesOf(fns), addresses);
    assert.equal(opened.mock.callCount(), 1);
    // A session that stays open would leave the debugger enabled, and every `await` ten times slower.
    assert.equal(closed.mock.callCount(), 1);
    assert.throws(() => addressesOf([fresh['double']!, call(fresh['tripler'])]), { code: 'not-exported' });
    assert.equal(closed.mock.callCount(), opened.mock.callCount());
    assert.deepEqual(addressesOf([]), []);
    assert.equal(opened.mock.callCount(), 2);
  } finally {
    opened.mock.restore();
    closed.mock.restore();
  }
});

test('resolveAddress() refuses another function under the same name, if there is a hash', async () => {
  const address = addressOf(named['add']!);
  const changed = { ...address, hash: '0123456789abcdef' };
  await assert.rejects(resolveAddress(changed), { code: 'not-exported', message: /another function/ });
  assert.equal(await resolveAddress({ ...address, hash: '' }), named['add']);
  assert.equal(await resolveAddress(addressOf(task(at('named.ts'), 'add'))), named['add']);
});

test('resolveAddress() refuses what is not there, with the reason as its cause', async () => {
  const lost = { code: 'not-exported', facts: { name: 'nothing', url: at('named.ts') } };
  await assert.rejects(resolveAddress({ url: at('named.ts'), name: 'nothing', hash: '' }), lost);
  await assert.rejects(resolveAddress({ url: at('gone.ts'), name: 'add', hash: '' }), (error: Error) => {
    assert.equal((error as Error & { code: string }).code, 'not-exported');
    assert.equal((error.cause as { code: string }).code, 'ERR_MODULE_NOT_FOUND');
    return true;
  });
});

test('resolveAddress() tries again what failed before', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'duodao-address-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const address = { url: pathToFileURL(join(folder, 'late.mjs')).href, name: 'work', hash: '' };
  await assert.rejects(resolveAddress(address), { code: 'not-exported' });
  writeFileSync(join(folder, 'late.mjs'), 'export function work() {}');
  assert.equal(typeof (await resolveAddress(address)), 'function');
});

test('resolveAddress() passes on what a module throws while it loads', async () => {
  const address = { url: at('throws-at-import.ts'), name: 'work', hash: '' };
  await assert.rejects(resolveAddress(address), { name: 'RangeError', message: 'this module does not load' });
});

test('resolveAddress() imports no code out of an address', async () => {
  for (const url of [DATA, './named.ts', '', 'blob:nodedata:1'])
    await assert.rejects(resolveAddress({ url, name: 'f', hash: '' }), {
      code: 'not-exported',
      message: /not the URL/,
    });
});

test('resolveAddress() never leaves what a module exports, whatever the path', async () => {
  const words = [
    'add',
    'Counter',
    'prototype',
    'constructor',
    '__proto__',
    'call',
    'bind',
    'start',
    'toString',
    '',
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }), async (path) => {
      const address = { url: at('named.ts'), name: path.join('.'), hash: '' };
      const found = await resolveAddress(address).catch((error: { code: string }) => error.code);
      if (typeof found !== 'function') return assert.equal(found, 'not-exported');
      assert.doesNotMatch(Function.prototype.toString.call(found), /native code/);
    }),
    { numRuns: 200 },
  );
});

test('A function that was resolved has a known address and needs no inspector', async () => {
  const fn = (await resolveAddress({ url: at('named.ts?sent-on'), name: 'arrow', hash: '' })) as Addressable;
  const opened = mock.method(Session.prototype, 'connect');
  try {
    assert.equal(addressOf(fn).name, 'arrow');
    assert.equal(addressOf(fn).hash.length, 16);
    assert.equal(opened.mock.callCount(), 0);
  } finally {
    opened.mock.restore();
  }
});

function fileAt(file: string): string {
  return new URL(at(file)).pathname;
}

/** From an ES module, as a user imports it: there some loaders give the names and some only the default. */
async function inCommonJs(file: string): Promise<Addressable | undefined> {
  const module = await load(file);
  return module['work'] ?? within(module.default, 'work');
}
