/** The proof of a permit: it gives its permit back once, and only if there was one. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoundedSemaphore, Permit, Semaphore } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

for (const make of [() => new Semaphore(2), () => new BoundedSemaphore(2)]) {
  const { name } = make().constructor;

  test(`Permit of a ${name} gives back one permit, once`, () => {
    const semaphore = make();
    const permit = semaphore.acquireSync();
    assert.ok(permit instanceof Permit);
    assert.equal(semaphore.value, 1);
    permit.release();
    permit.release();
    permit[Symbol.dispose]();
    assert.equal(semaphore.value, 2);
  });

  test(`Permit of a ${name} is disposable, so that a block can end with the release`, () => {
    const semaphore = make();
    const permits = [semaphore.acquireSync(), semaphore.acquireSync()];
    for (const permit of permits) permit[Symbol.dispose]();
    assert.equal(semaphore.value, 2);
  });

  test(`Permit of a ${name}, released late, takes nothing from a later taker`, () => {
    const semaphore = make();
    const former = semaphore.acquireSync();
    former.release();
    const later = [semaphore.acquireSync(), semaphore.acquireSync()];
    former.release();
    assert.equal(semaphore.value, 0);
    for (const permit of later) permit.release();
    assert.equal(semaphore.value, 2);
  });
}

test('Permit of a BoundedSemaphore whose permits were given back otherwise says so, once', () => {
  const semaphore = new BoundedSemaphore(2);
  const permit = semaphore.acquireSync();
  semaphore.release();
  assert.throws(() => permit.release(), { name: 'RangeError', message: /too many times/ });
  permit.release();
  assert.equal(semaphore.value, 2);
});

test('Permit of a Semaphore that is full says so, and adds nothing', () => {
  const semaphore = new Semaphore(1);
  const permit = semaphore.acquireSync();
  semaphore.release(2 ** 31 - 1);
  assert.throws(() => permit.release(), RangeError);
  assert.equal(semaphore.value, 2 ** 31 - 1);
});
