/**
 * No framing: chunks come out as they came in.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { raw } from '../../../../src/wire/index.ts';
import { drain, LIMITS } from './streams.ts';

test('raw() gives each chunk as it came, without copying it', () => {
  const decoder = raw().decoder(LIMITS);
  const chunks = [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')];
  for (const chunk of chunks) decoder.push(chunk);
  decoder.push(Buffer.alloc(0));
  assert.equal(decoder.heldBytes, 11);
  assert.equal(decoder.next(), chunks[0]);
  assert.equal(decoder.heldBytes, 8);
  assert.deepEqual(drain(decoder), chunks.slice(1));
  assert.equal(decoder.heldBytes, 0);
  assert.equal(decoder.isInside, false);
  const view = Uint8Array.of(0, 1, 2, 3).subarray(1, 3);
  decoder.push(view);
  decoder.end();
  const got = decoder.next();
  assert.deepEqual(got, Buffer.of(1, 2));
  assert.equal(got?.buffer, view.buffer);
  assert.equal(decoder.next(), undefined);
});

test('raw() keeps the order of many chunks that wait', () => {
  const decoder = raw().decoder(LIMITS);
  let taken = 0;
  for (let index = 0; index < 3000; index++) {
    decoder.push(Buffer.from(String(index)));
    if (index % 3 === 0) assert.equal(String(decoder.next()), String(taken++));
  }
  for (const message of drain(decoder)) assert.equal(String(message), String(taken++));
  assert.equal(taken, 3000);
});

test('raw() cuts what is longer than the limit', () => {
  const decoder = raw().decoder({ ...LIMITS, maxMessageBytes: 4 });
  decoder.push(Buffer.from('0123456789'));
  assert.deepEqual(drain(decoder).map(String), ['0123', '4567', '89']);
  assert.equal(decoder.heldBytes, 0);
});

test('raw() sends bytes and text as they are, and nothing for nothing', () => {
  const { encode } = raw();
  assert.deepEqual(encode(['é'], LIMITS), [Buffer.from('é')]);
  assert.deepEqual(encode([Uint8Array.of(1, 2)], LIMITS), [Buffer.of(1, 2)]);
  const large = new Uint8Array(LIMITS.maxMessageBytes + 1);
  assert.deepEqual(encode([large], LIMITS), [large]);
  assert.deepEqual(encode([''], LIMITS), []);
  assert.throws(() => encode([7 as unknown as string], LIMITS), { name: 'TypeError' });
});
