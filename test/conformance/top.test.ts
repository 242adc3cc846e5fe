/**
 * `duodao top` shows any program of this user from outside, as it is, and comes back from one that is hostile.
 *
 * How: a real program with a child in each state, looked at by a real command line.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ProcessRow } from '../../src/index.ts';
import { type Program, run } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';
import { stateLetterOf } from '../../src/platform/index.ts';

interface Shown {
  readonly pids: readonly number[];
  readonly problem: string | null;
  readonly rows: readonly ProcessRow[];
}

/** How often we look for something that must come. The limit only turns a hang into a failure. */
const LOOKS_MOST = 50;

const programs: Program[] = [];
after(async () => {
  for (const { process: it } of programs) it.kill('SIGKILL');
  await Promise.all(programs.map(({ end }) => end));
});

function open(file: string, ...args: readonly string[]): Program {
  const program = run(file, args, { input: 'open' });
  programs.push(program);
  return program;
}

async function top(
  ...words: readonly string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await run('cli/duodao.ts', ['top', ...words]).end;
  return { code, stdout, stderr };
}

async function shown(pid: number | undefined): Promise<Shown> {
  const { code, stdout, stderr } = await top('--batch', '--json', String(pid));
  assert.deepEqual([code, stderr], [0, '']);
  const found = JSON.parse(stdout) as Shown[];
  assert.equal(found.length, 1);
  return found[0]!;
}

test('duodao top shows each process of a program: its state, what it is blocked on, how it ended', async () => {
  const program = open('processes/onlooked.ts', 'evil\u001b[2J');
  const [main, buyer, busy, ended] = (await program.line()).split(' ').map(Number);
  // A wait is noted once it has lasted for some milliseconds.
  let look = await shown(buyer);
  for (let looks = 1; looks < LOOKS_MOST && look.rows[1]?.blockedAt === null; looks++)
    look = await shown(buyer);
  const { pids, problem, rows } = look;
  assert.deepEqual([pids, problem], [[main, buyer, busy], null]);
  const facts = rows.map(({ pid, ppid, name, kind, state, blockedOn }) => [
    pid,
    ppid,
    name,
    kind,
    state,
    blockedOn,
  ]);
  const parent = program.process.pid;
  assert.deepEqual(facts, [
    [main, parent === main ? process.pid : parent, 'MainProcess', 'process', 'running', null],
    [buyer, main, 'buyer', 'process', 'blocked', 'Lock "stock"'],
    [busy, main, 'evil\u001b[2J', 'process', 'running', null],
    [ended, main, 'ended', 'process', 'terminated', null],
  ]);
  const [, blocked, spinning, gone] = rows;
  assert.match(blocked!.blockedAt!, /onlooked\.ts:\d+/);
  assert.match(blocked!.kernelState!, /^[RS]$/); // it wakes now and then to look by itself
  assert.equal(gone!.kernelState, null);
  assert.deepEqual([gone!.exit, spinning!.exit], [{ how: 'exited', code: 3 }, null]);
  assert.ok(spinning!.cpuMs! > 0 && spinning!.residentBytes! > 1e6);
  assert.ok(gone!.endedAt! >= gone!.startedAt! && gone!.cpuMs === null);

  for (const pid of [main!, busy!]) process.kill(pid, 'SIGSTOP');
  await until('both are stopped', () => [main!, busy!].every((pid) => stateLetterOf(pid) === 'T'));
  const states = (await shown(main)).rows.map(({ state }) => state);
  assert.deepEqual(states, ['suspended', 'blocked', 'suspended', 'terminated']);

  const { code, stdout } = await top('--batch', '--tree', String(main));
  assert.equal(code, 0);
  assert.match(stdout, /^ *\d+ +\d+ {2}MainProcess +process +suspended +T +- /m);
  assert.match(stdout, /^ *\d+ +\d+ {4}buyer +process +blocked +[RS] +Lock "stock" /m);
  assert.match(stdout, / {4}evil\\u001b\[2J /);

  for (const pid of [main!, busy!]) process.kill(pid, 'SIGCONT');
  program.process.stdin!.end();
  assert.deepEqual((await program.end).stderr, '');
  const after = await top('--batch', String(main));
  assert.deepEqual(after, {
    code: 1,
    stdout: '',
    stderr: `duodao top: Cannot show ${main} as it belongs to no duodao program that runs here\n`,
  });
});

for (const seed of [1, 2, 3]) {
  test(`duodao top comes back from an arena of random bytes (seed ${seed})`, async () => {
    const pid = Number(await open('cli/hostile.ts', String(seed)).line());
    const { code, stdout, stderr } = await top('--batch', '--json');
    assert.deepEqual([code, stderr], [0, '']);
    // Who takes part in it is anybody's guess; that it was looked at, is not.
    const found = JSON.parse(stdout) as Shown[];
    const it = found.find(({ pids }) => pids.includes(pid));
    assert.ok(it === undefined || it.problem === null);
    assert.equal((await top('--batch', '--tree')).code, 0);
  });
}
