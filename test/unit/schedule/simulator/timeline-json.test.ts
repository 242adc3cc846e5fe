/** A timeline as plain data, and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate, Timeline } from '../../../../src/schedule/index.ts';
import { assertGolden, everything } from '../drawing/golden.ts';

test('Timeline writes the JSON that it wrote when somebody looked at it', () => {
  assertGolden('everything.json.txt', `${JSON.stringify(everything(), null, 1)}\n`);
});

test('Timeline that was written and read is the same', () => {
  const written = everything();
  const read = Timeline.from(JSON.parse(JSON.stringify(written)));
  assert.deepEqual(read.toJSON(), written.toJSON());
  assert.equal(read.toText(), written.toText());
});

test('Timeline of a real run needs only the jobs with their times', () => {
  const read = Timeline.from({
    format: 'duodao-timeline',
    version: 1,
    cpus: 2,
    jobs: [{ name: 'A', arrival: 1, burst: 2, start: 2, finish: 5, io: [{ at: 1, takes: 0.5 }] }],
  });
  assert.deepEqual(read.averages, { turnaround: 4, waiting: 1.5, response: 1, slowdown: 1.6 });
  assert.deepEqual([read.policy, read.spans, read.utilisation], ['unknown', [], 0.25]);
  assert.equal(simulate(read.toWorkload(), 'fcfs').end, 3.5);
});

test('What is no timeline is refused, naming what is wrong', () => {
  const job = { name: 'A', arrival: 1, burst: 2, start: 2, finish: 5 };
  const whole = { format: 'duodao-timeline', version: 1, cpus: 1, jobs: [job] };
  const wrong: [unknown, RegExp][] = [
    [[], /^Cannot read a timeline as a timeline must be an object: current value is \[\]$/],
    [
      { ...whole, format: 'x' },
      /must have the format "duodao-timeline" and the version 1: current value is "x"/,
    ],
    [{ ...whole, cpus: 0 }, /cpus of a timeline must be a number of 1 or more: current value is 0/],
    [{ ...whole, jobs: undefined }, /jobs must be a list: current value is missing/],
    [{ ...whole, jobs: [7] }, /job 0 must be an object: current value is 7/],
    [{ ...whole, jobs: [{ ...job, name: '' }] }, /job 0 must have a name/],
    [{ ...whole, jobs: [{ ...job, burst: 0 }] }, /burst of the job "A" must be a number above 0/],
    [{ ...whole, jobs: [{ ...job, finish: 1 }] }, /finish of the job "A" must be a number of 2 or more/],
    [{ ...whole, spans: [{ cpu: 0, from: 3, to: 1 }] }, /to of span 0 must be a number of 3 or more/],
    [{ ...whole, spans: [{ cpu: 0, from: 0, to: 1 }] }, /span 0 must name its job/],
  ];
  for (const [json, message] of wrong)
    assert.throws(() => Timeline.from(json), { name: 'TypeError', message });
});
