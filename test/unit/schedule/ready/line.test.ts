/** A line is an array with shift, unshift and splice, only faster: so it is compared with one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Line } from '../../../../src/schedule/ready/line.ts';
import { job, type TestJob } from '../jobs.ts';

test('Line does what an array does, whatever is done to it', () => {
  const step = fc.tuple(fc.constantFrom('push', 'push', 'unshift', 'shift', 'remove'), fc.nat(40), fc.nat(3));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const line = new Line<TestJob>();
      const array: TestJob[] = [];
      for (const [what, number, cpu] of steps) {
        if (what === 'push' || what === 'unshift') {
          const cpus = number % 7 === 0 ? { cpus: new Set([cpu]) } : {};
          const one = job(`J${number}`, cpus);
          line[what](one);
          array[what](one);
        } else if (what === 'shift') {
          const index = array.findIndex((one) => one.cpus?.has(cpu) ?? true);
          assert.equal(line.first(cpu), array[index]);
          assert.equal(line.shift(cpu), index === -1 ? undefined : array.splice(index, 1)[0]);
        } else {
          const one = array[number];
          if (one) array.splice(number, 1);
          assert.equal(line.remove(one ?? job('stranger')), one !== undefined);
        }
        assert.equal(line.size, array.length);
        assert.equal(line.first(), array[0]);
      }
    }),
  );
});

test('Line keeps its order when it grows and when it has been large', () => {
  const line = new Line<TestJob>();
  for (const _ of [1, 2]) {
    const jobs = Array.from({ length: 5000 }, (_, index) => job(`J${index}`));
    for (const one of jobs) line.push(one);
    for (const one of jobs) assert.equal(line.shift(), one);
    assert.equal(line.shift(), undefined);
  }
});
