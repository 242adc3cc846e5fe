/**
 * Where `duodao rush` writes, and what happens when that is closed, full, or a terminal: the ledger keeps every line
 * that was said to be safe, and the terminal its cursor.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { booksOf, orderLines, resultOf, type Run, withRun } from './rush-run.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const FRAME_END = '\u001b[J';

function answeredAll(run: Run, count = 20_000): void {
  const { answered, oversold } = booksOf(run);
  assert.deepEqual([answered, oversold], [count, 0]);
}

test('rush needs nobody at its standard input or standard error', () =>
  withRun({ bash: 'exec $RUSH --json --sellers 1 <&- 2>&-', orders: orderLines(2000) }, async (run) => {
    const ended = await run.ended;
    assert.equal(ended.code, 0);
    assert.deepEqual([resultOf(ended)['balanced'], ended.stderr], [true, '']);
    answeredAll(run, 2000);
  }));

test('rush goes on when the readers of its output and of its progress have left', () =>
  withRun({ bash: '{ $RUSH 2> >(exec 0<&-); echo $? > code; } | (exec 0<&-)' }, async (run) => {
    await run.ended;
    await run.untilNobodyIsLeft();
    answeredAll(run);
    assert.equal(spawnSync('cat', [join(run.folder, 'code')], { encoding: 'utf8' }).stdout, '0\n');
  }));

test('rush on standard output writes the ledger there, and its result beside it', () =>
  withRun({ bash: 'exec $RUSH --ledger - --json > ledger' }, async (run) => {
    const { code, stderr } = await run.ended;
    assert.equal(code, 0);
    assert.equal((JSON.parse(stderr) as { balanced: boolean }).balanced, true);
    answeredAll(run);
  }));

test('rush fails when the reader of its ledger leaves', () =>
  withRun(
    { bash: 'set -o pipefail; $RUSH --ledger - | head -n 1', orders: orderLines(50_000) },
    async (run) => {
      const { code, stdout, stderr } = await run.ended;
      assert.deepEqual([code, stdout.split('\n').length], [1, 2]);
      assert.match(
        stderr,
        /^duodao rush: Cannot write the ledger standard output: .*EPIPE.*handed over before$/m,
      );
    },
  ));

test('rush fails when its ledger takes nothing', () =>
  withRun({ words: '--ledger /dev/full --json --sellers 2' }, async (run) => {
    const { code, stdout, stderr } = await run.ended;
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^duodao rush: Cannot write the ledger \/dev\/full: ENOSPC.*; 0 lines.*before\n$/);
  }));

/** The lines that are in the ledger are those that the error speaks of, and they are true. */
function checkCutShort(run: Run, stderr: string, reason: string): void {
  const [, lines] =
    new RegExp(`${reason}: .*; (\\d+) lines were safely on disk before$`, 'm').exec(stderr) ?? [];
  const { answered, oversold } = booksOf(run);
  assert.deepEqual([answered, oversold], [Number(lines), 0], stderr);
  assert.ok(answered > 0 && answered < 20_000);
}

test('rush fails when its ledger reaches a limit on file sizes, with true books up to there', () => {
  const env = { DUODAO_ARENA_MIB: '1', TSX_DISABLE_CACHE: '1' };
  // Shared memory is a file, too, and must fit.
  return withRun({ bash: 'ulimit -f 1100; exec $RUSH --json --sellers 2', env }, async (run) => {
    const { code, stdout, stderr } = await run.ended;
    assert.deepEqual([code, stdout], [1, '']);
    checkCutShort(run, stderr, 'EFBIG');
  });
});

/** A file system of 200 KiB, if this user may mount one. */
function smallDisk(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'rush-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', path]).status === 0) return path;
  rmdirSync(path);
  return undefined;
}

test('rush fails when the disk of its ledger is full, with true books up to there', async (t) => {
  const disk = smallDisk();
  if (disk === undefined) return t.skip('this user may not mount a small disk');
  try {
    await withRun({ bash: `ln -s ${disk}/ledger ledger; exec $RUSH --json --sellers 2` }, async (run) => {
      const { code, stdout, stderr } = await run.ended;
      assert.deepEqual([code, stdout], [1, '']);
      checkCutShort(run, stderr, 'ENOSPC');
    });
  } finally {
    spawnSync('umount', [disk]);
    rmdirSync(disk);
  }
});

const TERMINAL = 'echo "exec $RUSH --sellers 2" > run.sh; exec script -qec "bash run.sh" /dev/null';

/** A terminal of 24 lines: no frame scrolls it, and in the end it has its cursor. */
function checkTerminal(stdout: string): void {
  const shown = stdout.lastIndexOf(SHOW_CURSOR);
  assert.ok(stdout.includes(HIDE_CURSOR) && shown > stdout.lastIndexOf(HIDE_CURSOR), 'the cursor is back');
  assert.ok(stdout.lastIndexOf(FRAME_END) < shown);
  const frames = stdout.slice(0, shown).split(FRAME_END);
  assert.ok(frames.length > 2, 'there was something to see');
  for (const text of frames) assert.ok(text.split('\n').length <= 24, text);
}

test('rush in a terminal shows frames that fit, and gives the cursor back', () =>
  withRun({ bash: TERMINAL, env: { TERM: 'xterm' } }, async (run) => {
    const { code, stdout } = await run.ended;
    assert.equal(code, 0, stdout.slice(-2000));
    answeredAll(run);
    checkTerminal(stdout);
    assert.match(stdout, /duodao rush {2}20,000 of 20,000 orders {2}[\d,]+ a second {2}done/);
    assert.match(stdout, /The books balance/);
  }));

test('rush in a terminal gives the cursor back after Ctrl-C', () =>
  withRun({ bash: TERMINAL, env: { TERM: 'xterm' }, orders: orderLines(100_000) }, async (run) => {
    await run.untilLines(1);
    run.child.stdin?.write('\u0003');
    const { code, stdout } = await run.ended;
    assert.equal(code, 130, stdout.slice(-2000));
    checkTerminal(stdout);
    assert.match(stdout, /Stopped early: /);
  }));
