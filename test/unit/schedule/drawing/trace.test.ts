/** The trace event format. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '../../../../src/schedule/index.ts';
import { assertGolden, everything } from './golden.ts';

test('Timeline writes the trace that it wrote when somebody looked at it', () => {
  assertGolden('everything.trace.txt', `${JSON.stringify(everything().toTrace(), null, 1)}\n`);
});

test('Timeline as a trace has each span once, in microseconds, and why it was chosen', () => {
  const { traceEvents } = simulate([{ name: 'A', burst: 1.5 }], 'fcfs').toTrace();
  assert.deepEqual(
    traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'run'),
    [{ name: 'A', cat: 'run', ph: 'X', pid: 1, tid: 0, ts: 0, dur: 1500 }],
  );
  assert.deepEqual(traceEvents.find(({ ph }) => ph === 'i')?.args, {
    why: 'it is ready for longest',
    ready: 0,
  });
});
