/**
 * The queue as bytes. Steps in any order do what a plain array does, also where positions begin anew at 2^32. That a
 * step may be cut short: queue-upkeep.test.ts. That it ends whatever the bytes say: queue-hostile.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Taken } from '../../../src/ipc/queue-body.ts';
import { here } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { COUNTS, got, leased, ME, made, OTHER, Pair, SCAN, starts, steps, word } from './queue-pair.ts';

endsClean();

test('The steps of a queue do what a plain array does, wherever in its ring they happen', () => {
  const sizes = fc.constantFrom(256, 512);
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 9 }), sizes, starts, (list, capacity, bytes, start) => {
      const pair = new Pair(capacity, bytes, start);
      for (const step of list) pair.do(step);
    }),
    { numRuns: 400 },
  );
});

test('repair() derives every number that is derived', () => {
  fc.assert(
    fc.property(steps, starts, fc.infiniteStream(fc.integer()), (list, start, junk) => {
      const pair = new Pair(9, 512, start);
      for (const step of list) pair.do(step);
      const { words } = pair.object;
      const derived = [SCAN, ...COUNTS, word(40), word(44), word(48)];
      for (const index of derived) words[index] = junk.next().value as number;
      pair.body.repair();
      pair.check();
      assert.ok(pair.body.getters.isEmpty && pair.body.putters.isEmpty);
      for (const step of list) pair.do(step);
    }),
    { numRuns: 100 },
  );
});

test('reap() gives the leases of the dead back in their old places, and leaves those of others', () => {
  const { body } = made(9, 512);
  for (const value of [1, 2, 3, 4]) body.put(Uint8Array.of(value), 0);
  const taken = [ME, OTHER, ME].map((tag) => leased(body, tag) as Taken);
  body.reap(ME);
  assert.equal(body.ready, 3);
  assert.equal(body.leased, 1);
  assert.equal(body.settle(taken[0]?.position as number, taken[0]?.id as number, ME, 'done'), false);
  const next = Array.from({ length: 3 }, () => got(body) as Taken);
  assert.deepEqual(
    next.map(({ bytes, deliveries }) => [bytes[0], deliveries]),
    [
      [1, 2],
      [3, 2],
      [4, 1],
    ],
  );
  assert.equal(body.settle(taken[1]?.position as number, taken[1]?.id as number, OTHER, 'done'), true);
});

test('Whoever changes a queue takes out of its wait sets those whom the change lets go on', () => {
  const { slot } = here();
  const { body } = made(2, 256);
  body.getters.add(slot);
  body.put(Uint8Array.of(1), 0);
  assert.ok(body.getters.isEmpty);
  body.putters.add(slot);
  body.joiners.add(slot);
  got(body);
  assert.ok(body.putters.isEmpty && body.joiners.isEmpty);
  body.put(Uint8Array.of(1), 0);
  const { position, id } = leased(body) as Taken;
  body.getters.add(slot);
  body.settle(position, id, ME, 'back');
  assert.ok(body.getters.isEmpty);
  leased(body);
  body.getters.add(slot);
  body.reap(ME);
  assert.ok(body.getters.isEmpty);
  for (const set of [body.getters, body.putters]) set.add(slot);
  body.close();
  assert.ok(body.getters.isEmpty && body.putters.isEmpty);
  // The last item of a closed queue ends the waits for more.
  body.getters.add(slot);
  got(body);
  assert.ok(body.getters.isEmpty);
});
