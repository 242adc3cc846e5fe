/** The run, on a pool that calls in place: what is counted, written and kept, and what ends it early. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { DoneBefore } from '../../../../src/cli/map/done-before.ts';
import { parseHalt } from '../../../../src/cli/map/halt.ts';
import { Joblog } from '../../../../src/cli/map/joblog.ts';
import { Outlet } from '../../../../src/cli/map/outlet.ts';
import type { WorkPool } from '../../../../src/cli/map/run.ts';
import { failing, inFolder, Kept } from '../scratch.ts';
import { countsOf, doubled, poolOf, runOf } from './pools.ts';

test('A run writes each result, tells of each failure, and counts both', async () => {
  const out = new Kept();
  const { run, told } = await runOf('a bad c', { outlet: new Outlet(out) });
  await run.finished();
  assert.equal(out.text, '"aa"\n"cc"\n');
  assert.deepEqual(told, [1]);
  assert.deepEqual(countsOf(run), [2, 1, 0, 0, undefined]);
});

test('A run of no items is none that fails', async () => {
  const { run } = await runOf('');
  await run.finished();
  assert.deepEqual([countsOf(run), run.failure], [[0, 0, 0, 0, undefined], undefined]);
});

test('--halt soon takes no further items, and those on their way come to their end', async () => {
  const halt = parseHalt('soon,fail=1');
  const { run } = await runOf('bad b c d e', { halt, pool: poolOf(doubled, 2) });
  await run.finished();
  assert.deepEqual(countsOf(run), [2, 1, 0, 0, 'halt']);
});

test('--halt now stops those that are on their way', async () => {
  const halt = parseHalt('now,fail=1');
  const { run } = await runOf('bad b c d e', { halt, pool: poolOf(doubled, 2) });
  await run.finished();
  assert.deepEqual(countsOf(run), [0, 1, 0, 2, 'halt']);
});

test('A reader that has gone ends the run', async () => {
  const outlet: Outlet = new Outlet(failing('EPIPE'), { onEnd: () => run.stop('reader') });
  const words = Array.from({ length: 10_000 }, (_, index) => `word${index}`).join(' ');
  const { run } = await runOf(words, { outlet, pool: poolOf((item) => doubled(String(item).repeat(100))) });
  await run.finished();
  assert.equal(run.end, 'reader');
  assert.ok(run.succeeded < 10_000);
  assert.equal(run.failure, undefined);
});

test('A reader that is slow has the run wait, and no more items are read', async () => {
  let take: (() => void) | undefined;
  let isSlow = true;
  const slow = new Writable({ write: (_chunk, _encoding, done) => (isSlow ? (take = done) : done()) });
  let given = 0;
  const pool = poolOf(() => {
    given++;
    return 'x'.repeat(2 ** 16);
  });
  const words = 'w '.repeat(200).trim();
  const { run } = await runOf(words, { outlet: new Outlet(slow), pool });
  const finished = run.finished();
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(given > 10 && given < 25, `${given} items were given`);
  isSlow = false;
  take?.();
  await finished;
  assert.equal(given, 200);
});

test('A time limit of a share is that of the median so far', async () => {
  const pool = poolOf(doubled);
  const { run } = await runOf('a b c d', { pool, timeLimit: { percent: 300 } });
  await run.finished();
  assert.deepEqual(pool.limits.slice(0, 3), [undefined, undefined, undefined]);
  assert.ok(Math.abs((pool.limits[3] as number) - 300) < 10);
});

test('The joblog has a line for each item, and a later run skips what has succeeded, in order', () =>
  inFolder(async (folder) => {
    const path = `${folder}/log`;
    const keyOf = (item: string): string => `key of ${item}`;
    const first = new Joblog(path, false);
    const { run } = await runOf('a bad c', { joblog: first, keyOf });
    await run.finished();
    first.close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [
        {
          index: 0,
          key: 'key of a',
          item: 'a',
          status: 'succeeded',
          start: 1000,
          ms: 100,
          attempts: 1,
          pid: 7,
          value: 'aa',
        },
        {
          index: 1,
          key: 'key of bad',
          item: 'bad',
          status: 'failed',
          start: 1000,
          ms: 100,
          attempts: 1,
          pid: 7,
          error: 'TypeError: no',
        },
        {
          index: 2,
          key: 'key of c',
          item: 'c',
          status: 'succeeded',
          start: 1000,
          ms: 100,
          attempts: 1,
          pid: 7,
          value: 'cc',
        },
      ],
    );
    const joblog = new Joblog(path, true);
    const out = new Kept();
    const again = await runOf('x c bad a y a', {
      joblog,
      keyOf,
      before: new DoneBefore(joblog),
      outlet: new Outlet(out),
      settled: { ordered: true },
      pool: poolOf(doubled, 3),
    });
    await again.run.finished();
    joblog.close();
    assert.equal(out.text, '"xx"\n"cc"\n"aa"\n"yy"\n"aa"\n');
    assert.deepEqual(countsOf(again.run), [3, 1, 2, 0, undefined]);
  }));

test('A joblog that cannot be written ends the run, which has failed', () =>
  inFolder(async (folder) => {
    const joblog = new Joblog(`${folder}/log`, false);
    joblog.add = () => {
      throw new Error('the disk is full');
    };
    const { run } = await runOf('a b c', { joblog });
    await run.finished();
    assert.deepEqual([run.end, run.failure?.message], ['failure', 'the disk is full']);
    joblog.close();
  }));

test('A pool that fails, and an input that does, have the run fail', async () => {
  const broken = {
    settled: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no workers')) }),
    }),
  } as unknown as WorkPool;
  const { run } = await runOf('a', { pool: broken });
  await run.finished();
  assert.equal(run.failure?.message, 'no workers');
  async function* cut(): AsyncGenerator<string[]> {
    yield ['a'];
    throw new Error('no more to read');
  }
  const source = { form: 'text' as const, total: undefined, batches: cut(), close: () => {} };
  const { run: other } = await runOf('', { source });
  await other.finished();
  assert.deepEqual([other.succeeded, other.failure?.message], [1, 'no more to read']);
});
