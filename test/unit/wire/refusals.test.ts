/**
 * What the codec promises for values that cannot cross: they are refused at the sender, and the error says where.
 * How: each kind of such value, then each kind of step in a path.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import { decode, encode, type Outgoing } from '../../../src/wire/index.ts';
import * as itself from '../../../src/wire/index.ts';
import { across, assertSame } from './same.ts';

/** The error for a value that stands at `args[0].it`. */
function refused(it: unknown, outgoing?: Outgoing): DuodaoError {
  try {
    encode([{ it }], outgoing, 'args');
  } catch (error) {
    assert.ok(error instanceof DuodaoError, String(error));
    assert.equal(error.code, 'not-cloneable');
    assert.deepEqual(error.facts, { path: 'args[0].it' });
    return error;
  }
  return assert.fail('it was sent');
}

test('Functions and classes are refused where only data is sent', () => {
  for (const fn of [() => 1, class {}, async () => {}, Math.max]) {
    assert.equal(
      refused(fn).message,
      'Cannot send args as args[0].it is a function, and only data is sent here',
    );
    assert.match(refused(fn, { handleOf: () => undefined }).message, /is a function/);
  }
});

test('Symbols are refused, boxed ones too', () => {
  for (const symbol of [Symbol('s'), Symbol.iterator, Object(Symbol('s'))])
    assert.match(refused(symbol).message, /args\[0\]\.it is a symbol$/);
});

test('Promises are refused, and the error says what to do', () => {
  for (const promise of [Promise.resolve(1), (async () => {})()])
    assert.match(refused(promise).message, /a Promise, which has to be awaited first/);
});

test('Generators and iterators are refused', () => {
  const made = [(function* () {})(), (async function* () {})()];
  for (const generator of made) assert.match(refused(generator).message, /a generator/);
  for (const iterator of [[].values(), new Map().keys(), 'a'[Symbol.iterator](), 'a'.matchAll(/a/g)])
    assert.match(refused(iterator).message, /an iterator/);
});

test('Proxies are refused, of objects and of arrays, and no trap of theirs runs', () => {
  const trap = new Proxy({}, { get: () => assert.fail('a trap ran') });
  for (const target of [{}, [], new Map(), new Error('e')])
    assert.match(refused(new Proxy(target, trap)).message, /a Proxy/);
});

test('Objects whose state lies in the engine or in Node are refused', () => {
  const { port1, port2 } = new MessageChannel();
  const values = [
    new WeakMap(),
    new WeakSet(),
    new WeakRef({}),
    new FinalizationRegistry(() => {}),
    new Intl.NumberFormat(),
    port1,
    new AbortController(),
    new AbortController().signal,
    new EventTarget(),
    new URL('http://a/'),
    new URLSearchParams(),
    new Blob([]),
    new TextEncoder(),
    new ReadableStream(),
    new Headers(),
    process.stderr,
    Object.create(Map.prototype),
    new (Reflect.get(globalThis, 'WebAssembly') as { Memory: new (of: object) => object }).Memory({
      initial: 1,
    }),
  ]; // prettier-ignore
  for (const value of values) assert.match(refused(value).message, /state|stream/);
  assert.match(refused(itself).message, /a module/);
  port1.close();
  port2.close();
});

