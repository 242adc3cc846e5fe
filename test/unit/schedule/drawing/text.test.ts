/** The chart for terminals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '../../../../src/schedule/index.ts';
import { marks, short } from '../../../../src/schedule/drawing/ruler.ts';
import { assertGolden, everything } from './golden.ts';

test('Timeline draws itself as text as it did when somebody looked at it', () => {
  assertGolden('everything.txt', everything().toText());
  assertGolden('everything-wide.txt', everything().toText({ columns: 120 }));
});

test('Timeline as text fits into the columns that there are', () => {
  const jobs = Array.from({ length: 60 }, (_, index) => ({
    name: `a job with a long name ${index}`,
    arrival: index * 7,
    burst: 1234.567,
  }));
  for (const columns of [60, 80, 132]) {
    const lines = simulate(jobs, 'rr').toText({ columns }).split('\n');
    for (const line of lines.filter((one) => /[#|+]/.test(one))) assert.ok(line.length <= columns, line);
    assert.ok(lines.includes('and 20 more jobs'));
  }
});

test('Timeline as text paints what it is asked to paint, and lets no name drive the terminal', () => {
  const painted = new Set<string>();
  const text = simulate([{ name: '\u001b[2Jx', burst: 2, io: [{ at: 1, takes: 1 }] }], 'fcfs').toText({
    paint: (part, what) => {
      painted.add(what);
      return `<${part}>`;
    },
  });
  assert.deepEqual([...painted].sort(), ['blocked', 'dim', 'run']);
  assert.ok(!text.includes('\u001b'));
  assert.match(text, /<####><----><####>|<#+><-+><#+>/);
});

test('Timeline as text asks how wide a name is on this terminal', () => {
  const text = simulate([{ name: '多道', burst: 1 }], 'fcfs').toText({ widthOf: (one) => one.length * 2 });
  assert.match(text, /^多道 {3}#/m);
});

test('Timeline as text has the table alone where nothing was recorded', () => {
  const text = simulate([{ name: 'A', burst: 1 }], 'fcfs', { record: false }).toText();
  assert.ok(!text.includes('CPU 0'));
  assert.match(text, /^A +0 +1 +0 +1 +1 +0 +0$/m);
});

test('The marks of a ruler are round and do not touch', () => {
  assert.deepEqual(marks(0, 30, 2, 4), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]);
  assert.deepEqual(marks(0, 1000, 0.07, 5), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  assert.deepEqual(marks(0.35, 1, 10, 2), [0.4, 0.6, 0.8, 1]);
});

test('A number is short', () => {
  assert.deepEqual([1, 1.005, 2.5, 1e12, 1 / 3].map(short), ['1', '1', '2.5', '1.00e+12', '0.33']);
});
