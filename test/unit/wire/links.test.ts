/**
 * What the codec promises for shared objects and functions: they cross as links that stand apart from the value.
 * How: hooks that know a few objects, and bytes whose value is destroyed while the links are read.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import {
  type Address,
  decode,
  encode,
  type Handle,
  linksOf,
  type Outgoing,
} from '../../../src/wire/index.ts';

class Shared {
  readonly handle: Handle;
  constructor(kind: number, offset: number, serial: number) {
    this.handle = { kind, offset, serial };
  }
}

function add(a: number, b: number): number {
  return a + b;
}

const outgoing: Outgoing = {
  handleOf: (value) => (value instanceof Shared ? value.handle : undefined),
  addressOf: (fn) => {
    if (fn.name === '') throw new DuodaoError('not-exported', 'it has no name');
    return { url: 'file:///m.ts', name: fn.name, hash: 'h1' };
  },
};
const decodable = (value: unknown): Uint8Array => encode(value, outgoing).bytes.slice();

test('A shared object crosses as its handle, wherever it stands', () => {
  const lock = new Shared(1, 0xffffffff, 0x80000000);
  const value = { lock, in: [new Map<unknown, unknown>([[lock, new Set([lock])]])] };
  const encoded = encode(value, outgoing);
  assert.deepEqual(encoded.handles, [lock.handle]);
  const opened: Handle[] = [];
  const back = decode(encoded.bytes, { open: (handle) => (opened.push(handle), lock) }) as typeof value;
  assert.equal(back.lock, lock);
  assert.equal(back.in[0]!.has(lock), true);
  assert.deepEqual(opened, [lock.handle]);
});

test('Two objects with equal handles are one link and one object', () => {
  const encoded = encode([new Shared(1, 2, 3), new Shared(1, 2, 3), new Shared(1, 2, 4)], outgoing);
  assert.equal(encoded.handles.length, 2);
  const back = decode(encoded.bytes, { open: (handle) => ({ ...handle }) }) as object[];
  assert.equal(back[0], back[1]);
  assert.notEqual(back[0], back[2]);
});

test('A handle does not disturb references to objects around it', () => {
  const plain = { a: 1 };
  const back = decode(decodable([new Shared(1, 1, 1), plain, add, plain]), {
    open: () => ({}),
    resolve: () => add,
  }) as unknown[];
  assert.equal(back[1], back[3]);
});

test('Plain objects and arrays are not asked for a handle', () => {
  const asked: unknown[] = [];
  const date = new Date(0);
  encode([{ a: [Object.create(null)] }, date], { handleOf: (value) => void asked.push(value) });
  assert.deepEqual(asked, [date]);
});

test('A function crosses as its address, once, and is resolved once', () => {
  const encoded = encode({ add, again: [add] }, outgoing);
  assert.deepEqual(encoded.addresses, [{ url: 'file:///m.ts', name: 'add', hash: 'h1' }]);
  let resolved = 0;
  const resolve = (address: Address): unknown => ((resolved += 1), assert.equal(address.name, 'add'), add);
  const back = decode(encoded.bytes, { resolve }) as { add: typeof add; again: [typeof add] };
  assert.equal(back.add(1, 2), 3);
  assert.equal(back.again[0], add);
  assert.equal(resolved, 1);
});

test('An address may resolve to undefined, and is not asked again', () => {
  let resolved = 0;
  const back = decode(decodable([add, add]), { resolve: () => void resolved++ }) as unknown[];
  assert.deepEqual(back, [undefined, undefined]);
  assert.equal(resolved, 1);
});

test('linksOf() reads handles and addresses of a message whose value is destroyed', () => {
  const message = decodable({
    long: 'x'.repeat(1000),
    lock: new Shared(1, 2, 3),
    add,
    bytes: new Uint8Array(99),
  });
  const links = new DataView(message.buffer).getUint32(8, true);
  message.fill(0xee, 16, links);
  assert.deepEqual(linksOf(message), {
    handles: [{ kind: 1, offset: 2, serial: 3 }],
    addresses: [{ url: 'file:///m.ts', name: 'add', hash: 'h1' }],
  });
});

test('A message without links says so', () => {
  const encoded = encode({ a: 1 }, outgoing);
  assert.deepEqual([encoded.handles, encoded.addresses], [[], []]);
  assert.deepEqual(linksOf(encoded.bytes), { handles: [], addresses: [] });
});

test('A message with links is refused where no hook takes them', () => {
  for (const value of [new Shared(1, 2, 3), add])
    assert.throws(() => decode(decodable([value])), { code: 'protocol', message: /only data is taken here/ });
});

test('What a hook throws passes as it is, on both sides', () => {
  const failure = new DuodaoError('closed', 'the lock is gone');
  const fail = (): never => {
    throw failure;
  };
  assert.throws(() => encode([new Shared(1, 1, 1)], { handleOf: fail }), failure);
  assert.throws(() => encode([add], { addressOf: fail }), failure);
  assert.throws(() => decode(decodable(new Shared(1, 1, 1)), { open: fail }), failure);
  assert.throws(() => decode(decodable(add), { resolve: fail }), failure);
});

test('A function that nobody could import is refused by its path, with the reason', () => {
  assert.throws(
    () => encode([{ onDone: () => 1 }], { ...outgoing, addressOf: noName }, 'args'),
    (error) => {
      assert.ok(error instanceof DuodaoError);
      assert.equal(error.code, 'not-cloneable');
      assert.match(error.message, /args\[0\]\.onDone is a closure.*it has no name/);
      assert.deepEqual(error.facts, { path: 'args[0].onDone' });
      assert.equal((error.cause as DuodaoError).code, 'not-exported');
      return true;
    },
  );
});

function noName(): Address {
  throw new DuodaoError('not-exported', 'it has no name');
}

test('Hundreds of different links keep their order', () => {
  const objects = Array.from({ length: 300 }, (_, index) => new Shared(index % 3, index, index * 7));
  const encoded = encode(objects, outgoing);
  assert.deepEqual(
    encoded.handles,
    objects.map(({ handle }) => handle),
  ); // prettier-ignore
  assert.deepEqual(linksOf(encoded.bytes).handles, encoded.handles);
  assert.deepEqual(decode(encoded.bytes, { open: (handle) => handle }), encoded.handles);
});
