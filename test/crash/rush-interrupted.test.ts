/**
 * `duodao rush` stopped on its way: by Ctrl-C, which reaches the sellers as well, by SIGTERM, by kill -9. Whatever was
 * answered stands in the books, and nobody is left.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { booksOf, type Ended, orderLines, type Run, withRun } from './rush-run.ts';

const torture = process.env['DUODAO_TORTURE'] === '1';
/** More than can be answered before somebody says stop. */
const orders = orderLines(100_000);

/** What is said of a run that was stopped in order, and whether it is true. */
function checkStopped(run: Run, { code, signal, stdout, stderr }: Ended, expected: number): number {
  assert.deepEqual([code, signal], [expected, null], stderr);
  const books = booksOf(run);
  assert.equal(books.oversold, 0);
  const open = (books.orders - books.answered).toLocaleString('en');
  assert.match(stdout, new RegExp(`^Stopped early: ${open} orders were not answered$`, 'm'));
  assert.match(stdout, /^The books balance/m);
  return books.answered;
}

const moments: readonly [name: string, words: string, wait: (run: Run) => Promise<void>][] = [
  ['its sellers start', '--sellers 3', (run) => run.untilSellers(1)],
  ['it sells', '--sellers 2', (run) => run.untilLines(1)],
  ['its sellers are killed', '--sellers 2 --kill 1000', (run) => run.untilLines(500)],
];

for (const [name, words, wait] of moments) {
  test(`rush closes in order when Ctrl-C comes while ${name}`, () =>
    withRun({ words, orders }, async (run) => {
      await wait(run);
      run.signalGroup('SIGINT');
      const answered = checkStopped(run, await run.ended, 130);
      assert.ok(answered < 100_000);
    }));
}

test('rush closes in order after SIGTERM, to itself or to everybody', async () => {
  for (const isForAll of [false, true]) {
    await withRun({ words: '--sellers 2', orders }, async (run) => {
      await run.untilLines(1);
      if (isForAll) run.signalGroup('SIGTERM');
      else run.child.kill('SIGTERM');
      checkStopped(run, await run.ended, 143);
    });
  }
});

/** A pipe that is full, as nobody reads it: whoever writes into it, waits. */
function fullPipe(path: string): () => void {
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN');
  }
  return () => closeSync(fd);
}

test('rush ends at once when Ctrl-C comes a second time, even if its ledger hangs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rush-pipe-'));
  const closePipe = fullPipe(join(folder, 'pipe'));
  try {
    await withRun({ words: `--sellers 1 --ledger ${folder}/pipe`, orders: orderLines(1) }, async (run) => {
      await run.untilSellersWentHome();
      run.signalGroup('SIGINT');
      // The first one may not have been heard yet when the second comes, and is then no first one.
      const pressing = setInterval(() => run.signalGroup('SIGINT'), 50);
      run.child.once('exit', () => clearInterval(pressing));
      const { signal, stdout } = await run.ended;
      assert.deepEqual([signal, stdout], ['SIGINT', '']);
    });
  } finally {
    closePipe();
    await rm(folder, { recursive: true });
  }
});

test('rush killed by kill -9 leaves no seller, and only whole lines before the last', () =>
  withRun({ words: '--sellers 3', orders }, async (run) => {
    await run.untilLines(1);
    run.child.kill('SIGKILL');
    assert.equal((await run.ended).signal, 'SIGKILL');
    await run.untilNobodyIsLeft();
    const ids = run.lines().map((line) => (JSON.parse(line) as { id: number }).id);
    assert.equal(new Set(ids).size, ids.length);
  }));

test('rush closes in order whenever Ctrl-C comes', {
  skip: !torture && 'takes minutes: set DUODAO_TORTURE=1',
}, async () => {
  for (let round = 0; round < 40; round++) {
    const words = `--sellers ${1 + (round % 4)} --kill ${round % 3 === 0 ? 5 : 0}`;
    await withRun({ words, orders: orderLines(20_000) }, async (run) => {
      await run.untilSellers(1);
      await later(round * 25);
      run.signalGroup('SIGINT');
      const ended = await run.ended;
      if (ended.code === 130) checkStopped(run, ended, 130);
      // Ctrl-C came behind the last seller.
      else assert.equal(booksOf(run).answered, 20_000, `${ended.code} ${ended.signal} ${ended.stderr}`);
    });
  }
});
