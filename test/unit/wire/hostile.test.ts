/**
 * What decode() promises about bytes from anybody: a value or a DuodaoError, in bounded time and memory.
 * How: real messages cut, flipped and spliced. The tricks that the format invites by name: see tricks.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { DuodaoError } from '../../../src/base/index.ts';
import { decode, encode, linksOf, type Outgoing } from '../../../src/wire/index.ts';
import { message, repaired } from './bytes.ts';

class Shared {}
const outgoing: Outgoing = {
  handleOf: (value) => (value instanceof Shared ? { kind: 1, offset: 2, serial: 3 } : undefined),
  addressOf: () => ({ url: 'file:///m.ts', name: 'f', hash: '' }),
};
const incoming = { open: () => new Shared(), resolve: () => () => 1 };

const buffer = new ArrayBuffer(24);
const cyclic: Record<string, unknown> = {
  list: [1, -1, 300, 70_000, 1.5, 2n ** 70n, -5n, 'text', '多', 'x'.repeat(80)],
};
cyclic['self'] = cyclic;
const samples: Uint8Array[] = [
  cyclic,
  [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
    { 1: 1, 200: 2 },
  ],
  new Map<unknown, unknown>([
    [new Set([1, cyclic]), new Date(1)],
    ['k', /a+/g],
  ]),
  // oxlint-disable-next-line no-sparse-arrays
  [Object.assign([1, , 3], { x: 1 }), Object.assign([], { 9e6: 1 }), Object(1), Object('s'), undefined, null],
  [new Uint8Array(buffer, 2, 3), new Float64Array(buffer, 8, 2), buffer, new DataView(new ArrayBuffer(4))],
  Object.assign(new AggregateError([new TypeError('t', { cause: 1 })], 'm'), { code: 'E' }),
  new DuodaoError('closed', 'm', { a: 1 }),
  [new Shared(), () => 1, { shared: new Shared() }],
].map((value) => encode(value, outgoing).bytes.slice()); // prettier-ignore

/** Fails unless the bytes give a value, or an error that says the bytes are to blame. */
function survives(bytes: Uint8Array): void {
  for (const read of [() => decode(bytes, incoming), () => linksOf(bytes)]) {
    try {
      read();
    } catch (error) {
      const ours = error instanceof DuodaoError && (error.code === 'protocol' || error.code === 'over-limit');
      if (!ours)
        throw new Error(`${Buffer.from(bytes).toString('hex')} gives ${String(error)}`, { cause: error });
    }
  }
}

const refuses = (bytes: Uint8Array): void =>
  assert.throws(() => decode(bytes, incoming), { code: 'protocol' });

test('Every prefix of a message is refused', () => {
  for (const sample of samples)
    for (let length = 0; length < sample.length; length++) refuses(sample.slice(0, length));
});

test('Every prefix whose header pretends to be whole gives a value or an error of ours', () => {
  for (const sample of samples)
    for (let length = 0; length < sample.length; length++) survives(repaired(sample.slice(0, length)));
});

test('Every message with any one byte changed to a telling value gives a value or an error of ours', () => {
  for (const sample of samples) {
    for (let at = 0; at < sample.length; at++) {
      for (const byte of [
        0,
        1,
        0x0f,
        0x10,
        0x11,
        0x13,
        0x18,
        0x19,
        0x1b,
        0x7f,
        0x80,
        0xff,
        sample[at]! ^ 1,
      ]) {
        const changed = sample.slice();
        changed[at] = byte;
        survives(changed);
      }
    }
  }
});

test('Arbitrary changes, cuts and splices give a value or an error of ours', () => {
  const change = fc.tuple(fc.nat(400), fc.nat(255));
  fc.assert(
    fc.property(
      fc.nat(samples.length - 1),
      fc.nat(samples.length - 1),
      fc.nat(400),
      fc.array(change, { maxLength: 8 }),
      (a, b, cut, changes) => {
        const one = samples[a]!;
        const two = samples[b]!;
        const bytes = Uint8Array.from([
          ...one.subarray(0, cut % one.length),
          ...two.subarray(cut % two.length),
        ]);
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        survives(repaired(bytes));
      },
    ),
    { numRuns: 4000 },
  );
});

test('Arbitrary bytes behind an honest header give a value or an error of ours', () => {
  const tagged = fc.oneof(fc.integer({ min: 0, max: 0x20 }), fc.nat(255));
  fc.assert(
    fc.property(
      fc.array(tagged, { minLength: 1, maxLength: 60 }),
      fc.array(tagged, { maxLength: 20 }),
      (body, after) => survives(message(body, after)),
    ),
    { numRuns: 6000 },
  );
});

test('Bytes that change while they are read are still bytes', () => {
  const bytes = samples[7]!.slice();
  const half = { open: () => (bytes.fill(0xff, 16), new Shared()), resolve: () => 1 };
  try {
    decode(bytes, half);
  } catch (error) {
    assert.equal((error as DuodaoError).code, 'protocol');
  }
});
