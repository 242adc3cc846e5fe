/**
 * What decode() promises about bytes made to hurt: refused, or harmless, and never costly.
 * How: the trick that each part of the format invites, by hand.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { decode, encode, linksOf } from '../../../src/wire/index.ts';
import { message } from './bytes.ts';

const incoming = { open: () => ({}), resolve: () => () => 1 };
const refuses = (bytes: Uint8Array): void =>
  assert.throws(() => decode(bytes, incoming), { code: 'protocol' });

test('What stands behind a value, its buffers or its links is refused', () => {
  refuses(message([0x80, 0x80]));
  refuses(message([0x1a, 0], [1, 0, 0, 9]));
  assert.throws(() => linksOf(message([0x80], [], [0, 0, 0, 0, 0, 0, 0, 0, 9])), { code: 'protocol' });
});

test('A key list that is too long, or does not end where it says, is refused', () => {
  assert.deepEqual(decode(message([0x10, 1, 0, 0, 1, 0, 0])), {}); // from now on known, at hint 0
  refuses(message([0x11, 2, 0x10, 1, 0, 0, 2, 0, 0, 0x80]));
  refuses(message([0x10, 1, 5, 0, 2, 0, 0, 0x80]));
  const keys = (count: number): number[] =>
    Array.from({ length: count }, (_, index) => [0x41, 0x40 + index]).flat();
  const list = (count: number): Uint8Array =>
    message([0x10, 1, 9, 0, 1 + count * 2, 0, count, ...keys(count), ...new Array<number>(count).fill(0x80)]);
  assert.equal(Object.keys(decode(list(32)) as object).length, 32);
  refuses(list(33));
});

test('A value that reaches into the buffers behind it is refused', () => {
  refuses(message([0x05], [0]));
  refuses(message([0x11, 2, 0x81], [0x82]));
  refuses(message([0x43, 0x61], [0x61, 0x61]));
  assert.deepEqual(decode(message([0x10, 1, 0, 0, 1, 0, 0])), {});
  refuses(message([0x10, 1, 0, 0, 1, 0], [0]));
});

test('A number of elements that the bytes cannot hold is refused before any element is read', () => {
  const open = (): object => assert.fail('an element was read');
  const links = [1, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(12).fill(0)];
  for (const start of [
    [0x11, 9],
    [0x12, 9],
    [0x14, 2],
    [0x15, 9],
    [0x10, 0, 9, 0x41, 0x61],
  ])
    assert.throws(() => decode(message([...start, 0x1c, 0], [], links), { open }), { code: 'protocol' });
});

test('A message of another version, of unknown flags, or in the wrong order is refused', () => {
  for (const at of [0, 1, 2, 3, 4, 8, 12]) {
    const bytes = message([0x80]);
    bytes[at]! += 1;
    refuses(bytes);
    assert.throws(() => linksOf(bytes), { code: 'protocol' });
  }
  refuses(Uint8Array.from([...message([0x80]), 0]));
});

test('Tags, classes, parts and numbers that mean nothing are refused', () => {
  const bodies = [
    [0x00],
    [0x1e],
    [0x3f],
    [0x0e],
    [0x0f, 0],
    [0x10, 2],
    [0x10, 9],
    [0x0c, 5],
    [0x0d, 1, 0],
    [0x18, 0x11, 0],
    [0x18, 0x02],
    [0x18, 0x18, 0x18, 0x80],
    [0x19, 9, 0, 0],
    [0x19, 0, 0x20, 0],
    [0x19, 0, 1, 0x80, 0],
    [0x19, 8, 0, 1, 0x44, 99, 111, 100, 101, 0x81],
    [0x17, 0x41, 0x28, 0x40],
    [0x17, 0x40, 0x42, 103, 103],
    [0x1a, 0],
    [0x1b, 1, 0, 0, 1],
    [0x1c, 0],
    [0x1d, 0],
    [0x0a, 0],
    [0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0],
    [0x80, 0x80],
    [0x11, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
    [0x11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
  ]; // prettier-ignore
  for (const body of bodies) refuses(message(body));
});

test('Views outside of their buffer, or not aligned in it, are refused', () => {
  const carried = [1, 8, 8, 1, 2, 3, 4, 5, 6, 7, 8]; // one buffer: bytes 8 to 15 of the original
  const view = (...numbers: number[]): Uint8Array => message([0x1b, ...numbers], carried);
  assert.deepEqual([...(decode(view(1, 0, 9, 2)) as Uint8Array)], [2, 3]);
  for (const numbers of [
    [1, 0, 7, 1],
    [1, 0, 8, 9],
    [1, 0, 17, 0],
    [4, 0, 9, 1],
    [9, 0, 8, 2],
    [99, 0, 8, 0],
    [1, 1, 8, 0],
  ])
    refuses(view(...numbers));
  refuses(message([0x1a, 0], carried));
});

test('Arrays take no element, and no length, through their named properties', () => {
  const entry = (key: string): number[] => [1, 0x40 | key.length, ...Buffer.from(key), 0x80];
  refuses(message([0x12, 0, ...entry('5')]));
  refuses(message([0x12, 0, ...entry('length')]));
  refuses(message([0x13, 4, ...entry('4')]));
  refuses(message([0x13, 4, ...entry('length')]));
  assert.deepEqual(Object.keys(decode(message([0x13, 4, ...entry('3')])) as object), ['3']);
});

test('No key of a message reaches a prototype, a setter, or an element far off', () => {
  const entry = (key: string): number[] => [0x40 | key.length, ...Buffer.from(key), 0x10, 0, 0];
  const keys = ['__proto__', 'constructor', 'toString', '__defineSetter__'];
  const back = decode(message([0x10, 0, keys.length, ...keys.flatMap(entry)])) as object;
  assert.deepEqual(Object.keys(back), keys);
  assert.equal(Object.getPrototypeOf(back), Object.prototype);
  const list = [0, 0, 3, 0, 1, 0x41, 0x35];
  refuses(message([0x10, 1, ...list, 0x80]));
});

test('A key list with the hint of another is read as what it is', () => {
  const lists = [
    { first: 1, second: 2 },
    { first: 1, third: 2 },
    { fi: 1, second: 2 },
  ];
  for (let round = 0; round < 3; round++) {
    for (const value of lists) {
      const bytes = encode(value).bytes.slice();
      bytes.fill(0x2a, 18, 20);
      assert.deepEqual(decode(bytes), value);
    }
  }
});

test('Deep nesting in hostile bytes does not exhaust the stack', () => {
  for (const container of [
    [0x11, 1],
    [0x14, 1],
    [0x15, 1],
    [0x10, 0, 1, 0x40],
    [0x19, 0, 8],
    [0x18],
    [0x12, 1],
    [0x13, 1, 1, 0x41, 0x30],
  ])
    refuses(message(Array.from({ length: 20_000 }, () => container).flat()));
});

/** Bytes of memory that a value keeps, roughly. */
function kept(make: () => unknown): number {
  const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const before = used();
  const value = make();
  const spent = used() - before;
  assert.ok(value !== null);
  return spent;
}

