/**
 * A real queue and its model, taken through the same steps, byte by byte.
 *
 * @module
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Queue } from '../../../src/index.ts';
import { type Claim, QueueBody, type Taken } from '../../../src/ipc/queue-body.ts';
import { putAll, takeMany } from '../../../src/ipc/queue-bulk.ts';
import { couldHold, hasRoom, hasRoomForAll } from '../../../src/ipc/queue-room.ts';
import { payloadsIn, RecordBatch } from '../../../src/ipc/record-batch.ts';
import { recordBytes } from '../../../src/ipc/record-ring.ts';
import { BODY_OFFSET, here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { type ModelItem, QueueModel } from './queue-model.ts';

export const word: (offset: number) => number = (offset) => (BODY_OFFSET + offset) / 4;
export const SCAN: number = word(16);
const [HEAD, TAIL] = [word(8), word(12)];
/** The counts of records that are ready, leased, claimed and dead. */
export const COUNTS: readonly number[] = [20, 24, 28, 52].map(word);
export const DEATH_LIMIT = 2;
/** Tags that no participant has. */
export const ME = 0x00ffff;
export const OTHER = 0x01ffff;

export interface Bytes {
  readonly object: SharedObject;
  readonly body: QueueBody;
}

/** A queue whose first record begins at `position`. */
export function made(capacity: number, bytes: number, position = 0): Bytes {
  const reference = referenceOf(new Queue({ capacity, bytes, deathLimit: DEATH_LIMIT }));
  assert.ok(reference);
  const object = here().objects.open(reference);
  for (const index of [HEAD, TAIL, SCAN]) object.words[index] = position;
  return { object, body: new QueueBody(object) };
}

export type Step =
  | { readonly kind: 'put'; readonly length: number }
  | { readonly kind: 'claim'; readonly length: number }
  | { readonly kind: 'many'; readonly max: number }
  | { readonly kind: 'batch'; readonly lengths: readonly number[] }
  | { readonly kind: 'get' | 'lease' | 'letter' | 'fill' | 'reap' | 'repair' }
  | { readonly kind: 'copied' | 'given up'; readonly which: number }
  | { readonly kind: 'done' | 'back' | 'unread'; readonly which: number };

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('many' as const), max: fc.integer({ min: 1, max: 9 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('put' as const, 'claim' as const), length: fc.nat(90) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        lengths: fc.array(fc.nat(90), { maxLength: 4 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('get' as const, 'lease' as const, 'lease' as const, 'letter' as const),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'done' as const,
          'back' as const,
          'unread' as const,
          'copied' as const,
          'given up' as const,
        ),
        which: fc.nat(9),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('fill' as const, 'reap' as const, 'repair' as const) }),
    },
  ),
  { maxLength: 80, size: 'max' },
);
export const starts: fc.Arbitrary<number> = fc.constantFrom(
  0,
  -8,
  -64,
  -240,
  0x7fffff00,
  2 ** 31 - 8,
  1 << 20,
);

/** Takes the oldest item for good, with bytes of its own. */
export function got(body: QueueBody): Taken | undefined {
  const taken = body.take(ME, false);
  if (!taken) return undefined;
  if (taken.links > 0) assert.ok(body.settle(taken.position, taken.id, ME, 'done'));
  return { ...taken, bytes: taken.bytes.slice() };
}

/** Leases the oldest item. */
export function leased(body: QueueBody, tag: number = ME): Taken | undefined {
  return body.take(tag, true);
}

/** A real queue and its model, taken through the same steps. */
export class Pair {
  readonly body: QueueBody;
  readonly object: SharedObject;
  readonly model: QueueModel<number>;
  #leases: { readonly item: ModelItem<number>; readonly taken: Taken }[] = [];
  #claims: { readonly item: ModelItem<number>; readonly claim: Claim }[] = [];
  readonly #hasLinks: Set<ModelItem<number>> = new Set();
  #puts = 0;

  constructor(capacity: number, bytes: number, position: number) {
    ({ body: this.body, object: this.object } = made(capacity, bytes, position));
    this.model = new QueueModel(capacity, this.body.ringBytes);
  }

  do(step: Step): void {
    if (step.kind === 'put') this.#put(step.length);
    else if (step.kind === 'claim')
      this.#claim(step.length - (step.length % 3)); // without links
    else if (step.kind === 'batch') this.#putAll(step.lengths);
    else if (step.kind === 'many') this.#takeMany(step.max);
    else if (step.kind === 'letter') this.#letter();
    else if (step.kind === 'copied' || step.kind === 'given up')
      this.#endClaim(step.which, step.kind === 'copied');
    else if (step.kind === 'get' || step.kind === 'lease') this.#take(step.kind);
    else if (step.kind === 'fill') for (let length = 0; length < 60; length += 9) this.#put(length);
    else if (step.kind === 'reap') this.#reap();
    else if (step.kind === 'repair') this.body.repair();
    else if ('which' in step) this.#settle(step.which, step.kind);
    this.check();
  }

