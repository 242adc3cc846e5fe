/**
 * Bodies in pieces, and what is still to be had when a stream ends in the middle of one.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  type BodyDecoder,
  dictHeader,
  type DictHeader,
  type DictMessage,
} from '../../../../../src/wire/index.ts';
import { cut, drain, LIMITS, streamOf } from '../streams.ts';

type Decoder = BodyDecoder<DictHeader, DictMessage>;

const FRAMING = dictHeader();

function decoderOf(stream: Uint8Array, limits = LIMITS): Decoder {
  const decoder = FRAMING.decoder(limits);
  decoder.push(stream);
  return decoder;
}

/** The rest of a body, as far as it is here. */
function pieces(decoder: Decoder): Buffer {
  const found: Uint8Array[] = [];
  for (let piece = decoder.nextPiece(); piece; piece = decoder.nextPiece()) {
    assert.equal(piece.length > 0, true);
    found.push(piece);
  }
  return Buffer.concat(found);
}

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('it throws nothing');
}

test('A body comes in pieces, before all of it is here', () => {
  const stream = streamOf(FRAMING, [[{ n: 1 }, 'hello'], [{ n: 2 }, 'x'], [{ n: 3 }]]);
  const at = stream.indexOf('hello') + 2;
  const decoder = decoderOf(stream.subarray(0, at));
  assert.deepEqual(decoder.nextHead(), { n: 1, file_size: 5 });
  assert.equal(decoder.bodyLeft, 5);
  assert.equal(String(pieces(decoder)), 'he');
  assert.equal(decoder.bodyLeft, 3);
  assert.equal(decoder.isInside, true);
  assert.throws(() => decoder.next(), /Broken belief/);
  decoder.push(stream.subarray(at));
  assert.equal(String(pieces(decoder)), 'llo');
  assert.equal(decoder.bodyLeft, 0);
  assert.equal(decoder.nextPiece(), undefined);
  assert.equal(String(decoder.next()?.body), 'x');
  assert.equal(decoder.bodyLeft, 0);
  assert.deepEqual(decoder.nextHead(), { n: 3, file_size: 0 });
  assert.equal(decoder.nextPiece(), undefined);
  assert.equal(decoder.isInside, false);
  assert.equal(decoder.nextHead(), undefined);
});

test('A body that next() waits for can be taken in pieces after all', () => {
  const stream = streamOf(FRAMING, [[{ n: 1 }, 'hello']]);
  const decoder = decoderOf(stream.subarray(0, -3));
  assert.equal(decoder.next(), undefined);
  assert.equal(decoder.isInside, true);
  assert.equal(decoder.bodyLeft, 0);
  assert.deepEqual(decoder.nextHead(), { n: 1, file_size: 5 });
  assert.equal(String(pieces(decoder)), 'he');
});

test('The limit on messages is not for bodies in pieces', () => {
  const limits = { ...LIMITS, maxMessageBytes: 4 };
  const stream = streamOf(FRAMING, [[{}, 'hello']]);
  const decoder = decoderOf(stream, limits);
  decoder.nextHead();
  assert.equal(String(pieces(decoder)), 'hello');
  decoder.push(stream);
  const failure = thrown(() => decoder.next());
  assert.equal((failure as { code: string }).code, 'over-limit');
  for (const call of [
    () => decoder.nextHead(),
    () => decoder.nextPiece(),
    () => decoder.push(stream),
    () => decoder.end(),
  ])
    assert.equal(thrown(call), failure);
  assert.equal(decoder.heldBytes, 0);
});

test('A body of 2^53 − 1 bytes is read as it comes', () => {
  const header = '{"file_size":9007199254740991}';
  const decoder = decoderOf(Buffer.from(`${String.fromCharCode(header.length)}\0\0\0${header}abc`));
  decoder.nextHead();
  assert.equal(String(pieces(decoder)), 'abc');
  assert.equal(decoder.bodyLeft, Number.MAX_SAFE_INTEGER - 3);
  assert.equal(decoder.heldBytes, 0);
});

