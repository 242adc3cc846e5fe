/**
 * `duodao doctor` tries this system for real, and removes what killed programs have left, never what is in use.
 *
 * How: programs that hold memory by name, one of which is killed, and a real command line.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { after, test } from 'node:test';
import { type Program, run } from '../harness/programs.ts';

interface Doctor {
  readonly fine: boolean;
  readonly checks: readonly { name: string; status: string; found: string; tried: string }[];
  readonly leftovers: readonly { path: string; sizeBytes: number; state: string }[];
}

const mark = `doctor-${process.pid}`;
const pathOf = (name: string): string => `/dev/shm/duodao-segment-${userInfo().uid}-${mark}-${name}`;
const programs: Program[] = [];

after(async () => {
  for (const { process: it } of programs) it.kill('SIGKILL');
  await Promise.all(programs.map(({ end }) => end));
  for (const file of readdirSync('/dev/shm')) if (file.includes(mark)) rmSync(`/dev/shm/${file}`);
});

/** Starts a program that has memory of this name. */
async function openSegment(name: string): Promise<Program> {
  const program = run('memory/segment-user.ts', [`${mark}-${name}`, '5000'], { input: 'open' });
  programs.push(program);
  while ((await program.line()) !== 'ready');
  return program;
}

async function doctor(...words: readonly string[]): Promise<Doctor & { mine: Doctor['leftovers'] }> {
  const { code, stdout, stderr } = await run('cli/duodao.ts', ['doctor', '--json', ...words]).end;
  assert.equal(stderr, '');
  const found = JSON.parse(stdout) as Doctor;
  assert.equal(code, found.fine ? 0 : 1);
  // Other programs may have memory of their own.
  return { ...found, mine: found.leftovers.filter(({ path }) => path.includes(mark)) };
}

test('duodao doctor finds that this system keeps the promises, having tried each', async () => {
  const { checks } = await doctor();
  assert.deepEqual(
    checks.filter(({ status }) => status === 'bad'),
    [],
  );
  const killed = checks.find(({ name }) => name === 'kill -9');
  assert.equal(killed?.found, 'the lock came free, and its next owner was told');
  const { code, stdout } = await run('cli/duodao.ts', ['doctor']).end;
  assert.ok(code === 0 || stdout.includes('\nleft '));
  assert.match(stdout, /^ok +memfd +works \(/m);
});

test('duodao doctor finds what a killed program has left, and --clean removes it, and not what is in use', async () => {
  const [used, killed] = [await openSegment('used'), await openSegment('killed')];
  // What only looks like ours stays, whatever it leads to.
  symlinkSync('/nowhere', pathOf('link'));
  writeFileSync(pathOf('open-to-all'), 'x', { mode: 0o644 });
  assert.deepEqual(
    (await doctor()).mine.map(({ state }) => state),
    ['in use', 'in use'],
  );

  killed.process.kill('SIGKILL');
  await killed.end;
  const { fine, mine } = await doctor();
  assert.equal(fine, false);
  const state = new Map(mine.map((one) => [one.path, one]));
  assert.deepEqual([...state.keys()].toSorted(), [pathOf('killed'), pathOf('used')]);
  assert.deepEqual(
    [state.get(pathOf('killed'))?.state, state.get(pathOf('used'))?.state],
    ['left', 'in use'],
  );
  assert.ok(state.get(pathOf('killed'))!.sizeBytes > 5000);
  assert.ok(existsSync(pathOf('killed')), 'looking removes nothing');

  const cleaned = (await doctor('--clean')).mine.map((one) => [one.path, one.state]);
  assert.deepEqual(Object.fromEntries(cleaned), {
    [pathOf('killed')]: 'removed',
    [pathOf('used')]: 'in use',
  });
  const there = ['killed', 'used', 'open-to-all'].map((name) => existsSync(pathOf(name)));
  assert.deepEqual(there, [false, true, true]);
  used.process.stdin!.end();
  assert.equal((await used.end).code, 0);
  assert.deepEqual((await doctor()).mine, []);
});
