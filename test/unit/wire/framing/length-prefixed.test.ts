/**
 * Messages with their length before them: the bytes of each shape, and what is refused on either side.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { lengthPrefixed, type LengthPrefixedOptions } from '../../../../src/wire/index.ts';
import { cut, drain, LIMITS, messagesIn, outcome, streamOf } from './streams.ts';

const BIG = { maxMessageBytes: Number.POSITIVE_INFINITY, maxHeaderBytes: 0 };

// struct.pack('<H', 3), struct.pack('>q', 3) and so on, and those that struct has no letter for.
const GOLDEN: readonly (readonly [LengthPrefixedOptions, hex: string])[] = [
  [{}, '03000000'],
  [{ signed: true }, '03000000'],
  [{ endian: 'big' }, '00000003'],
  [{ bytes: 1 }, '03'],
  [{ bytes: 1, endian: 'big', signed: true }, '03'],
  [{ bytes: 2 }, '0300'],
  [{ bytes: 2, endian: 'big' }, '0003'],
  [{ bytes: 3, endian: 'big' }, '000003'],
  [{ bytes: 5 }, '0300000000'],
  [{ bytes: 6, endian: 'big' }, '000000000003'],
  [{ bytes: 7 }, '03000000000000'],
  [{ bytes: 8 }, '0300000000000000'],
  [{ bytes: 8, endian: 'big', signed: true }, '0000000000000003'],
];

for (const [options, head] of GOLDEN)
  test(`lengthPrefixed(${JSON.stringify(options)}) writes 3 as ${head}, and reads it`, () => {
    const framing = lengthPrefixed(options);
    const bytes = streamOf(framing, [['abc']]);
    assert.equal(bytes.toString('hex'), `${head}616263`);
    assert.deepEqual(messagesIn(framing, [bytes]), [Buffer.from('abc')]);
    const long = options.bytes === 1 ? 127 : 300;
    const message = Buffer.alloc(long, 7);
    assert.deepEqual(messagesIn(framing, [streamOf(framing, [[message]])]), [message]);
  });

test('lengthPrefixed() sends bytes and text, small ones in one piece and large ones without copying them', () => {
  const framing = lengthPrefixed();
  assert.deepEqual(framing.encode(['é'], LIMITS), [Buffer.from('02000000c3a9', 'hex')]);
  assert.deepEqual(framing.encode([''], LIMITS), [Buffer.alloc(4)]);
  const large = new Uint8Array(5000);
  assert.equal(framing.encode([large], LIMITS)[1], large);
  assert.equal(framing.encode(['x'.repeat(5000)], LIMITS).length, 1);
});

// Bytes that begin a stream, and what is to come of them with a limit of 1000.
const BAD: readonly (readonly [LengthPrefixedOptions, hex: string, code: string, says: RegExp])[] = [
  [{ signed: true }, 'ffffffff', 'protocol', /its length is negative/],
  [{ signed: true }, '00000080', 'protocol', /its length is negative/],
  [{ signed: true }, 'ffffff7f', 'over-limit', /2147483647 bytes, and the limit is 1000$/],
  [{}, 'ffffffff', 'over-limit', /4294967295/],
  [{}, 'e9030000', 'over-limit', /1001 bytes/],
  [{ bytes: 1, signed: true }, '80', 'protocol', /negative/],
  [{ bytes: 7 }, 'ffffffffffffff', 'protocol', /beyond 2\^53/],
  [{ bytes: 8 }, '0000000000002000', 'protocol', /beyond 2\^53/],
  [{ bytes: 8 }, 'ffffffffffff1f00', 'over-limit', /9007199254740991/],
  [{ bytes: 8, signed: true }, 'ffffffffffffffff', 'protocol', /negative/],
  [{ bytes: 8, endian: 'big', signed: true }, '7fffffffffffffff', 'protocol', /beyond 2\^53/],
  [{}, '47455420', 'over-limit', /542393671 bytes, and the limit is 1000; it looks like HTTP$/],
  [{}, '16030102', 'over-limit', /looks like TLS$/],
  [{}, '7b226122', 'over-limit', /looks like text$/],
  [{}, '00000005', 'over-limit', /in the other byte order it would be 5$/],
  [{ endian: 'big' }, '05000000', 'over-limit', /in the other byte order it would be 5$/],
];

for (const [options, hex, code, says] of BAD)
  test(`lengthPrefixed(${JSON.stringify(options)}) refuses ${hex} before there is more`, () => {
    const decoder = lengthPrefixed(options).decoder({ ...LIMITS, maxMessageBytes: 1000 });
    const bytes = Buffer.from(hex, 'hex');
    decoder.push(bytes.subarray(0, -1));
    assert.equal(decoder.next(), undefined);
    decoder.push(bytes.subarray(-1));
    assert.throws(
      () => decoder.next(),
      (error: { code: string; message: string; facts: object }) => {
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.equal((error.facts as { head: string }).head, hex);
        return true;
      },
    );
  });

test('lengthPrefixed() takes a message as long as the limit, and refuses to send a longer one', () => {
  const framing = lengthPrefixed();
  const limits = { ...LIMITS, maxMessageBytes: 10 };
  assert.equal(messagesIn(framing, [streamOf(framing, [['x'.repeat(10)]], limits)], limits).length, 1);
  assert.throws(() => framing.encode(['x'.repeat(11)], limits), { code: 'over-limit' });
  assert.equal(outcome(framing.decoder(limits), [Buffer.from('0b000000', 'hex')]), 'over-limit');
});

test('lengthPrefixed() refuses a length that no buffer can have, when no limit does', () => {
  const bytes = Buffer.from('ffffffffffff1f00', 'hex');
  assert.equal(outcome(lengthPrefixed({ bytes: 8 }).decoder(BIG), [bytes]), 'over-limit');
});

test('lengthPrefixed() refuses to send what its length cannot say', () => {
  for (const [options, most] of [
    [{ bytes: 1 }, 255],
    [{ bytes: 1, signed: true }, 127],
    [{ bytes: 2 }, 65_535],
    [{ bytes: 2, signed: true }, 32_767],
  ] as const) {
    const framing = lengthPrefixed(options);
    assert.deepEqual(messagesIn(framing, [streamOf(framing, [[Buffer.alloc(most)]])]), [Buffer.alloc(most)]);
    assert.throws(
      () => framing.encode([Buffer.alloc(most + 1)], LIMITS),
      (error) => error instanceof RangeError && error.message.includes(`carries at most ${most}: `),
    );
  }
});

test('lengthPrefixed() refuses to send what is neither bytes nor text', () => {
  const framing = lengthPrefixed();
  for (const wrong of [1, null, undefined, {}, [1], new ArrayBuffer(1), () => 1, Symbol('s')])
    assert.throws(() => framing.encode([wrong as string], LIMITS), {
      name: 'TypeError',
      message: /must be a Uint8Array or a string: current value is /,
    });
  assert.throws(() => framing.encode(['\ud800'], LIMITS), {
    name: 'RangeError',
    message: /half a surrogate pair/,
  });
});

test('lengthPrefixed() refuses shapes that there are not', () => {
  for (const bytes of [0, 9, 1.5, Number.NaN, '4' as unknown as number])
    assert.throws(() => lengthPrefixed({ bytes }), { name: 'RangeError', message: /from 1 to 8/ });
  assert.throws(() => lengthPrefixed({ endian: 'middle' as 'big' }), { name: 'RangeError' });
  assert.throws(() => lengthPrefixed({ signed: 1 as unknown as boolean }), { name: 'TypeError' });
});

for (const [whose, share, most] of [
  ['memory of their own', Uint8Array.from, 1],
  // These are taken out of it at once, as one that is kept would keep all of it.
  ['large memory of another', (piece: Uint8Array) => piece, 2],
] as const)
  test(`lengthPrefixed() copies 64 MiB in chunks of 64 KiB ${most} times, if they are in ${whose}`, (t) => {
    const size = 2 ** 26;
    const framing = lengthPrefixed();
    const decoder = framing.decoder(BIG);
    const stream = Buffer.concat(framing.encode([Buffer.alloc(size, 'abc')], BIG));
    const allocate = t.mock.method(Buffer, 'allocUnsafeSlow');
    let held = 0;
    for (const piece of cut(stream, [65_536])) {
      decoder.push(share.call(Uint8Array, piece));
      held += piece.length;
      assert.equal(decoder.heldBytes, held);
      const message = decoder.next();
      // The length is taken at once.
      if (held === 65_536) held -= 4;
      assert.equal(message !== undefined, held === size);
      if (message) assert.equal(message.equals(stream.subarray(4)), true);
    }
    assert.equal(decoder.heldBytes, 0);
    const allocated = allocate.mock.calls.reduce((sum, call) => sum + call.arguments[0], 0);
    assert.equal(allocated < (most + 0.01) * size, true, `${allocated} bytes allocated`);
    assert.deepEqual(drain(decoder), []);
  });