test('A stream that ends anywhere gives what was whole before, then pieces, then what end() threw', () => {
  const messages: readonly (readonly [DictHeader, string?])[] = [
    [{ n: 1 }, 'hello'],
    [{}],
    [{ n: 2 }, 'world'],
  ];
  const stream = streamOf(FRAMING, messages);
  const ends = messages.map((_, index) => streamOf(FRAMING, messages.slice(0, index + 1)).length);
  for (let length = 0; length <= stream.length; length++) {
    const whole = ends.filter((end) => end <= length).length;
    const isBetween = length === 0 || ends.includes(length);
    for (const inPieces of [false, true]) {
      const decoder = decoderOf(stream.subarray(0, length));
      const failure = isBetween ? decoder.end() : thrown(() => decoder.end());
      if (!isBetween) {
        assert.equal((failure as { code: string }).code, 'protocol');
        assert.equal(
          thrown(() => decoder.end()),
          failure,
        );
      }
      for (let index = 0; index < whole; index++)
        if (inPieces) {
          decoder.nextHead();
          assert.equal(String(pieces(decoder)), messages[index]?.[1] ?? '');
        } else assert.equal(String(decoder.next()?.body), messages[index]?.[1] ?? '');
      const goOn = (): unknown => {
        if (!inPieces) return decoder.next();
        const head = decoder.nextHead();
        if (head) pieces(decoder);
        return head;
      };
      if (isBetween) assert.equal(goOn(), undefined);
      else assert.equal(thrown(goOn), failure);
      assert.equal(decoder.heldBytes, 0);
    }
  }
});

test('A stream that ends when a part of a message has been read already is looked through from there', () => {
  const stream = streamOf(FRAMING, [[{ n: 1 }, 'hello'], [{ n: 2 }]]);
  for (let at = 0; at <= stream.length; at++) {
    const decoder = decoderOf(stream.subarray(0, at));
    const before = drain(decoder);
    decoder.push(stream.subarray(at));
    decoder.end();
    assert.equal(before.length + drain(decoder).length, 2, `cut at ${at}`);
  }
});

test('A stream that ends while a body comes in pieces says at once whether the rest is here', () => {
  const stream = streamOf(FRAMING, [
    [{}, 'hello'],
    [{ n: 2 }, ''],
  ]);
  const whole = decoderOf(stream);
  whole.nextHead();
  whole.end();
  assert.equal(String(pieces(whole)), 'hello');
  assert.equal(drain(whole).length, 1);

  const short = decoderOf(stream.subarray(0, stream.indexOf('hello') + 3));
  short.nextHead();
  const failure = thrown(() => short.end());
  assert.equal(String(short.nextPiece()), 'hel');
  assert.equal(
    thrown(() => short.nextPiece()),
    failure,
  );
});

test('A bad header before the end is told by end(), and met again after what was whole', () => {
  const decoder = decoderOf(
    Buffer.concat([streamOf(FRAMING, [[{ n: 1 }, 'x']]), Buffer.of(2, 0, 0, 0, 91, 93, 1)]),
  );
  const failure = thrown(() => decoder.end());
  assert.match(String(failure), /must be an object/);
  assert.equal(String(decoder.next()?.body), 'x');
  assert.equal(
    thrown(() => decoder.next()),
    failure,
  );
  assert.throws(() => decoder.push(Buffer.of(1)), { code: 'protocol' });
});

test('Nothing can arrive after the end', () => {
  const decoder = decoderOf(Buffer.alloc(0));
  decoder.end();
  assert.throws(() => decoder.push(Buffer.of(1)), /Broken belief/);
});

test('Whole messages and bodies in pieces may be mixed, however the stream is cut', () => {
  const message = fc.record({ body: fc.uint8Array({ maxLength: 60 }), inPieces: fc.boolean() });
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), sizes, (messages, cuts) => {
      const stream = streamOf(
        FRAMING,
        messages.map(({ body }, n) => [{ n }, body] as const),
      );
      const decoder = FRAMING.decoder(LIMITS);
      let n = 0;
      let body: Buffer | undefined;
      for (const chunk of cut(stream, cuts)) {
        decoder.push(Uint8Array.from(chunk));
        for (;;) {
          const wanted = messages[n];
          if (!wanted) break;
          if (wanted.inPieces) {
            if (!body) {
              const header = decoder.nextHead();
              if (!header) break;
              assert.equal(header['n'], n);
              body = Buffer.alloc(0);
            }
            body = Buffer.concat([body, pieces(decoder)]);
            if (decoder.bodyLeft > 0) break;
          } else {
            const whole = decoder.next();
            if (!whole) break;
            assert.equal(whole.header['n'], n);
            body = whole.body;
          }
          assert.deepEqual(body, Buffer.from(wanted.body));
          body = undefined;
          n++;
        }
      }
      decoder.end();
      assert.equal(n, messages.length);
      assert.equal(decoder.isInside, false);
    }),
  );
});
