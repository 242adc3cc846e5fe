/**
 * A map as bytes behaves as a Map, tells exactly when it is full, and is the old one or the new one wherever a
 * change is cut short. How: properties against a plain Map in memory so small that the halves change all the
 * time, and every change stopped at each of its stores. Hostile bytes: map-half.test.ts and below; real kills:
 * test/crash/map-kill.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ABSENT, MapBody } from '../../../src/ipc/map-body.ts';
import { overheadBytes } from '../../../src/ipc/map-half.ts';
import { mapKey } from '../../../src/ipc/map-key.ts';
import { recordBytes } from '../../../src/ipc/map-record.ts';
import { BODY_WORD, entriesOf, get, Memory, put, remove, statesOf } from './map-memory.ts';

const ACTIVE = BODY_WORD;
const BROKEN = BODY_WORD + 1;

type Step = readonly [what: 'put' | 'remove' | 'clear', key: string, value: string];

const keys = fc.constantFrom(
  '',
  'a',
  'b',
  'ab',
  'é',
  '中',
  '\ud800',
  '\udc00',
  'k'.repeat(70),
  '長'.repeat(40),
);
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant('put' as const) },
    { weight: 4, arbitrary: fc.constant('remove' as const) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  ),
  keys,
  fc.integer({ min: 0, max: 120 }).map((length) => 'x'.repeat(length)),
);
const seeds = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** What a half takes that holds these entries, with the smallest table. */
function bytesOf(entries: Iterable<readonly [string, string]>): number {
  let sum = overheadBytes(2);
  for (const [key, value] of entries) sum += recordBytes(mapKey(key, 0), value.length);
  return sum;
}

/** Makes a step on a body and on a Map, which must agree on what came of it. */
function make(body: MapBody, model: Map<string, string>, [what, key, value]: Step): void {
  if (what === 'remove') assert.equal(remove(body, key), model.delete(key));
  if (what === 'clear') {
    body.clear();
    model.clear();
  }
  if (what !== 'put') return;
  const wanted = new Map(model).set(key, value);
  const fits = bytesOf(wanted) <= body.halfBytes;
  assert.equal(put(body, key, value), fits ? 'done' : 'full');
  if (fits) model.set(key, value);
}

test('MapBody is a Map to whoever looks, and full exactly when its entries leave no room', () => {
  let fulls = 0;
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60, size: 'max' }),
      seeds,
      fc.constantFrom(256, 512, 1024),
      (steps, seed, halfBytes) => {
        const body = new MapBody(Memory.of(halfBytes, seed));
        const model = new Map<string, string>();
        for (const one of steps) {
          make(body, model, one);
          assert.equal(get(body, one[1]), model.get(one[1]));
          assert.deepEqual(entriesOf(body), [...model]);
          if (one[0] === 'put' && model.get(one[1]) !== one[2]) fulls++;
        }
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(fulls > 100, `it was full only ${fulls} times`);
});

test('A change cut short at any store leaves the old map or the new one, and both can be used', () => {
  let states = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }), seeds, (steps, seed) => {
      const memory = Memory.of(512, seed);
      const [old, now] = [new Map<string, string>(), new Map<string, string>()];
      const last = steps.at(-1) as Step;
      for (const one of steps.slice(0, -1)) make(new MapBody(memory), now, one);
      for (const [key, value] of now) old.set(key, value);
      let isNew = false;
      for (const state of statesOf(memory, (body) => make(body, now, last))) {
        states++;
        const body = new MapBody(state);
        body.repair();
        const entries = entriesOf(body);
        // Else the next change would be given a number that is taken.
        for (const [key] of entries) assert.ok(body.idOf(mapKey(key, seed)) <= body.changes);
        isNew ||= JSON.stringify(entries) !== JSON.stringify([...old]);
        assert.deepEqual(entries, [...(isNew ? now : old)]);
        const model = new Map(entries);
        for (const next of [last, ...steps.slice(0, 3)]) make(body, model, next);
        assert.deepEqual(entriesOf(body), [...model]);
      }
      assert.equal(isNew, JSON.stringify([...old]) !== JSON.stringify([...now]));
    }),
    { numRuns: 120 }, // with 60, luck may leave fewer than 1000
  );
  assert.ok(states > 1000, `only ${states} states`);
});

test('MapBody.put() and remove() with an expected id do nothing when the entry is another one', () => {
  const body = new MapBody(Memory.of(256));
  const key = mapKey('k', body.seed);
  assert.equal(put(body, 'k', 'one', 1), 'changed');
  assert.equal(put(body, 'k', 'one', ABSENT), 'done');
  const first = body.idOf(key);
  assert.equal(put(body, 'k', 'two', ABSENT), 'changed');
  assert.equal(put(body, 'k', 'two', first), 'done');
  assert.equal(put(body, 'k', 'three', first), 'changed');
  assert.deepEqual(body.remove(key, first), { how: 'changed' });
  assert.equal(get(body, 'k'), 'two');
  assert.deepEqual(body.remove(key, body.idOf(key)), { how: 'done' });
  assert.equal(body.idOf(key), ABSENT);
  assert.equal(body.remove(key), undefined);
});

