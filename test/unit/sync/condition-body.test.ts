/**
 * A condition as bytes: who waits, who was told, and what becomes of what the dead were told. Deaths are made here by
 * hand; every order of steps with deaths between them is in test/model/condition.ts, real ones in
 * test/crash/condition-kill.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Condition, Lock } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf } from '../../../src/memory/index.ts';
import {
  CONDITION_BYTES,
  ConditionBody,
  MOST_WAITS,
  repairCondition,
} from '../../../src/sync/condition-body.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const SLEEPERS = (BODY_OFFSET + 12) / 4;

interface Bytes {
  readonly body: ConditionBody;
  readonly words: Int32Array;
  readonly records: Int32Array;
}

function made(): Bytes {
  const reference = referenceOf(new Condition());
  assert.ok(reference);
  const object = here().objects.open(reference);
  return {
    body: new ConditionBody(object),
    words: object.words,
    records: new Int32Array(object.data(CONDITION_BYTES)),
  };
}

const { slot } = here();
const record = ({ records }: Bytes): [waits: number, told: number] => {
  const word = records[slot * 2] as number;
  return [word >>> 16, word & 0xffff];
};

test('A notification goes to a wait that has begun, and is remembered for none that comes later', () => {
  const bytes = made();
  const { body } = bytes;
  assert.equal(body.notify(1), 0);
  body.enter();
  assert.equal(body.tryGo(false), false);
  assert.deepEqual([record(bytes), body.waits], [[1, 0], 1]);
  assert.equal(body.notify(5), 1);
  assert.deepEqual([record(bytes), body.waits], [[1, 1], 0]);
  assert.equal(body.notify(1), 0);
  assert.equal(body.tryGo(true), true);
  assert.deepEqual(record(bytes), [1, 1], 'until it has the lock');
  assert.equal(body.tryGo(true), false, 'once');
  body.end();
  assert.deepEqual(record(bytes), [0, 0]);
  body.enter();
  assert.equal(body.tryGo(false), false);
  assert.equal(body.giveUp(), true);
  assert.deepEqual(record(bytes), [0, 0]);
});

test('A wait that gives up has ended well if it alone was notified, and leaves that to others otherwise', () => {
  const bytes = made();
  const { body } = bytes;
  body.enter();
  body.enter();
  body.notify(1);
  assert.equal(body.giveUp(), true);
  assert.deepEqual(record(bytes), [1, 1]);
  assert.equal(body.giveUp(), false);
  assert.deepEqual(record(bytes), [1, 1]);
  body.end();
  assert.deepEqual(record(bytes), [0, 0]);
  // What others of this thread go by is not for who gives up.
  body.enter();
  body.enter();
  body.notify(1);
  assert.ok(body.tryGo(false));
  assert.equal(body.giveUp(), true);
  body.end();
  assert.deepEqual(record(bytes), [0, 0]);
});

test('A wait that goes, but cannot have the lock again, leaves its notification to another', () => {
  const bytes = made();
  const { body } = bytes;
  body.enter();
  body.enter();
  body.notify(1);
  assert.ok(body.tryGo(false));
  body.passOn();
  assert.deepEqual(record(bytes), [1, 1]);
  assert.ok(body.tryGo(false));
  body.passOn();
  assert.deepEqual(record(bytes), [0, 0], 'there is no other');
});

test('Only those who wait are among the sleepers, and those who are told are rung', () => {
  const { body, words } = made();
  body.enter();
  const before = here().bell.count;
  body.notify(1);
  assert.equal(here().bell.count, before, 'it does not sleep');
  assert.ok(body.tryGo(true));
  body.end();
  body.enter();
  body.tryGo(true);
  assert.deepEqual([body.waiting.has(slot), words[SLEEPERS]], [true, 1]);
  body.notify(1);
  assert.deepEqual([body.waiting.has(slot), words[SLEEPERS]], [false, 0]);
  assert.equal(here().bell.count, before + 1);
});

test('A thread has so many waits at most, and one more is refused', () => {
  const bytes = made();
  bytes.records[slot * 2] = (MOST_WAITS << 16) | 3;
  assert.throws(() => bytes.body.enter(), { code: 'over-limit', facts: { limit: 65535 } });
  assert.deepEqual(record(bytes), [MOST_WAITS, 3]);
});

test('What a dead participant was told goes to another, as often as it was told', () => {
  const bytes = made();
  const { body, records } = bytes;
  const { slots } = here();
  const dead = slots.top; // a place that nobody has taken yet
  records[dead * 2] = (3 << 16) | 2;
  body.enter();
  // reap() finds the slot by the tag, so the place must be one that was used: our own neighbour is not.
  assert.ok(!slots.isAlive(slots.tagOf(dead)));
  assert.equal(body.notify(1), 1, 'the dead are told nothing');
  assert.deepEqual([records[dead * 2], record(bytes)], [(3 << 16) | 2, [1, 1]]);
});

test('A reaping gives nothing to a condition at which nobody is left', () => {
  const bytes = made();
  const { body, records } = bytes;
  body.enter();
  body.notify(1);
  body.reap(here().tag); // as if we were dead
  assert.deepEqual([records[slot * 2], body.waits], [0, 0]);
});

test('The number of sleepers is derived after a death', () => {
  const reference = referenceOf(new Condition(new Lock()));
  assert.ok(reference);
  const object = here().objects.open(reference);
  object.words[SLEEPERS] = 9;
  repairCondition(object);
  assert.equal(object.words[SLEEPERS], 0);
});
