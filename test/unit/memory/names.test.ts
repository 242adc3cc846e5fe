/** Objects by name: the first makes, everybody later finds, also when two come at once; names are checked. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, Queue, Value } from '../../../src/index.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { checkName } from '../../../src/memory/names.ts';
import * as others from '../../fixtures/memory/named.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { assertGivenBack, collectGarbage, restingBytes } from '../../harness/tree.ts';

endsClean();

test('named() gives the same object each time, and one face of it', () => {
  assert.equal(Lock.named('names: a lock'), Lock.named('names: a lock'));
  assert.equal(
    Queue.named('names: a queue', { capacity: 3 }),
    Queue.named('names: a queue', { capacity: 3 }),
  );
});

test('named() refuses a name that belongs to another kind, type or bound', () => {
  Lock.named('names: taken');
  assert.throws(() => Queue.named('names: taken'), /Cannot open the queue "names: taken" as there is a lock/);
  Value.named('names: number', 'i32', 5);
  assert.throws(() => Value.named('names: number', 'f64'), TypeError);
  Queue.named('names: small', { capacity: 2 });
  assert.throws(() => Queue.named('names: small', { capacity: 3 }), RangeError);
});

test('A named object lives on when nobody holds it', async () => {
  (() => {
    Value.named('names: lives on', 'i32').value = 42;
  })();
  collectGarbage();
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  assert.equal(Value.named('names: lives on', 'i32').value, 42);
});

test('A name label is not a name: two objects may have it', () => {
  const [one, other] = [new Lock({ name: 'names: label' }), new Lock({ name: 'names: label' })];
  const held = one.tryAcquire();
  assert.ok(other.tryAcquire(), 'they are two');
  held?.release();
});

test('Processes that ask for a name at the same moment get one object', async () => {
  const gate = new Value('i32');
  const racers = await Promise.all(
    Array.from({ length: 3 }, () => start('process', others.addToNamed, [gate, 'names: raced', 100])),
  );
  gate.value = 1;
  await Promise.all(racers.map((racer) => racer.result()));
  assert.equal(Value.named('names: raced', 'i32').value, 300);
});

test('checkName() refuses what cannot be a name, with its reason', () => {
  assert.throws(() => checkName('lock', 7), TypeError);
  assert.throws(() => checkName('lock', ''), /empty/);
  assert.throws(() => checkName('lock', 'x'.repeat(64)), /63 bytes/);
  assert.throws(() => checkName('lock', '道'.repeat(22)), /63 bytes/);
  for (const half of ['\ud83d', 'a\ude00', '\ude00\ud83d']) {
    assert.throws(() => checkName('lock', half), /^RangeError: .* half a character/);
  }
  for (const good of ['道'.repeat(21), '😀', '\uFEFF', 'a\0b', ' ', '..']) checkName('lock', good);
});

test('Names that differ in anything but look alike are different names', () => {
  const names = ['names: é', 'names: e\u0301', '\uFEFFnames: é', 'names: é\0', 'names: é '];
  const locks = names.map((name) => Lock.named(name));
  assert.equal(new Set(locks).size, names.length);
  for (const [index, name] of names.entries()) assert.equal(Lock.named(name), locks[index]);
});

test('What was made for a name that somebody else got first is given back', async () => {
  const gate = new Value('i32');
  const before = await restingBytes();
  const racers = await Promise.all(
    Array.from({ length: 2 }, () => start('process', others.takeNames, [gate, 'names: many', 30])),
  );
  gate.value = 1;
  const made = await Promise.all(racers.map((racer) => racer.result()));
  const size = here().heap.sizeOf(referenceOf(Lock.named('names: many 0'))!.offset * 64);
  assert.ok(made.every((count) => count === 30));
  // What we still hold of the racers is less than what ten of them would be that were made in vain.
  await assertGivenBack(before + 30 * size + 4096);
});