test('An entry keeps its id while the halves change, and never gets one that was there before', () => {
  const body = new MapBody(Memory.of(512));
  put(body, 'kept', 'same');
  const kept = body.idOf(mapKey('kept', body.seed));
  const seen = new Set([kept]);
  for (let round = 0; round < 200; round++) {
    if (round % 7 === 0) remove(body, 'other');
    put(body, 'other', 'x'.repeat(round % 50));
    const id = body.idOf(mapKey('other', body.seed));
    assert.ok(!seen.has(id));
    seen.add(id);
    assert.equal(body.idOf(mapKey('kept', body.seed)), kept);
  }
});

test('MapBody gives the values that are gone, if they referred to something', () => {
  const body = new MapBody(Memory.of(1024));
  const value = (text: string): Uint8Array => Buffer.from(text);
  const set = (name: string, text: string, hasLinks: boolean): unknown => {
    const { dropped } = body.put(mapKey(name, body.seed), value(text), hasLinks);
    return dropped && Buffer.from(dropped).toString();
  };
  assert.equal(set('a', 'plain', false), undefined);
  assert.equal(set('a', 'linked', true), undefined);
  assert.equal(set('a', 'linked, too', true), 'linked');
  assert.equal(set('a', 'plain', false), 'linked, too');
  set('b', 'one', true);
  set('c', 'two', true);
  const texts = (values: Uint8Array[]): string[] => values.map((it) => Buffer.from(it).toString()).sort();
  assert.deepEqual(texts(body.valuesWithLinks()), ['one', 'two']);
  const removed = body.remove(mapKey('c', body.seed));
  assert.equal(removed?.dropped && Buffer.from(removed.dropped).toString(), 'two');
  assert.deepEqual(texts(body.clear()), ['one']);
  assert.deepEqual(body.valuesWithLinks(), []);
});

test('MapBody.put() that finds no room drops nothing', () => {
  const body = new MapBody(Memory.of(256));
  const key = mapKey('a', body.seed);
  body.put(key, Buffer.from('linked'), true);
  assert.deepEqual(body.put(key, new Uint8Array(300), true), { how: 'full' });
  assert.equal(get(body, 'a'), 'linked');
  assert.equal(body.canHold(recordBytes(key, 192)), true);
  assert.equal(body.canHold(recordBytes(key, 193)), false);
});

test('A small map in much memory stays small, however often it is written to', () => {
  const body = new MapBody(Memory.of(2 ** 20));
  for (let round = 0; round < 20_000; round++) put(body, `k${round % 10}`, 'x'.repeat(100));
  assert.ok(body.writtenBytes < 2 ** 17, `${body.writtenBytes} bytes`);
});

test('The chains of a map stay short while it grows', () => {
  const memory = Memory.of(2 ** 20);
  const body = new MapBody(memory);
  for (let round = 0; round < 5000; round++) put(body, `k${round}`, '');
  const half = body.copy();
  assert.ok(half.buckets * 2 >= 5000, `${half.buckets} chains`);
});

test('MapBody refuses everything once its memory was found to make no sense, and repairs nothing', () => {
  const memory = Memory.of(256);
  const body = new MapBody(memory);
  put(body, 'a', 'one');
  const broken = { name: 'DuodaoError', code: 'broken' };
  const acts: (() => unknown)[] = [
    () => body.get(mapKey('a', body.seed)),
    () => body.idOf(mapKey('a', body.seed)),
    () => put(body, 'a', 'two'),
    () => remove(body, 'a'),
    () => body.clear(),
    () => body.copy(),
    () => body.entries,
  ];
  const words = new Int32Array(memory.data());
  words[1] = 7; // the tail
  body.repair();
  assert.equal(memory.words[BROKEN], 1);
  for (const act of acts) assert.throws(act, broken);
  assert.deepEqual(body.valuesWithLinks(), []);
  memory.words[BROKEN] = 0;
  memory.words[ACTIVE] = 2;
  for (const act of acts) assert.throws(act, broken);
});

test('MapBody that cannot count its changes any more makes none', () => {
  const memory = Memory.of(256);
  const body = new MapBody(memory);
  put(body, 'a', 'one');
  const changes = new Float64Array(memory.words.buffer, (BODY_WORD + 2) * 4, 1);
  for (const number of [Number.NaN, -1, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
    changes[0] = number;
    assert.throws(() => put(body, 'a', 'two'), { code: 'broken' });
    assert.throws(() => remove(body, 'a'), { code: 'broken' });
    assert.equal(get(body, 'a'), 'one');
  }
});