  #put(length: number): void {
    const size = recordBytes(length);
    const fits = hasRoom(this.body, length);
    if (this.model.fits(size) !== undefined) assert.equal(fits, this.model.fits(size), `room for ${size}`);
    if (!fits) return;
    const value = this.#puts++ & 255;
    const item = this.model.put(value, size);
    if (length % 3) this.#hasLinks.add(item);
    this.body.put(new Uint8Array(length).fill(value), length % 3);
  }

  #claim(length: number): void {
    const size = recordBytes(length);
    if (!hasRoom(this.body, length)) return assert.notEqual(this.model.fits(size), true);
    const value = this.#puts++ & 255;
    const item = this.model.put(value, size, 'claimed');
    const claim = this.body.claim(length, ME);
    claim.room.fill(value);
    this.#claims.push({ item, claim });
  }

  #endClaim(which: number, isThere: boolean): void {
    const one = this.#claims.splice(which % Math.max(1, this.#claims.length), 1)[0];
    if (!one) return;
    assert.equal(this.body.endClaim(one.claim, OTHER, isThere), false, 'not his claim');
    assert.equal(this.body.endClaim(one.claim, ME, isThere), true);
    assert.equal(this.body.endClaim(one.claim, ME, isThere), false, 'ended before');
    this.model.settle(one.item, isThere ? 'ready' : 'done');
  }

  #putAll(lengths: readonly number[]): void {
    const batch = new RecordBatch();
    const base = this.#puts;
    for (const [index, length] of lengths.entries())
      batch.add(new Uint8Array(length).fill((base + index) & 255), length % 3);
    if (!couldHold(this.body, batch)) return assert.equal(hasRoomForAll(this.body, batch), false);
    if (this.model.live.length === 0) assert.equal(hasRoomForAll(this.body, batch), true, 'it is empty');
    if (!hasRoomForAll(this.body, batch)) return;
    for (const length of lengths) {
      const item = this.model.put(this.#puts++ & 255, recordBytes(length));
      if (length % 3) this.#hasLinks.add(item);
    }
    putAll(this.body, batch);
  }

  #takeMany(max: number): void {
    const pieces = takeMany(this.body, max);
    const payloads = pieces.flatMap((piece) => [...payloadsIn(piece)]);
    assert.ok(payloads.length <= max);
    const first = this.model.live.find(({ state }) => state === 'ready');
    if (payloads.length === 0 && first)
      assert.ok(this.#hasLinks.has(first), 'the first could have been taken');
    for (const bytes of payloads) {
      const item = this.model.take('get');
      assert.ok(item);
      assert.equal(recordBytes(bytes.length), item.recordBytes);
      assert.ok(bytes.every((byte) => byte === item.value));
    }
    if (payloads.length < max && payloads.length > 0) {
      const next = this.model.live.find(({ state }) => state === 'ready');
      assert.ok(
        !next || this.#hasLinks.has(next) || this.model.live.indexOf(next) > 0,
        'the next could have been taken',
      );
    }
  }

  #letter(): void {
    // Which comes first is not promised: they are moved.
    const taken = this.body.takeLetter(ME);
    if (!taken) return assert.equal(this.model.count('dead'), 0);
    const size = recordBytes(taken.bytes.length);
    const item = this.model.live.find(
      ({ state, value, recordBytes: own, deaths, deliveries }) =>
        state === 'dead' &&
        own === size &&
        (taken.bytes[0] ?? value) === value &&
        deaths === taken.deaths &&
        deliveries + 1 === taken.deliveries,
    );
    assert.ok(item, 'there is such a dead letter');
    item.deliveries++;
    this.model.settle(item, 'leased');
    this.#leases.push({ item, taken });
  }

  #take(how: 'get' | 'lease'): void {
    const item = this.model.take(how);
    const taken = how === 'get' ? got(this.body) : leased(this.body);
    if (!item || !taken) return assert.equal(taken, item);
    assert.equal(taken.deliveries, item.deliveries);
    assert.equal(recordBytes(taken.bytes.length), item.recordBytes);
    assert.ok(taken.bytes.every((byte) => byte === item.value));
    assert.equal(taken.links, taken.bytes.length % 3);
    if (how === 'lease') this.#leases.push({ item, taken });
  }

  #settle(which: number, end: 'done' | 'back' | 'unread'): void {
    const lease = this.#leases.splice(which % Math.max(1, this.#leases.length), 1)[0];
    if (!lease) return;
    const { item, taken } = lease;
    assert.equal(this.body.settle(taken.position, taken.id, OTHER, end), false, 'not his lease');
    assert.equal(this.body.settle(taken.position, taken.id + 1, ME, end), false, 'not this item');
    assert.equal(this.body.settle(taken.position, taken.id, ME, end), true);
    assert.equal(this.body.settle(taken.position, taken.id, ME, end), false, 'settled before');
    if (end === 'unread') item.deliveries--;
    const rest = item.deaths >= DEATH_LIMIT ? 'dead' : 'ready';
    this.model.settle(item, end === 'done' ? 'done' : rest);
  }

  #reap(): void {
    this.body.reap(OTHER);
    this.check();
    this.body.reap(ME);
    for (const { item } of this.#leases.splice(0)) this.model.lose(item, DEATH_LIMIT);
    for (const { item } of this.#claims.splice(0)) this.model.settle(item, 'done');
  }

  check(): void {
    assert.equal(this.body.ready, this.model.count('ready'));
    assert.equal(this.body.leased, this.model.count('leased'));
    assert.equal(this.body.claimed, this.model.count('claimed'));
    assert.equal(this.body.dead, this.model.count('dead'));
  }
}