test('Instances with #private fields are refused, by their own class or one it extends', () => {
  class Account {
    #balance = 1;
    get balance(): number {
      return this.#balance;
    }
  }
  class Savings extends Account {
    rate = 2;
  }
  class Index extends Map<string, number> {
    #dirty = false;
    get dirty(): boolean {
      return this.#dirty;
    }
  }
  class Rows extends Array<number> {
    #total = 0;
    get total(): number {
      return this.#total;
    }
  }
  assert.match(refused(new Account()).message, /an instance of Account, which keeps #private state/);
  assert.match(refused(new Savings()).message, /an instance of Savings, which keeps #private state/);
  assert.match(refused(new Index()).message, /#private state/);
  assert.match(refused(new Rows()).message, /#private state/);
});

/** Classes given as source, since tools that run these tests may rewrite ours. */
function instanceOf(source: string): object {
  // oxlint-disable-next-line no-implied-eval
  const made = new Function(`return ${source}`)() as new () => object;
  return Reflect.construct(made, []);
}

test('#private fields are recognised however they are written', () => {
  for (const source of [
    'class A{#x}',
    'class A{#x;}',
    'class A { #x\n y }',
    'class A { y=1;#x=2 }',
    'class A { a = 1; #x; b = 2 }',
    'class A { /* c */ #x = 1 }',
    'class A { m() {} #x = () => 1 }',
    'class A { "it\'s"; #x = 1 }',
    'class A { #多 = 1 }',
    'class A { constructor() { __privateAdd(this, 1) } static { globalThis.__privateAdd ??= () => {} } }',
  ]) // prettier-ignore
    assert.match(refused(instanceOf(source)).message, /#private state/, source);
});

test('Private methods, private statics and a # in text are no private state', () => {
  for (const source of [
    'class A { #m() {} }',
    'class A { static #x = 1 }',
    'class A { static  #x; static has(o) { return #x in o } }',
    'class A { get #g() { return 1 } use() { return this.#g } }',
    'class A { async *#m() {} }',
    'class A { // #x = 1\n }',
    'class A { /* #x = 1 */ }',
    'class A { s = "#x = 1;"; t = \' #x;\'; u = ` #x; ` }',
    'class A { r = /^#fff;/ }',
    'class A { static async #x() {} }',
  ]) // prettier-ignore
    assert.doesNotThrow(() => encode(instanceOf(source)), source);
});

test('A class that is merely native-born or odd is sent by its properties', () => {
  const odd = Object.create({ constructor: { not: 'a function' } }, { a: { value: 1, enumerable: true } });
  assertSame(across(odd), { a: 1 });
  assertSame(across(process.env), { ...process.env });
});

test('The path tells each kind of step', () => {
  const bad = Symbol('bad');
  const key = { bad };
  const named = Object.assign([0], { extra: bad });
  const sparse: unknown[] = [];
  sparse[1_000_000] = bad;
  const wide = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`k${index}`, index === 39 ? bad : 1]),
  );
  const paths: [unknown, string][] = [
    [bad, 'value'],
    [{ a: { b: [1, bad] } }, 'value.a.b[1]'],
    [{ 'some key': bad }, 'value["some key"]'],
    [{ 7: bad }, 'value["7"]'],
    [new Map([['k', bad]]), 'value.get("k")'],
    [new Map([[7, [bad]]]), 'value.get(7)[0]'],
    [new Map([[{}, bad]]), 'value.<value 0>'],
    [
      new Map([
        ['first', 1],
        [key, 2],
      ] as [unknown, unknown][]),
      'value.<key 1>.bad',
    ],
    [new Set([1, [bad]]), 'value.<value 1>[0]'],
    [new Error('e', { cause: { bad } }), 'value.cause.bad'],
    [Object.assign(new Error('e'), { info: bad }), 'value.info'],
    [new AggregateError([1, bad]), 'value.errors[1]'],
    [named, 'value.extra'],
    [sparse, 'value["1000000"]'],
    [wide, 'value.k39'],
  ];
  for (const [value, path] of paths)
    assert.throws(
      () => encode(value),
      (error) => error instanceof DuodaoError && error.facts['path'] === path,
      path,
    );
});

test('A path too deep to tell says so in the middle', () => {
  let value: unknown = { bad: Symbol('bad') };
  for (let level = 0; level < 1000; level++) value = { value };
  assert.throws(
    () => encode(value, undefined, 'args'),
    ({ facts }: DuodaoError) => /^args…(\.value)+\.bad$/.test(String(facts['path'])),
  );
});

test('What a getter throws passes as it is, and the next message is whole', () => {
  const failure = new Error('from the getter');
  const value = {
    a: 1,
    get b() {
      throw failure;
    },
  }; // prettier-ignore
  for (const each of [value, [value], new Map([[value, 1]])]) assert.throws(() => encode(each), failure);
  assertSame(decode(encode({ a: 1, b: [2] }).bytes), { a: 1, b: [2] });
});
