/**
 * What keeps a queue in order. A step that is cut short leaves the old state or the new one; what the dead had in hand
 * comes back; dead letters stay, and stay out of the way.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Claim, QueueBody, Taken } from '../../../src/ipc/queue-body.ts';
import { putAll, takeMany } from '../../../src/ipc/queue-bulk.ts';
import { hasRoom } from '../../../src/ipc/queue-room.ts';
import { RecordBatch } from '../../../src/ipc/record-batch.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { type Bytes, DEATH_LIMIT, got, leased, ME, made, OTHER } from './queue-pair.ts';

endsClean();

class Cut extends Error {}

/** Runs a step that dies just before its nth atomic store. True if it came that far. */
function cutShort(nth: number, step: () => void): boolean {
  const { store } = Atomics;
  let left = nth;
  Atomics.store = ((array: Int32Array, index: number, value: number) => {
    if (left-- === 0) throw new Cut();
    return store(array, index, value);
  }) as typeof Atomics.store;
  try {
    step();
    return false;
  } catch (error) {
    if (error instanceof Cut) return true;
    throw error;
  } finally {
    Atomics.store = store;
  }
}

/** What takers would find, each item by its first byte; dead letters; and how many ME has leased. */
function content({ body }: Bytes): string {
  const held = body.leased;
  const found: number[] = [];
  const letters: number[] = [];
  for (let taken = leased(body, OTHER); taken; taken = leased(body, OTHER))
    found.push(taken.bytes[0] as number);
  for (let taken = body.takeLetter(OTHER); taken; taken = body.takeLetter(OTHER))
    letters.push(taken.bytes[0] as number);
  body.reap(OTHER);
  return `${found.join()} and ${letters.join()} dead and ${held} leased`;
}

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** A queue with 24 bytes of room behind a PAD; the first of its items is leased to ME. */
function nearlyFull(): Bytes & { readonly leased: Taken } {
  const bytes = made(8, 256);
  for (const [index, length] of [96, 24, 24].entries()) bytes.body.put(filled(length, index + 1), 0);
  got(bytes.body);
  return { ...bytes, leased: leased(bytes.body) as Taken };
}

/** A queue in which OTHER has claimed an item. */
function claimed(): Bytes & { readonly claim: Claim } {
  const bytes = made(8, 256);
  bytes.body.put(filled(24, 1), 0);
  const claim = bytes.body.claim(24, ME);
  claim.room.fill(2);
  return { ...bytes, claim };
}

/** A queue that is full but for what a dead letter at its head keeps. */
function blocked(): Bytes {
  const bytes = made(8, 256);
  const { body } = bytes;
  body.put(filled(24, 1), 0);
  for (let deaths = 0; deaths < DEATH_LIMIT; deaths++) {
    leased(body, OTHER);
    body.reap(OTHER);
  }
  for (const value of [2, 3, 4]) body.put(filled(40, value), 0);
  for (let taken = 0; taken < 2; taken++) got(body);
  return bytes;
}

type Act = (bytes: Bytes) => void;

function withLease(act: (body: QueueBody, leased: Taken) => void): { prepare: () => Bytes; act: Act } {
  return {
    prepare: nearlyFull,
    act: (bytes) => act(bytes.body, (bytes as ReturnType<typeof nearlyFull>).leased),
  };
}

function withClaim(act: (body: QueueBody, claim: Claim) => void): { prepare: () => Bytes; act: Act } {
  return { prepare: claimed, act: (bytes) => act(bytes.body, (bytes as ReturnType<typeof claimed>).claim) };
}

const ACTS: Readonly<Record<string, { prepare: () => Bytes; act: Act }>> = {
  put: withLease((body) => body.put(filled(24, 9), 0)),
  'put many': withLease((body) => {
    const batch = new RecordBatch();
    for (const length of [8, 8]) batch.add(filled(length, 9), 0);
    putAll(body, batch);
  }),
  'get many': withLease((body) => void takeMany(body, 1)),
  'get many from the head': withClaim((body) => void takeMany(body, 9)),
  get: withLease((body) => void got(body)),
  lease: withLease((body) => void leased(body)),
  done: withLease((body, { position, id }) => void body.settle(position, id, ME, 'done')),
  back: withLease((body, { position, id }) => void body.settle(position, id, ME, 'back')),
  'reap a taker': withLease((body) => body.reap(ME)),
  repair: withLease((body) => body.repair()),
  claim: withLease((body) => void body.claim(24, ME)),
  'end a claim': withClaim((body, claim) => void body.endClaim(claim, ME)),
  'give up a claim': withClaim((body, claim) => void body.endClaim(claim, ME, false)),
  'reap a putter': withClaim((body) => body.reap(ME)),
  'take a dead letter': { prepare: blocked, act: ({ body }) => void body.takeLetter(ME) },
  'move a dead letter': { prepare: blocked, act: ({ body }) => assert.ok(hasRoom(body, 40)) },
};

for (const [name, { prepare, act }] of Object.entries(ACTS)) {
  test(`A step that is cut short before any of its stores leaves the old state or the new one: ${name}`, () => {
    const before = content(prepare());
    const whole = prepare();
    act(whole);
    const after = content(whole);
    let cuts = 0;
    for (let nth = 0; ; nth++) {
      const bytes = prepare();
      if (!cutShort(nth, () => act(bytes))) break;
      cuts++;
      bytes.body.repair();
      const now = content(bytes);
      assert.ok(now === before || now === after, `${name} cut before store ${nth}: ${now}`);
      // It goes on as if nothing had happened.
      bytes.body.reap(ME);
      assert.ok(hasRoom(bytes.body, 24));
      bytes.body.put(filled(24, 7), 0);
      assert.match(content(bytes), /7 and/);
    }
    assert.ok(name === 'repair' || cuts > 0, `${name} makes a store`);
  });
}

test('A dead letter at the head keeps nobody from putting and getting', () => {
  for (let length = 0; length < 90; length += 7) {
    const { body } = made(8, 256);
    body.put(filled(60, 1), 0);
    for (let deaths = 0; deaths < DEATH_LIMIT; deaths++) {
      assert.equal(leased(body, OTHER)?.deaths, deaths);
      body.reap(OTHER);
    }
    assert.deepEqual([body.ready, body.dead], [0, 1]);
    for (let count = 0; count < 50; count++) {
      assert.ok(hasRoom(body, length), `${count} items of ${length} bytes`);
      body.put(filled(length, count), 0);
      assert.deepEqual(got(body)?.bytes, filled(length, count));
    }
    const letter = body.takeLetter(ME) as Taken;
    assert.deepEqual([letter.bytes, letter.deaths, letter.deliveries], [filled(60, 1), 2, 3]);
    // Given back it is a dead letter still.
    assert.ok(body.settle(letter.position, letter.id, ME, 'back'));
    assert.deepEqual([body.ready, body.dead], [0, 1]);
    const { position, id } = body.takeLetter(ME) as Taken;
    assert.ok(body.settle(position, id, ME, 'done'));
    assert.deepEqual([body.dead, body.head === body.tail], [0, true]);
  }
});
