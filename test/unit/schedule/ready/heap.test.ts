/** A heap is a list that is sorted whenever one is taken out, only faster: so it is compared with one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap } from '../../../../src/schedule/ready/heap.ts';
import { job, type TestJob } from '../jobs.ts';

test('Heap gives the smallest rank, and of equals the smallest tie, whatever is done to it', () => {
  const step = fc.tuple(fc.constantFrom('push', 'push', 'pop', 'remove'), fc.nat(20), fc.nat(3));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = new Heap<TestJob>();
      const list: { job: TestJob; rank: number; tie: number }[] = [];
      for (const [tie, [what, rank, cpu]] of steps.entries()) {
        if (what === 'push') {
          const one = job(`J${tie}`, rank % 7 === 0 ? { cpus: new Set([cpu]) } : {});
          heap.push(one, rank, tie);
          list.push({ job: one, rank, tie });
          list.sort((a, b) => a.rank - b.rank || a.tie - b.tie);
        } else if (what === 'pop') {
          const index = list.findIndex((one) => one.job.cpus?.has(cpu) ?? true);
          assert.equal(heap.first(cpu)?.job, list[index]?.job);
          assert.equal(heap.pop(cpu)?.job, index === -1 ? undefined : list.splice(index, 1)[0]?.job);
        } else {
          const one = list[rank]?.job;
          if (one) list.splice(rank, 1);
          assert.equal(heap.remove(one ?? job('stranger')), one !== undefined);
        }
        assert.equal(heap.size, list.length);
        assert.equal(heap.first()?.job, list[0]?.job);
      }
    }),
  );
});
