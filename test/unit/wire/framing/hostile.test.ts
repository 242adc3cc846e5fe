/**
 * What every decoder promises about bytes from anybody: messages, or a DuodaoError that says whose fault it is; no
 * more memory than has arrived; an end. How: random bytes, and real streams that are changed, cut and joined.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { DuodaoError } from '../../../../src/base/index.ts';
import {
  dictHeader,
  type FrameDecoder,
  type Framing,
  lengthPrefixed,
  lines,
  PythonAuth,
  pythonConnection,
  raw,
} from '../../../../src/wire/index.ts';
import { cut, streamOf } from './streams.ts';

const LIMITS = { maxMessageBytes: 200, maxHeaderBytes: 100 };

const FRAMINGS: Readonly<Record<string, readonly [Framing, messages: readonly (readonly unknown[])[]]>> = {
  'raw()': [raw(), [['one'], ['two']]],
  'lines()': [lines(), [['one'], [''], ['多道']]],
  "lines({ newline: 'ab' })": [lines({ newline: 'ab' }), [['one'], [''], ['aaa'.slice(0, 2)]]],
  'lengthPrefixed()': [lengthPrefixed(), [['one'], [''], ['three']]],
  'lengthPrefixed({ bytes: 1, signed })': [lengthPrefixed({ bytes: 1, signed: true }), [['one'], ['']]],
  'lengthPrefixed({ bytes: 8 })': [lengthPrefixed({ bytes: 8 }), [['one'], ['']]],
  'dictHeader()': [dictHeader(), [[{ a: [1] }, 'body'], [{}], [{ file_name: 'x' }, 'more']]],
  'pythonConnection()': [pythonConnection(), [['one'], [''], ['three']]],
};

/** Reads all of it as users do; fails unless all that is thrown says that the bytes are to blame. */
function survives(decoder: FrameDecoder<unknown>, stream: Uint8Array, sizes: readonly number[]): void {
  let pushed = 0;
  let messages = 0;
  const take = (): void => {
    while (decoder.next() !== undefined) messages++;
    assert.equal(decoder.heldBytes <= 320, true, `${decoder.heldBytes} bytes are held`);
  };
  try {
    for (const chunk of cut(stream, sizes)) {
      decoder.push(chunk);
      pushed += chunk.length;
      assert.equal(decoder.heldBytes <= pushed, true);
      take();
    }
    decoder.end();
    take();
  } catch (error) {
    const ours = error instanceof DuodaoError && ['protocol', 'over-limit'].includes(error.code);
    if (!ours) throw error;
    assert.throws(
      () => {
        for (let left = stream.length + 1; left > 0; left--) decoder.next();
      },
      (again) => again === error,
    );
    assert.equal(decoder.heldBytes, 0);
  }
  assert.equal(messages <= stream.length, true);
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
const tellingByte = fc.constantFrom(0, 1, 3, 4, 0x0a, 0x0d, 0x22, 0x5b, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xff);
const change = fc.tuple(fc.constantFrom('set', 'insert', 'delete', 'copy'), fc.nat(), tellingByte);

function changed(stream: Buffer, changes: readonly (readonly [string, number, number])[]): Buffer {
  let bytes = [...stream];
  for (const [what, place, byte] of changes) {
    const at = place % (bytes.length + 1);
    if (what === 'set') bytes[at] = byte;
    else if (what === 'insert') bytes.splice(at, 0, byte);
    else if (what === 'delete') bytes.splice(at, 1 + (byte % 5));
    else bytes = [...bytes.slice(0, at), ...bytes.slice(at >> 1)];
  }
  return Buffer.from(bytes);
}

for (const [name, [framing, messages]] of Object.entries(FRAMINGS)) {
  test(`${name} survives any bytes`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), sizes, (bytes, cuts) =>
        survives(framing.decoder(LIMITS), bytes, cuts),
      ),
      { numRuns: 300 },
    );
  });

  test(`${name} survives real streams that were changed`, () => {
    const stream = streamOf(framing, messages, LIMITS);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), sizes, (changes, cuts) =>
        survives(framing.decoder(LIMITS), changed(stream, changes), cuts),
      ),
      { numRuns: 500 },
    );
  });
}

test('dictHeader() survives any bytes as a header', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '\ufeff',
      '1e999',
      'null',
      '"file_size"',
      '"__proto__"',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const header = Buffer.from(pieces.join('')).subarray(0, 100);
      survives(
        dictHeader().decoder(LIMITS),
        Buffer.concat([Buffer.of(header.length, 0, 0, 0), header, Buffer.alloc(9)]),
        [400],
      );
    }),
    { numRuns: 500 },
  );
});

test('dictHeader() in pieces survives real streams that were changed', () => {
  const stream = streamOf(...(FRAMINGS['dictHeader()'] ?? assert.fail()), LIMITS);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), sizes, (changes, cuts) => {
      const decoder = dictHeader().decoder(LIMITS);
      /** Each message as a head, and its body as one piece. */
      const inPieces: FrameDecoder<unknown> = {
        push: (bytes) => decoder.push(bytes),
        next: () => (decoder.bodyLeft > 0 ? decoder.nextPiece() : decoder.nextHead()),
        end: () => decoder.end(),
        get heldBytes() {
          return decoder.heldBytes;
        },
        get isInside() {
          return decoder.isInside;
        },
      };
      survives(inPieces, changed(stream, changes), cuts);
    }),
    { numRuns: 500 },
  );
});

test('PythonAuth survives any bytes in either role, and lets nobody in', () => {
  const words = [
    '#CHALLENGE#',
    '#WELCOME#',
    '#FAILURE#',
    '{sha256}',
    '{md5}',
    'x'.repeat(20),
    'y'.repeat(16),
  ];
  const body = fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((parts) => parts.join(''));
  const frames = fc.array(body, { maxLength: 4 }).map((bodies) =>
    streamOf(
      pythonConnection(),
      bodies.map((one) => [one] as const),
      LIMITS,
    ),
  );
  const stream = fc.oneof(fc.uint8Array({ maxLength: 300 }), frames);
  const role = fc.constantFrom('server' as const, 'client' as const);
  fc.assert(
    fc.property(stream, sizes, role, fc.boolean(), (bytes, cuts, who, legacy) => {
      const auth = new PythonAuth({ role: who, key: 'k', legacy, random: (count) => new Uint8Array(count) });
      auth.start();
      try {
        for (const chunk of cut(bytes, cuts)) auth.push(chunk);
      } catch (error) {
        const ours = error instanceof DuodaoError && ['protocol', 'auth'].includes(error.code);
        if (!ours) throw error;
      }
      assert.equal(auth.isDone, false);
    }),
    { numRuns: 1000 },
  );
});
