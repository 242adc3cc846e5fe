/**
 * What a terminal and a system do to a program: Ctrl-C and Ctrl-Z signal all of it, a `kill` or the end of a session
 * only its first process. However that ends, nothing is left of it; and what is only stopped goes on as it was.
 *
 * The programs are test/fixtures/processes/signalled.ts and stopped.ts.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { before, MARKER, processesLeft, settledLeaks } from '../../scripts/leaks.js';
import { kill } from '../../scripts/proc.js';
import { stateLetterOf } from '../../src/platform/index.ts';
import { assertNoLeaks, holdings } from '../harness/leaks.ts';
import { type End, type Program, run, type RunOptions } from '../harness/programs.ts';
import { hasEnded, type Life, until } from '../harness/tree.ts';

const LIMIT_MS = 20_000;
/** Longer than it takes to stop a program, so that it passes while that is stopped. */
const JOIN_MS = 300;

const tmp = mkdtempSync(join(tmpdir(), 'duodao-signals-'));
after(() => rmSync(tmp, { recursive: true }));

/**
 * Runs a program, does something to it, and waits until all its processes are gone; then looks for anything else that
 * it may have left on this machine. Gives how it ended.
 */
async function leavingNothing(
  [file, ...args]: readonly [file: string, ...args: readonly string[]],
  options: RunOptions,
  steps: (program: Program) => Promise<readonly Life[]>,
): Promise<End> {
  const held = holdings();
  const marker = randomBytes(8).toString('hex');
  const past = before({ marker, tmp });
  const program = run(`processes/${file}`, args, { ...options, env: { [MARKER]: marker, TMPDIR: tmp } });
  try {
    for (const life of await steps(program))
      await until(`process ${life.pid} is gone`, () => hasEnded(life), LIMIT_MS);
    assert.deepEqual(await settledLeaks(past, LIMIT_MS), []);
  } finally {
    kill(processesLeft(past)); // of a program that has failed
  }
  const end = await program.end;
  const isOfLoader = (name: string): boolean => name.startsWith('tsx-'); // which keeps it for the next program
  assert.deepEqual(
    readdirSync(tmp).filter((name) => !isOfLoader(name)),
    [],
  );
  await assertNoLeaks(held); // no zombie either
  return end;
}

async function livesOf(program: Program): Promise<Record<string, Life>> {
  return JSON.parse(await program.line()) as Record<string, Life>;
}

const DEATHS = [
  ['SIGTERM', 'waits', { code: null, signal: 'SIGTERM' }],
  ['SIGHUP', 'waits', { code: null, signal: 'SIGHUP' }],
  ['SIGQUIT', 'blocks', { code: null, signal: 'SIGQUIT' }],
  ['SIGKILL', 'blocks', { code: null, signal: 'SIGKILL' }],
  ['an error that nobody catches', 'exception', { code: 1, signal: null }],
  ['process.exit()', 'exit', { code: 4, signal: null }],
] as const;

for (const [what, how, expected] of DEATHS) {
  test(`A program that ends by ${what} (${how}) leaves nothing: no child, no thread, no file`, async () => {
    const { code, signal } = await leavingNothing(['signalled.ts', how], {}, async (program) => {
      const lives = await livesOf(program);
      if (what.startsWith('SIG')) program.process.kill(what as NodeJS.Signals);
      return Object.values(lives);
    });
    assert.deepEqual({ code, signal }, expected);
  });
}

/** Runs a program as in a terminal, with Ctrl-C. */
function interrupt(how: string): Promise<End> {
  return leavingNothing(['signalled.ts', how], { isJob: true }, async (program) => {
    const lives = await livesOf(program);
    process.kill(-(lives['self'] as Life).pid, 'SIGINT');
    return Object.values(lives);
  });
}

for (const how of ['waits', 'blocks']) {
  test(`Ctrl-C ends a program that ${how}, all of it at once, without a word`, async () => {
    const { code, stderr } = await interrupt(how);
    assert.deepEqual([code, stderr], [128 + constants.signals.SIGINT, '']);
  });
}

test('Ctrl-C leaves a program that listens to it with the ends of its children, and what they held', async () => {
  const { code, stdout, stderr } = await interrupt('catches');
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout.split('\n')[1] ?? ''), {
    exits: Array.from({ length: 5 }, () => ({ how: 'killed', signal: 'SIGINT' })),
    ownerDied: true,
    redelivered: true,
  });
});

test('Ctrl-Z stops a program, and after fg all of it goes on as it was', async () => {
  const options: RunOptions = { isJob: true, input: 'open' };
  const { code, stdout, stderr } = await leavingNothing(
    ['stopped.ts', String(JOIN_MS)],
    options,
    async (program) => {
      const lives = JSON.parse(await program.line()) as Life[];
      const [self, , , victim] = lives as [Life, Life, Life, Life];
      process.kill(-self.pid, 'SIGTSTP');
      const areStopped = (): boolean => lives.every(({ pid }) => stateLetterOf(pid) === 'T');
      await until('all are stopped', areStopped, LIMIT_MS);
      const stoppedAt = performance.now();
      process.kill(victim.pid, 'SIGKILL'); // somebody dies whom nobody can hear now
      await until('one is dead', () => hasEnded(victim), LIMIT_MS);
      await until('the time of the join is over', () => performance.now() > stoppedAt + JOIN_MS);
      process.kill(-self.pid, 'SIGCONT');
      program.tell('go on');
      return lives;
    },
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout.split('\n')[1] ?? ''), {
    short: 'timed-out',
    victim: { how: 'killed', signal: 'SIGKILL' },
    isLockStillHeld: true,
    workerGoesOn: true,
    threadGoesOn: true,
    exits: Array.from({ length: 3 }, () => ({ how: 'exited', code: 0 })),
    ownerDied: false,
    netHits: 0,
  });
});
