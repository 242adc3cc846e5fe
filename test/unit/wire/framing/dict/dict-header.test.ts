/**
 * Messages with a header: byte for byte what the same makes in Python, and what a received message is worth.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { dictHeader, type DictHeader, DictMessage, isDictMessage } from '../../../../../src/wire/index.ts';
import { cut, LIMITS, messagesIn, outcome, streamOf } from '../streams.ts';

const FRAMING = dictHeader();

/** One message, encoded. */
const encoded = (
  ...message: readonly [DictHeader, (Uint8Array | string)?] | readonly [DictMessage]
): string => streamOf(FRAMING, [message]).toString('latin1');

test('dictHeader() reads what Python packs', () => {
  // h = json.dumps({'file_name': 'a.txt', 'file_size': 5, 'file_desc': 'd', 'file_info': 'i'}).encode()
  // struct.pack('i', len(h)) + h + b'hello'
  const stream =
    'J\0\0\0{"file_name": "a.txt", "file_size": 5, "file_desc": "d", "file_info": "i"}hello' +
    // json.dumps({'x': 'é'}).encode(), and json.dumps({'x': 'é'}, ensure_ascii=False).encode()
    '\x0f\0\0\0{"x": "\\u00e9"}' +
    '\x0b\0\0\0{"x": "\xc3\xa9"}';
  const got = messagesIn(FRAMING, [Buffer.from(stream, 'latin1')]);
  assert.deepEqual(got, [
    new DictMessage(
      { file_name: 'a.txt', file_size: 5, file_desc: 'd', file_info: 'i' },
      Buffer.from('hello'),
    ),
    new DictMessage({ x: 'é' }, Buffer.alloc(0)),
    new DictMessage({ x: 'é' }, Buffer.alloc(0)),
  ]);
});

test('dictHeader() writes the length, the header in the order of its keys, file_size and the body', () => {
  assert.equal(
    encoded({ file_name: 'a.txt', b: 1 }, 'hello'),
    '\x29\0\0\0{"file_name":"a.txt","b":1,"file_size":5}hello',
  );
  assert.equal(encoded({}), '\x0f\0\0\0{"file_size":0}');
  assert.equal(encoded({ file_size: 2, z: 1 }, Uint8Array.of(65, 66)), '\x15\0\0\0{"file_size":2,"z":1}AB');
  assert.equal(encoded({ x: 'é' }, 'é'), '\x18\0\0\0{"x":"\xc3\xa9","file_size":2}\xc3\xa9');
  assert.equal(encoded({ file_size: -0 }), '\x0f\0\0\0{"file_size":0}');
});

test('dictHeader() writes large bodies as a piece of their own', () => {
  const body = new Uint8Array(5000);
  const pieces = FRAMING.encode([{}, body], LIMITS);
  assert.equal(pieces.length, 2);
  assert.equal(pieces[1], body);
  assert.deepEqual(
    Buffer.concat(FRAMING.encode([{}, 'x'.repeat(5000)], LIMITS)).subarray(-5000),
    Buffer.alloc(5000, 'x'),
  );
});

test('dictHeader() sends a received message as it was', () => {
  const stream = Buffer.from('\x1e\0\0\0{"__proto__":{"a":1},"b":null}', 'latin1');
  const [message] = messagesIn(FRAMING, [stream]);
  assert.equal(isDictMessage(message), true);
  assert.equal(isDictMessage({ header: {}, body: Buffer.alloc(0) }), false);
  assert.equal(message?.header['a'], undefined);
  assert.deepEqual(Object.keys(message?.header ?? {}), ['__proto__', 'b']);
  assert.equal(encoded(message ?? assert.fail()), '\x2c\0\0\0{"__proto__":{"a":1},"b":null,"file_size":0}');
  assert.throws(
    () => FRAMING.encode([message, 'body'] as unknown as readonly [DictMessage], LIMITS),
    TypeError,
  );
});

test('dictHeader() refuses a body that is neither bytes nor text, and a size that is not its own', () => {
  for (const body of [null, 5, {}, [1]])
    assert.throws(() => FRAMING.encode([{}, body as unknown as string], LIMITS), { name: 'TypeError' });
  for (const size of [4, 6, -1, '5', null, 5.5, Number.NaN])
    assert.throws(
      () => FRAMING.encode([{ file_size: size }, 'hello'], LIMITS),
      (error) => error instanceof RangeError || (Number.isNaN(size) && error instanceof TypeError),
    );
});

test('dictHeader() refuses to send more than the limits, and to read more', () => {
  const limits = { maxMessageBytes: 10, maxHeaderBytes: 30 };
  const fits = streamOf(FRAMING, [[{ a: '12345678' }, 'x'.repeat(10)]], LIMITS);
  assert.equal(fits.length, 4 + 31 + 10);
  const wide = { ...limits, maxHeaderBytes: 31 };
  assert.equal(messagesIn(FRAMING, [fits], wide).length, 1);
  assert.equal(FRAMING.encode([{ a: '12345678' }, 'x'.repeat(10)], wide).length, 1);
  assert.throws(() => FRAMING.encode([{ a: '12345678' }, 'x'.repeat(10)], limits), {
    code: 'over-limit',
    message: /header has 31 bytes/,
  });
  assert.throws(() => FRAMING.encode([{}, 'x'.repeat(11)], wide), {
    code: 'over-limit',
    message: /body has 11/,
  });
  assert.equal(outcome(FRAMING.decoder(limits), [fits]), 'protocol');
  const long = streamOf(FRAMING, [[{}, 'x'.repeat(11)]]);
  assert.equal(outcome(FRAMING.decoder(limits), [long]), 'over-limit');
});

test('dictHeader() brings over any header that JSON has, however the stream is cut', () => {
  const json = fc.jsonValue({ maxDepth: 5 });
  const header = fc.dictionary(fc.string({ unit: 'binary' }), json, { maxKeys: 5 });
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(header, fc.uint8Array()), { maxLength: 4 }), sizes, (messages, cuts) => {
      const sent = messages.filter(([one]) => !Object.hasOwn(one, 'file_size'));
      const got = messagesIn(FRAMING, cut(streamOf(FRAMING, sent), cuts));
      // −0 goes as 0, which is what JSON makes of it.
      const expected = sent.map(([one, body]) => ({
        header: JSON.parse(JSON.stringify({ ...one, file_size: body.length })) as unknown,
        body: Buffer.from(body),
      }));
      assert.deepEqual(
        got.map(({ header, body }) => ({ header, body })),
        expected,
      );
    }),
  );
});
