/** `duodao sim`, from words to what is printed and written. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../../../../src/cli/main.ts';
import { Timeline } from '../../../../src/schedule/index.ts';
import { fileIn, inFolder, Kept } from '../scratch.ts';

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const output = { out: new Kept(), err: new Kept() };
  const code = await main(['sim', ...words], output);
  return { code, out: output.out.text, err: output.err.text };
}

const CONVOY = ['P1:0:24', 'P2:0:3', 'P3:0:3'];

test('duodao sim of one policy draws its chart, and tells of each job and of all', async () => {
  const { code, out, err } = await run('--policy', 'fcfs', ...CONVOY);
  assert.deepEqual([code, err], [0, '']);
  assert.equal(
    out,
    `fcfs
CPU 0  |P1                                             |P2   |P3   |
       +---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+
       0   2   4   6   8   10  12  14  16  18  20  22  24  26  28  30
P1     ################################################
P2     ................................................######
P3     ......................................................######
# runs  . is ready  - waits for I/O

        arrival   burst   start  finish turnaround waiting response
P1            0      24       0      24         24       0        0
P2            0       3      24      27         27      24       24
P3            0       3      27      30         30      27       27
mean                                            27      17       17

policy turnaround waiting response slowdown worst wait fairness switches busy
fcfs           27      17       17     6.67         27     0.48        2 100%
`,
  );
});

test('duodao sim sets several policies beside each other', async () => {
  const { out } = await run('--policy', 'fcfs,sjf,rr:1', ...CONVOY);
  assert.match(out, /^fcfs\nCPU 0[^]*^sjf\nCPU 0[^]*^rr:1\nCPU 0/m);
  assert.match(out, /^policy +turnaround .*\nfcfs +27 .*\nsjf +13 .*\nrr:1 +15.67 .*\n$/m);
});

test('duodao sim without a workload runs a sample, in 80 columns and without colours', async () => {
  const { code, out, err } = await run();
  assert.equal(code, 0);
  assert.equal(err, 'No workload was given: this is the sample.\n');
  for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
  assert.ok(!out.includes('\u001b'));
});

test('duodao sim uses the width and the colours of a terminal', async () => {
  const out = Object.assign(new Kept(), { columns: 130, hasColors: () => true });
  await main(['sim', '--policy', 'fcfs', 'A:0:30'], { out, err: new Kept() });
  assert.ok(out.text.includes(`\u001b[32m${'#'.repeat(120)}\u001b[0m`));
});

test('duodao sim --explain says why', async () => {
  const { out } = await run('--policy', 'srtf', '--explain', 'long:0:9', 'short:2:3');
  assert.match(out, /^ {7}2 {2}long makes room as short comes before it; ready beside it: 1$/m);
  assert.match(out, /^ {7}2 {2}short runs as the 3 that it still needs are the least; ready beside it: 1$/m);
});

test('duodao sim takes CPUs, switches, the quantum and the degree', async () => {
  const { out } = await run(
    ...'--policy rr --quantum 2 --cpus 2 --switch-cost 1 --json A:0:4 B:0:4 C:0:4'.split(' '),
  );
  const { runs } = JSON.parse(out) as { runs: [{ label: string; spans: { from: number; to: number }[] }] };
  const { label, ...timeline } = runs[0];
  assert.equal(label, 'rr');
  const read = Timeline.from(timeline);
  assert.deepEqual([read.cpus, read.switchCost, read.spans[0]?.to], [2, 1, 2]);
  const batch = await run('--policy', 'fcfs', '--degree', '1', '--json', 'A:0:1/2/1', 'B:0:1');
  assert.match(batch.out, /"name":"B","arrival":0,"burst":1,"priority":0,"start":4,/);
});

test('duodao sim writes SVG and a trace, of several policies as well', async () => {
  await inFolder(async (folder) => {
    const [svg, trace] = [join(folder, 'a.svg'), join(folder, 'a.json')];
    const { code } = await run('--policy', 'fcfs,rr', '--svg', svg, '--trace', trace, ...CONVOY);
    assert.equal(code, 0);
    const drawn = await readFile(svg, 'utf8');
    assert.equal(drawn.match(/<svg /g)?.length, 3);
    assert.equal(drawn.match(/<\/svg>/g)?.length, 3);
    assert.match(drawn, /^<svg [^>]*width="960" height="(\d+)">\n<svg y="0" [^]*<svg y="\d+" /);
    const { traceEvents } = JSON.parse(await readFile(trace, 'utf8')) as {
      traceEvents: { name: string; pid: number; args?: { name: string } }[];
    };
    assert.deepEqual(
      traceEvents.filter(({ name }) => name === 'process_name').map(({ pid, args }) => [pid, args?.name]),
      [
        [1, 'fcfs: CPUs'],
        [2, 'fcfs: jobs'],
        [3, 'rr: CPUs'],
        [4, 'rr: jobs'],
      ],
    );
    const missing = await run('--svg', join(folder, 'no', 'a.svg'), ...CONVOY);
    assert.equal(missing.code, 2);
    assert.match(missing.err, /Cannot write .*a\.svg as there is no such file or folder/);
  });
});

test('duodao sim --replay runs the jobs of a recorded run under other policies, beside it', async () => {
  await inFolder(async (folder) => {
    const { out } = await run('--policy', 'rr:1', '--cpus', '2', '--json', ...CONVOY, 'P4:1:3');
    const file = await fileIn(folder, 'run.json', out);
    const replayed = await run('--replay', file, '--policy', 'rr:1,srtf');
    assert.equal(replayed.code, 0);
    const [recorded, same, other] = /^recorded \(roundRobin\) .*\nrr:1 .*\nsrtf .*$/m
      .exec(replayed.out)![0]
      .split('\n');
    assert.equal(same!.replace('rr:1', '').trim(), recorded!.replace('recorded (roundRobin)', '').trim());
    assert.notEqual(other!.replace('srtf', '').trim(), same!.replace('rr:1', '').trim());
  });
});

test('duodao sim ends with 2 and one sentence for a workload that cannot be', async () => {
  const refused: [string[], RegExp][] = [
    [
      ['A:0:-3'],
      /^duodao sim: Cannot simulate "A" as its burst must be a number above 0: current value is -3\n/,
    ],
    [['A:-1:3'], /as its arrival must be a number of 0 or more: current value is -1\n/],
    [['A:0:3', 'A:0:4'], /Cannot simulate as two jobs have the name "A"\n/],
    [['--policy', 'rr:x', 'A:0:3'], /quantum must be a number above 0: current value is "x"\n/],
  ];
  for (const [words, message] of refused) {
    const { code, out, err } = await run(...words);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, message);
    assert.match(err, /\nTry "duodao sim --help"\n$/);
  }
  await inFolder(async (folder) => {
    const circle = await fileIn(folder, 'a.csv', 'name,burst,after\nA,1,B\nB,1,A\n');
    assert.match((await run(circle)).err, /jobs wait for one another in a circle: "A" after "B" after "A"\n/);
    const empty = await fileIn(folder, 'b.csv', 'name,burst\n');
    assert.match((await run(empty)).err, /Cannot simulate as there are no jobs\n/);
  });
});
