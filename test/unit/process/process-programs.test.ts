/**
 * What can only be seen from outside of a program that starts processes: what it prints, what its children are
 * given, which of them it waits for, and that a program without a main guard ends instead of starting processes
 * without end.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import type { Situation } from '../../fixtures/processes/targets.ts';
import { run } from '../../harness/programs.ts';
import { hasEnded, lifeOf, until } from '../../harness/tree.ts';

test('A child prints where its parent does, and is told the arguments of the program', async () => {
  const program = run('processes/guarded.ts', ['--verbose', 'file.txt'], {
    env: { DUODAO_FIXTURE: 'inherited' },
  });
  const { code, stdout, stderr } = await program.end;
  const [first, said, ...rest] = stdout.trim().split('\n');
  assert.deepEqual([first, said], ['module runs, main: true', 'the child says']);
  // The module runs again in the child whose target it holds, and is not the program there.
  const [inside, again, told] = rest.sort();
  assert.deepEqual([inside, again], ['main in the child: false', 'module runs, main: false']);
  assert.equal(stderr, 'the child says (complaint)\n');
  assert.equal(code, 0);

  const { argv, cwd, variable } = JSON.parse(told ?? '') as Situation;
  assert.equal(argv[0], process.execPath);
  assert.match(argv[1] ?? '', /fixtures\/processes\/guarded\.ts$/);
  assert.deepEqual(argv.slice(2), ['--verbose', 'file.txt']);
  assert.deepEqual([cwd, variable], [process.cwd(), 'inherited']);
});

for (const how of ['awaited', 'unawaited', 'caught', 'later', 'item'] as const) {
  test(`A program that starts a process without a guard (${how}) is refused in the child`, async () => {
    const { code, stdout, stderr } = await run('processes/unguarded.ts', [how]).end;
    const lines = stdout.trim().split('\n');
    assert.equal(lines.filter((line) => line === 'module runs').length, 2);
    assert.equal(lines.filter((line) => line.startsWith('started ')).length, 1);
    assert.equal(code, 0);
    const exit = (lines.find((line) => line.startsWith('exit: ')) ?? '').slice('exit: '.length);
    assert.deepEqual(JSON.parse(exit), { how: 'exited', code: how === 'caught' ? 0 : 1 });
    if (how === 'awaited') assert.match(stdout, /^result: unsafe Cannot start .*isMain\(import\.meta\)/m);
    if (how === 'caught') assert.match(stdout, /^caught: unsafe\n[^]*^result: worked$/m);
    else assert.match(stderr, /DuodaoError: Cannot start a process while .*isMain\(import\.meta\)/);
  });
}

test('A daemon ends with its parent, which does not wait for it', async () => {
  const program = run('processes/daemons.ts', ['daemon'], { input: 'open' });
  const daemon = lifeOf(Number(await program.line()));
  const { code, stdout } = await program.end;
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n').slice(1), ['the parent ends', '']);
  await until('the daemon is gone', () => hasEnded(daemon));
});

test('A pending wait for a daemon keeps its parent alive', async () => {
  const program = run('processes/daemons.ts', ['awaited'], { input: 'open' });
  await program.line();
  program.tell('go');
  const { code, stdout } = await program.end;
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n').slice(1), [
    'the child read go',
    '{"how":"exited","code":0}',
    'the parent ends',
    '',
  ]);
});

test('A process that is no daemon keeps its parent alive', async () => {
  const program = run('processes/daemons.ts', ['ordinary'], { input: 'open' });
  await program.line();
  program.tell('go');
  const { code, stdout } = await program.end;
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n').slice(1), ['the child read go', 'the parent ends', '']);
});

test('A process that is detached lives on when its parent has ended, which does not wait for it', async () => {
  const program = run('processes/daemons.ts', ['detached'], { input: 'open' });
  const child = lifeOf(Number(await program.line()));
  await once(program.process, 'exit');
  // It takes no more from its parent than a session of its own has: not even its death.
  for (let looks = 0; looks < 50; looks++) {
    assert.equal(hasEnded(child), false);
    await later(1);
  }
  process.kill(child.pid, 'SIGKILL');
  const { stdout } = await program.end;
  assert.deepEqual(stdout.split('\n').slice(1), ['the parent ends', '']);
});
