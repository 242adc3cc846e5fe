/**
 * What the codec promises for errors: everything that a person reads, and every field that a program reads, arrives.
 * How: each class and each part by name.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { runInNewContext } from 'node:vm';
import { DuodaoError } from '../../../src/base/index.ts';
import { across } from './same.ts';

const sent = <T>(error: T): T => across(error) as T;
const fields = (error: Error): object => Object.fromEntries(Object.entries(error));

test('Built-in errors come back as their own class, with message and stack', () => {
  for (const Class of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    const error = new Class('went wrong');
    const back = sent(error);
    assert.equal(Object.getPrototypeOf(back), Class.prototype);
    assert.equal(back.message, 'went wrong');
    assert.equal(back.stack, error.stack);
    assert.deepEqual(Object.keys(back), []);
    assert.deepEqual(Object.getOwnPropertyNames(back).sort(), Object.getOwnPropertyNames(error).sort());
    assert.equal(String(back), String(error));
  }
});

test('An error without a message, with an empty one, and without a stack stays so', () => {
  assert.equal(Object.hasOwn(sent(new Error()), 'message'), false);
  assert.equal(Object.hasOwn(sent(new Error('')), 'message'), true);
  const bare = new Error('m');
  delete bare.stack;
  assert.equal(sent(bare).stack, undefined);
});

test('A cause crosses whatever it is, and so does a cause that is undefined', () => {
  const cause = new RangeError('deep', { cause: { code: 7 } });
  const back = sent(new Error('top', { cause }));
  assert.ok(back.cause instanceof RangeError);
  assert.deepEqual(back.cause.cause, { code: 7 });
  assert.deepEqual(Object.getOwnPropertyDescriptor(sent(new Error('e', { cause: undefined })), 'cause'), {
    value: undefined,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  const own = new Error('mine');
  own.cause = own;
  const self = sent(own);
  assert.equal(self.cause, self);
});

test('An AggregateError keeps its errors, hidden from loops', () => {
  const back = sent(new AggregateError([new TypeError('a'), 'b'], 'both'));
  assert.ok(back instanceof AggregateError);
  assert.equal(back.message, 'both');
  assert.ok(back.errors[0] instanceof TypeError);
  assert.equal(back.errors[1], 'b');
  assert.deepEqual(Object.keys(back), []);
});

test('Fields of an error cross, and `code` even where it is hidden', () => {
  const error = Object.assign(new Error('no such file'), {
    errno: -2,
    code: 'ENOENT',
    path: '/x',
    info: { a: [1] },
  });
  assert.deepEqual(fields(sent(error)), { errno: -2, code: 'ENOENT', path: '/x', info: { a: [1] } });
  const hidden = Object.defineProperty(new Error('m'), 'code', { value: 'E_HIDDEN' });
  assert.equal((sent(hidden) as Error & { code: string }).code, 'E_HIDDEN');
  const odd = Object.assign(new Error('m'), JSON.parse('{"__proto__": 1, "toString": 2}'));
  Object.defineProperty(odd, '__proto__', { value: 3, enumerable: true });
  assert.deepEqual(Object.keys(sent(odd)), Object.keys(odd));
});

test('A field of an error calls no setter that errors inherit', (t) => {
  const set = t.mock.fn();
  Object.defineProperty(DuodaoError.prototype, 'odd', { set, configurable: true });
  t.after(() => Reflect.deleteProperty(DuodaoError.prototype, 'odd'));
  const error = new DuodaoError('closed', 'm');
  const back = sent(Object.defineProperty(error, 'odd', { value: 1, enumerable: true }));
  assert.equal(Reflect.get(back, 'odd'), 1);
  assert.equal(set.mock.callCount(), 0);
});

test('A DuodaoError comes back as one, with code, facts and cause', () => {
  const error = new DuodaoError('timed-out', 'too late', { timeoutMs: 5 }, { cause: new Error('why') });
  const back = sent(error);
  assert.ok(back instanceof DuodaoError);
  assert.equal(back.code, 'timed-out');
  assert.deepEqual(back.facts, { timeoutMs: 5 });
  assert.equal(back.message, 'too late');
  assert.equal(back.name, 'DuodaoError');
  assert.equal((back.cause as Error).message, 'why');
  assert.equal(Object.hasOwn(back, 'name'), false);
});

test('An error of any other class comes back under its name, as the nearest class that everybody has', () => {
  class PaymentError extends TypeError {
    readonly amount = 5;
  }
  class LostError extends DuodaoError {}
  const payment = sent(new PaymentError('declined'));
  assert.equal(Object.getPrototypeOf(payment), TypeError.prototype);
  assert.equal(payment.name, 'PaymentError');
  assert.deepEqual(fields(payment), { amount: 5 });
  assert.equal(String(payment), 'PaymentError: declined');
  const lost = sent(new LostError('broken', 'gone'));
  assert.ok(lost instanceof DuodaoError);
  assert.equal(lost.name, 'LostError');
  assert.equal(lost.code, 'broken');
});

test('A class that only borrows the name of a built-in one crosses as what it extends', () => {
  const Borrowed = { TypeError: class extends Error {} }.TypeError;
  const back = sent(new Borrowed('m'));
  assert.equal(Object.getPrototypeOf(back), Error.prototype);
  assert.equal(back.name, 'TypeError');
});

test('A name that was set wins over the name of the class', () => {
  class Raw extends Error {
    override name = 'Polished';
  }
  for (const error of [new Raw('m'), Object.assign(new Error('m'), { name: 'Polished' })]) {
    const back = sent(error);
    assert.equal(back.name, 'Polished');
    assert.deepEqual(Object.keys(back), []);
  }
  const numbered = Object.assign(new Error('m'), { name: 7 });
  assert.deepEqual(fields(sent(numbered)), { name: 7 });
});

test('An AbortError keeps its name and message', () => {
  const back = sent(AbortSignal.abort().reason as Error);
  assert.ok(back instanceof Error);
  assert.equal(back.name, 'AbortError');
  assert.equal(back.message, 'This operation was aborted');
});

test('Errors made the old way, and in another realm, cross as errors', () => {
  function Old(this: Error): void {
    this.message = 'old';
  }
  Old.prototype = Object.create(Error.prototype, { constructor: { value: Old } });
  const old = sent(Reflect.construct(Old, []) as Error);
  assert.ok(old instanceof Error);
  assert.equal(old.name, 'Old');
  assert.equal(old.message, 'old');
  const foreign = sent(runInNewContext('new RangeError("there")') as Error);
  assert.ok(foreign instanceof RangeError);
  assert.equal(foreign.message, 'there');
  assert.equal(Object.hasOwn(foreign, 'name'), false);
});

test('An error with #private state is told all the same', () => {
  class Secretive extends Error {
    #secret = 1;
    get secret(): number {
      return this.#secret;
    }
  }
  const error = new Secretive('m');
  assert.equal(error.secret, 1);
  assert.equal(sent(error).name, 'Secretive');
});

test('A chain of twenty thousand causes crosses', () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  let error = new Error('bottom');
  for (let level = 0; level < 20_000; level++) error = new Error('m', { cause: error });
  Error.stackTraceLimit = limit;
  let back = sent(error);
  while (back.cause !== undefined) back = back.cause as Error;
  assert.equal(back.message, 'bottom');
});

test('Decoding an error leaves the length of other stacks alone', () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 7;
  sent(new Error('m'));
  const after = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  assert.equal(after, 7);
});

test('A message that is no string crosses as text', () => {
  assert.equal(sent(Object.assign(new Error('m'), { message: 5 })).message, '5');
});