test('A few bytes do not make the reader reserve more than they justify', () => {
  const long = [0xff, 0xff, 0xff, 0x0f]; // 2^25 - 1
  const alone: number[][] = [
    [0x13, 0x80, 0x80, 0x80, 0x0f, 0], // thirty million holes
    [0x13, 0xff, 0xff, 0xff, 0xff, 0x0f, 0],
    [0x11, ...long],
    [0x14, ...long],
    [0x15, ...long],
    [0x0c, ...long],
    [0x0d, ...long],
    [0x0a, ...long],
    [0x10, 0, ...long],
  ]; // prettier-ignore
  for (const body of alone) {
    const spent = kept(() => {
      try {
        return decode(message(body));
      } catch (error) {
        return error;
      }
    });
    assert.ok(spent < 4 << 20, `${body.join(' ')} took ${spent} bytes`);
  }
  const far = [0x10, 0, 1, 0x44, ...Buffer.from('1000'), 0x80];
  const many = message([0x11, 0xe8, 0x07, ...Array.from({ length: 1000 }, () => far).flat()]);
  const spent = kept(() => decode(many));
  // Reserved slots would be 8 MB; what the engine itself needs for a thousand small objects varies, up to 1 MB.
  assert.ok(spent < 4 << 20, `${many.length} bytes took ${spent}`);
});
