/**
 * The ring of records: what is written is read back, wherever it lies; and whatever its bytes say, reading ends, and
 * ends inside the ring.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { DuodaoError } from '../../../src/base/index.ts';
import {
  broken,
  CLAIMED,
  claimedBy,
  DEAD,
  deathsIn,
  DONE,
  kindOfState,
  LEASED,
  leasedTo,
  PAD,
  READY,
  RecordRing,
  recordBytes,
  restingAfter,
} from '../../../src/ipc/record-ring.ts';

const isBroken = { name: 'DuodaoError', code: 'broken' };
const HEADER_BYTES = 24;

function bytesOf(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) & 255);
}

test('A ring is a power of two of at least 8 bytes', () => {
  for (const size of [8, 16, 4096]) assert.equal(new RecordRing(new ArrayBuffer(size)).sizeBytes, size);
  for (const size of [0, 4, 24, 4095]) assert.throws(() => new RecordRing(new ArrayBuffer(size)), isBroken);
});

test('recordBytes() has room for header and payload, in steps of 8', () => {
  for (let payload = 0; payload < 300; payload++) {
    const bytes = recordBytes(payload);
    assert.equal(bytes % 8, 0);
    assert.ok(bytes >= HEADER_BYTES + payload && bytes < HEADER_BYTES + payload + 8);
  }
});

test('The states of a record are told apart, whoever has leased it', () => {
  const tags = [1, 512, (0xffff << 10) | 512];
  const resting = [0, 1, 255].flatMap((deaths) => [restingAfter(deaths, READY), restingAfter(deaths, DEAD)]);
  const states = [DONE, PAD, ...tags.map(leasedTo), ...tags.map(claimedBy), ...resting];
  assert.equal(new Set(states).size, states.length);
  const kinds = [DONE, PAD, LEASED, LEASED, LEASED, CLAIMED, CLAIMED, CLAIMED];
  assert.deepEqual(states.map(kindOfState), [...kinds, READY, DEAD, READY, DEAD, READY, DEAD]);
  assert.deepEqual(resting.map(deathsIn), [0, 0, 1, 1, 255, 255]);
  const ring = new RecordRing(new ArrayBuffer(64));
  ring.write(0, 1, bytesOf(4, 0), 0);
  for (const state of states) {
    ring.setState(0, state);
    assert.equal(ring.state(0), state);
  }
});

test('What is written comes back, wherever it lies in the ring and in the memory it comes from', () => {
  const place = fc.record({
    position: fc.integer({ min: 0, max: 0xffffffff }).map((position) => position & ~7),
    length: fc.oneof(fc.nat(64), fc.nat(400)),
    from: fc.nat(11),
    id: fc.nat(2 ** 40),
    links: fc.nat(9),
  });
  const ring = new RecordRing(new ArrayBuffer(1024));
  fc.assert(
    fc.property(place, ({ position, length, from, id, links }) => {
      if (recordBytes(length) > ring.toEnd(position)) return;
      const source = bytesOf(from + length, id).subarray(from);
      ring.write(position, id, source, links);
      assert.deepEqual(ring.payload(position), source.slice());
      assert.equal(ring.state(position), READY);
      assert.equal(ring.id(position), id);
      assert.equal(ring.links(position), links);
      assert.equal(ring.length(position), length);
      assert.deepEqual(ring.payloadView(position).slice(), ring.payload(position));
      assert.equal(ring.countDelivery(position, READY), 1);
      assert.equal(ring.countDelivery(position, restingAfter(200, READY)), 2);
      ring.uncountDelivery(position);
      assert.equal(ring.deaths(position), 200);
      assert.equal(ring.countDelivery(position, restingAfter(255, READY)), 2);
      assert.equal(ring.deaths(position), 255);
      const tail = (position + recordBytes(length)) | 0;
      assert.equal(ring.after(position | 0, tail), tail);
    }),
    { numRuns: 500 },
  );
});

test('A payload is a copy, the reader’s own', () => {
  const ring = new RecordRing(new ArrayBuffer(64));
  ring.write(0, 1, bytesOf(8, 1), 0);
  const payload = ring.payload(0);
  ring.write(0, 2, bytesOf(8, 100), 0);
  assert.deepEqual(payload, bytesOf(8, 1));
  assert.equal(payload.buffer.byteLength, 8);
});

test('A PAD fills up to the end of the ring, even where only 8 bytes are left', () => {
  const ring = new RecordRing(new ArrayBuffer(64));
  for (const position of [56, 40, 0, -8, -64]) {
    ring.writePad(position);
    assert.equal(ring.state(position), PAD);
    const end = (position + ring.toEnd(position)) | 0;
    assert.equal(ring.after(position, end), end);
  }
});

test('positions() gives every record from the head to the tail, also where positions begin anew', () => {
  const ring = new RecordRing(new ArrayBuffer(256));
  const lengths = fc.array(fc.nat(60), { maxLength: 4 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: -64, max: 64 }), (payloads, start) => {
      const head = (start * 8) | 0;
      const written: number[] = [];
      let tail = head;
      for (const length of payloads) {
        const pad = recordBytes(length) > ring.toEnd(tail) ? ring.toEnd(tail) : 0;
        if (((tail - head) >>> 0) + pad + recordBytes(length) > ring.sizeBytes) break;
        if (pad > 0) {
          ring.writePad(tail);
          written.push(tail);
          tail = (tail + pad) | 0;
        }
        ring.write(tail, 1, bytesOf(length, 1), 0);
        written.push(tail);
        tail = (tail + recordBytes(length)) | 0;
      }
      assert.deepEqual([...ring.positions(head, tail)], written);
    }),
  );
});

test('A record that claims to reach beyond the tail or the end of the ring is broken', () => {
  const memory = new Uint32Array(32);
  const ring = new RecordRing(memory.buffer);
  const claim = (length: number, state: number): void => memory.set([length, state]);
  for (const length of [41, 104, 105, 2 ** 31 - 32, 2 ** 31, 2 ** 32 - 33, 2 ** 32 - 16, 2 ** 32 - 1]) {
    claim(length, READY);
    assert.throws(() => ring.after(0, 64), isBroken, `length ${length}`);
    assert.throws(() => [...ring.positions(0, 64)], isBroken);
  }
  for (const length of [0, 4, 7, 9, 72, 2 ** 32 - 8]) {
    claim(length, PAD);
    assert.throws(() => ring.after(0, 64), isBroken, `pad of ${length}`);
  }
  claim(40, READY);
  assert.equal(ring.after(0, 64), 64);
  assert.throws(() => ring.after(0, 136), isBroken, 'a tail beyond the ring');
});

test('Reading ends inside the ring, whatever its bytes say', () => {
  const word = fc.oneof(
    fc.constantFrom(0, 8, 16, 24, 32, READY, DONE, PAD, leasedTo(1), 0xffffffff, 0xfffffff0, 2 ** 31),
    fc.nat(0xffffffff),
  );
  const hostile = fc.record({
    power: fc.integer({ min: 3, max: 9 }),
    words: fc.array(word, { minLength: 128, maxLength: 128 }),
    head: fc.oneof(fc.nat(1024), fc.nat(0xffffffff)),
    used: fc.oneof(fc.nat(512), fc.nat(0xffffffff)),
  });
  fc.assert(
    fc.property(hostile, ({ power, words, head, used }) => {
      const ring = new RecordRing(Uint32Array.from(words).buffer.slice(0, 2 ** power));
      let steps = 0;
      try {
        for (const position of ring.positions(head | 0, (head + used) | 0)) {
          assert.ok(++steps <= ring.sizeBytes / 8);
          if (ring.state(position) === PAD) continue;
          assert.ok(ring.payload(position).length + HEADER_BYTES <= ring.sizeBytes);
          assert.equal(ring.payload(position).length, words[(position & (ring.sizeBytes - 1)) >> 2]);
        }
      } catch (error) {
        if (!(error instanceof DuodaoError && error.code === 'broken')) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});

test('broken() says why the memory makes no sense', () => {
  const error = broken('two and two are five');
  assert.equal(error.code, 'broken');
  assert.match(error.message, /two and two are five/);
});
