/** Jobs as they are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMNS, columnsOf, jobOf, jobOfLine, jobOfNode } from '../../../../src/cli/sim/jobs.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { parseJson } from '../../../../src/cli/json-source.ts';
import { says } from '../scratch.ts';

test('jobOf reads a job of a word', () => {
  assert.deepEqual(jobOf('P1:0:8'), { name: 'P1', arrival: 0, burst: 8 });
  assert.deepEqual(jobOf('P1:0.5:8:-2'), { name: 'P1', arrival: 0.5, burst: 8, priority: -2 });
  assert.deepEqual(jobOf('P1:0:3/2/4/1'), {
    name: 'P1',
    arrival: 0,
    burst: 7,
    io: [
      { at: 3, takes: 2 },
      { at: 7, takes: 1 },
    ],
  });
});

test('jobOf refuses what is no job', () => {
  const refused: [string, string][] = [
    ['P1:0', 'Cannot read the job "P1:0" as it is written name:arrival:burst[:priority]'],
    ['P1:0:x', 'the job "P1:0:x": burst must be a number: it is "x"'],
    ['P1:0:3//4', 'the job "P1:0:3//4": burst must be a number: it is ""'],
    ['P1:0:0x10', 'the job "P1:0:0x10": burst must be a number: it is "0x10"'],
    ['P1::3', 'the job "P1::3": arrival must be a number: it is ""'],
  ];
  for (const [word, message] of refused) assert.throws(() => jobOf(word), says(UsageError, message));
});

test('jobOfLine reads the columns that a CSV has, or name, arrival, burst, priority', () => {
  assert.equal(columnsOf('P1,0,8', 'x'), undefined);
  assert.deepEqual(jobOfLine('P1, 0 ,8', COLUMNS, 'x'), { name: 'P1', arrival: 0, burst: 8 });
  const columns = columnsOf('Burst, name ,after,cpus,priority', 'x');
  assert.deepEqual(columns, ['burst', 'name', 'after', 'cpus', 'priority']);
  assert.deepEqual(jobOfLine('3/1/2,"a, ""b""",P1/P2,0/1', columns, 'x'), {
    burst: 5,
    io: [{ at: 3, takes: 1 }],
    name: 'a, "b"',
    after: ['P1', 'P2'],
    cpus: [0, 1],
  });
});

test('jobOfLine refuses more fields than columns, and columns that nobody knows', () => {
  assert.throws(
    () => jobOfLine('a,1,2,3,4', COLUMNS, 'f.csv:3'),
    says(UsageError, 'f.csv:3: has 5 fields, but there are 4 columns'),
  );
  assert.throws(
    () => columnsOf('name,arival,burst', 'f.csv:1'),
    says(UsageError, 'f.csv:1: a job has no field "arival"; did you mean arrival?'),
  );
});

test('jobOfNode takes the fields that a job has, and no others', () => {
  const job = { name: 'A', burst: 3, io: [{ at: 1, takes: 2 }], cpus: [0] };
  assert.deepEqual(jobOfNode(parseJson(JSON.stringify(job)), 'x'), job);
  assert.throws(
    () => jobOfNode(parseJson('{"burts":3}'), 'f:1'),
    /f:1: a job has no field "burts"; did you mean burst/,
  );
  assert.throws(() => jobOfNode(parseJson('{"__proto__":3}'), 'f:1'), /no field "__proto__"; there are name/);
  assert.throws(() => jobOfNode(parseJson('3'), 'f:1'), says(UsageError, 'f:1: a job must be an object'));
});
