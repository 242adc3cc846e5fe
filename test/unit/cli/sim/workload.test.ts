/** Where the jobs come from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecorded, readWorkload } from '../../../../src/cli/sim/workload.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { simulate } from '../../../../src/schedule/index.ts';
import { fileIn, inFolder } from '../scratch.ts';

const JOBS = [
  { name: 'A', arrival: 0, burst: 3 },
  { name: 'B', arrival: 1, burst: 2 },
];

test('readWorkload reads the same jobs from words, CSV, JSON and NDJSON', async () => {
  await inFolder(async (folder) => {
    const paths = [
      await fileIn(folder, 'a.csv', '\uFEFFname,arrival,burst\r\nA,0,3\r\n\r\nB,1,2\r\n'),
      await fileIn(folder, 'b.csv', 'A,0,3\nB,1,2'),
      await fileIn(folder, 'a.json', `\uFEFF${JSON.stringify(JOBS)}`),
      await fileIn(folder, 'b.json', JSON.stringify({ jobs: JOBS })),
      await fileIn(folder, 'a.ndjson', `${JOBS.map((job) => JSON.stringify(job)).join('\n')}\n`),
    ];
    for (const path of paths) assert.deepEqual(await readWorkload([path]), JOBS, path);
  });
  assert.deepEqual(await readWorkload(['A:0:3', 'B:1:2']), JOBS);
});

test('readWorkload without words gives a sample that runs', async () => {
  assert.ok(simulate(await readWorkload([]), 'rr').end > 0);
});

test('readWorkload names the file and the line of what is wrong', async () => {
  await inFolder(async (folder) => {
    const refused: [string, string | Uint8Array, RegExp][] = [
      ['a.csv', 'name,burst\nA,3\nB,x\n', /a\.csv:3: burst must be a number: it is "x"$/],
      ['b.csv', 'name,burst\nA,3,4\n', /b\.csv:2: has 3 fields, but there are 2 columns$/],
      [
        'a.json',
        '[\n{"name":"A","burst":3},\n{"name" 3}]',
        /a\.json:3:9: is not JSON: expected ':', found "3"$/,
      ],
      ['b.json', '{"job":[]}', /b\.json:1: must be a list of jobs$/],
      ['c.json', '[{"name":"A"},\n7]', /c\.json:2: a job must be an object$/],
      ['a.ndjson', '{"name":"A","burst":1}\n{"name":\n', /a\.ndjson:2:\d+: is not JSON/],
      ['b.ndjson', '{"nam":"A"}\n', /b\.ndjson:1: a job has no field "nam"; did you mean name\?$/],
      ['c.ndjson', new Uint8Array([0x7b, 0xff, 0x0a]), /c\.ndjson:1: is not UTF-8 text$/],
    ];
    for (const [name, content, message] of refused) {
      const path = await fileIn(folder, name, content);
      await assert.rejects(readWorkload([path]), { name: 'UsageError', message });
    }
  });
  await assert.rejects(
    readWorkload(['/nowhere/x.csv']),
    /Cannot read \/nowhere\/x\.csv as there is no such file/,
  );
  await assert.rejects(
    readWorkload(['x.txt']),
    /Cannot tell what "x\.txt" is: a job is name:arrival:burst, a file/,
  );
  await assert.rejects(
    readWorkload(['a.csv', 'b.csv']),
    /Cannot read "b\.csv" as there is one file already: a\.csv/,
  );
});

test('readRecorded reads a timeline, or the first of several runs', async () => {
  await inFolder(async (folder) => {
    const timeline = simulate(JOBS, 'rr');
    const one = await fileIn(folder, 'one.json', JSON.stringify(timeline));
    const more = await fileIn(
      folder,
      'more.json',
      JSON.stringify({ runs: [timeline, simulate(JOBS, 'fcfs')] }),
    );
    for (const path of [one, more]) assert.deepEqual((await readRecorded(path)).toJSON(), timeline.toJSON());
    const none = await fileIn(folder, 'none.json', '{"format":"x"}');
    await assert.rejects(readRecorded(none), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /none\.json: Cannot read a timeline as it must have the format/);
      return true;
    });
  });
});
