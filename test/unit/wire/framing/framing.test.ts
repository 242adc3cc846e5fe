/**
 * What every framing promises: the same messages come out that went in, however the stream was cut on its way.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  dictHeader,
  type Framing,
  lengthPrefixed,
  lines,
  pythonConnection,
} from '../../../../src/wire/index.ts';
import { cut, drain, LIMITS, messagesIn, streamOf } from './streams.ts';

interface Sample {
  readonly framing: Framing;
  /** Messages to send, and what they arrive as. */
  readonly sent: readonly (readonly unknown[])[];
  readonly arrived: readonly unknown[];
}

const bytes = (...values: number[]): Buffer => Buffer.from(values);

const SAMPLES: Readonly<Record<string, Sample>> = {
  'lines()': {
    framing: lines(),
    sent: [['one'], [''], ['多道'], ['a\rb'], ['\0']],
    arrived: ['one', '', '多道', 'a\rb', '\0'],
  },
  "lines({ newline: '\\r\\n' })": {
    framing: lines({ newline: '\r\n', encoding: 'latin1' }),
    sent: [['one'], [''], ['\r'], ['\n'], ['é\n\r']],
    arrived: ['one', '', '\r', '\n', 'é\n\r'],
  },
  'lengthPrefixed()': {
    framing: lengthPrefixed(),
    sent: [['one'], [''], [bytes(0, 255, 10)], ['x'.repeat(20)]],
    arrived: [Buffer.from('one'), bytes(), bytes(0, 255, 10), Buffer.from('x'.repeat(20))],
  },
  'lengthPrefixed({ bytes: 8, endian: big, signed })': {
    framing: lengthPrefixed({ bytes: 8, endian: 'big', signed: true }),
    sent: [['one'], [''], [bytes(0)]],
    arrived: [Buffer.from('one'), bytes(), bytes(0)],
  },
  'dictHeader()': {
    framing: dictHeader(),
    sent: [[{ a: [1, 'é'] }, 'body'], [{}], [{ file_size: 2 }, bytes(1, 2)]],
    arrived: [
      { header: { a: [1, 'é'], file_size: 4 }, body: Buffer.from('body') },
      { header: { file_size: 0 }, body: bytes() },
      { header: { file_size: 2 }, body: bytes(1, 2) },
    ],
  },
  'pythonConnection()': {
    framing: pythonConnection(),
    sent: [['one'], [''], [bytes(255, 255, 255, 255)]],
    arrived: [Buffer.from('one'), bytes(), bytes(255, 255, 255, 255)],
  },
};

/** A DictMessage without its class. */
const plain = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'header' in message ? { ...message } : message;

for (const [name, { framing, sent, arrived }] of Object.entries(SAMPLES)) {
  const stream = streamOf(framing, sent);

  test(`${name} gives the messages that went in, wherever the stream is cut in two`, () => {
    for (let at = 0; at <= stream.length; at++) {
      const got = messagesIn(framing, [stream.subarray(0, at), stream.subarray(at)]);
      assert.deepEqual(got.map(plain), arrived, `cut at ${at}`);
    }
  });

  test(`${name} gives the same byte by byte, all at once, and a thousand times in one chunk`, () => {
    assert.deepEqual(messagesIn(framing, cut(stream, [1])).map(plain), arrived);
    assert.deepEqual(messagesIn(framing, [stream]).map(plain), arrived);
    const many = messagesIn(framing, [Buffer.concat(new Array<Buffer>(1000).fill(stream))]);
    assert.equal(many.length, 1000 * arrived.length);
    assert.deepEqual(many.slice(-arrived.length).map(plain), arrived);
  });

  test(`${name} gives at the end what nobody had asked for before`, () => {
    const decoder = framing.decoder(LIMITS);
    decoder.push(stream);
    decoder.end();
    assert.equal(decoder.heldBytes > 0, true);
    assert.deepEqual(drain(decoder).map(plain), arrived);
    assert.equal(decoder.heldBytes, 0);
    assert.equal(decoder.isInside, false);
  });

  test(`${name} cuts any messages out of any stream`, () => {
    const message = fc.integer({ min: 0, max: sent.length - 1 });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (picked, sizes) => {
          const bytes = streamOf(
            framing,
            picked.map((index) => sent[index] ?? []),
          );
          assert.deepEqual(
            messagesIn(framing, cut(bytes, sizes)).map(plain),
            picked.map((index) => arrived[index]),
          );
        },
      ),
    );
  });
}
