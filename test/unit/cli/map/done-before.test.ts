/** What has succeeded in earlier runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DoneBefore } from '../../../../src/cli/map/done-before.ts';
import { Joblog, jobLine } from '../../../../src/cli/map/joblog.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder } from '../scratch.ts';

const line = (key: string, status: 'succeeded' | 'failed', value?: string): string =>
  jobLine({ index: 0, key, item: key, status, ms: 1, attempts: 1 }, value);

async function withLog(text: string, run: (open: () => DoneBefore) => void): Promise<void> {
  await inFolder(async (folder) => {
    const joblog = new Joblog(await fileIn(folder, 'log', text), true);
    run(() => new DoneBefore(joblog));
    joblog.close();
  });
}

test('A success is given once for each line, with its value', () =>
  withLog(
    line('a', 'succeeded', '1') +
      line('b', 'failed') +
      line('a', 'succeeded', '[2]') +
      line('c', 'succeeded', '3'),
    (open) => {
      const before = open();
      assert.equal(before.count, 3);
      const taken = ['a', 'b', 'a', 'a', 'c', 'x'].map((key) => before.take(key));
      assert.deepEqual(taken, ['1', undefined, '[2]', undefined, '3', undefined]);
      assert.equal(before.count, 0);
    },
  ));

test('A torn last line counts for nothing', () =>
  withLog(line('a', 'succeeded', '1') + line('b', 'succeeded', '2').slice(0, -3), (open) => {
    const before = open();
    assert.deepEqual([before.take('a'), before.take('b')], ['1', undefined]);
  }));

test('A file that is no joblog is refused with the line', async () => {
  for (const text of ['{"key":1}\n', 'hello\n', 'null\n', '[]\n'])
    await withLog(line('a', 'succeeded', '1') + text, (open) => {
      assert.throws(
        open,
        (error) => error instanceof UsageError && / line 2 of it is none/.test(error.message),
      );
    });
});
