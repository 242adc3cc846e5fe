/** A run that shows everything a drawing can show, and what drawings of it looked like when somebody looked at them. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { roundRobin, simulate, type Timeline } from '../../../../src/schedule/index.ts';

const FOLDER = new URL('../../../fixtures/schedule/golden/', import.meta.url);

/** Two CPUs, I/O, a job that may run on one CPU only, switches that cost, and a name that XML would trip over. */
export function everything(): Timeline {
  const jobs = [
    { name: 'edit', burst: 4, io: [{ at: 1, takes: 3 }] },
    { name: 'compile', arrival: 1, burst: 9, cpus: [1] },
    { name: '<a&b>', arrival: 2, burst: 5, priority: 2 },
    { name: 'print', arrival: 2, burst: 2, after: ['edit'] },
  ];
  return simulate(jobs, roundRobin({ quantum: 3 }), { cpus: 2, switchCost: 0.5 });
}

/** Compares with what was seen. With UPDATE=1 it is written anew: then look at it. */
export function assertGolden(name: string, text: string): void {
  const file = new URL(name, FOLDER);
  if (process.env['UPDATE'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}
