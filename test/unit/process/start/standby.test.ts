/** Processes that are warm before they are needed: when they are used, when not, and that nobody can tell. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Process, type ProcessCommon, standby } from '../../../../src/index.ts';
import { stateLetterOf } from '../../../../src/platform/index.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { fixture, run } from '../../../harness/programs.ts';
import { childrenWith, endChildren, hasEnded, lifeOf, until } from '../../../harness/tree.ts';

after(() => standby({ size: 0 }));
endsClean();
before(async () => {
  // What the first child of all opens for good.
  await (await new Process({ target: targets.nothing }).start()).join(HANG_GUARD);
});
afterEach(endChildren);

/** The processes that were started as a standby of another one, used or not. */
function standbysOf(parent: number = process.pid): number[] {
  return childrenWith(':0:0\0', parent);
}

async function pidOf(options: ProcessCommon = {}): Promise<number> {
  const child = await new Process({ ...options, target: targets.situation }).start();
  await child.result(HANG_GUARD);
  await child.join(HANG_GUARD);
  return child.pid as number;
}

test('standby() keeps as many warm as it is told, and they are used, one after the other', async () => {
  await standby({ size: 2 });
  const warm = standbysOf();
  assert.equal(warm.length, 2);
  const used = [await pidOf(), await pidOf()];
  assert.deepEqual(new Set(used), new Set(warm));
  await standby({ size: 2 });
  assert.equal(standbysOf().length, 2);
  await standby({ size: 0 });
  await until('all are gone', () => standbysOf().length === 0);
});

test('A process that was warm knows nothing else than one that was not, and dies in the same ways', async () => {
  await standby({ size: 0 });
  const account = async (): Promise<unknown> => {
    const child = await new Process({ target: targets.situation, name: 'one' }).start();
    const said = await child.result(HANG_GUARD);
    assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
    const failing = await new Process({ target: targets.throwTicketError }).start();
    await assert.rejects(failing.result(HANG_GUARD), { name: 'TicketError' });
    const leaving = await new Process({ target: targets.exit, args: [7] }).start();
    await assert.rejects(leaving.result(HANG_GUARD), { code: 'exited' });
    return [said, await failing.join(HANG_GUARD), await leaving.join(HANG_GUARD)];
  };
  const cold = await account();
  await standby({ size: 3 });
  const warm = standbysOf();
  assert.deepEqual(await account(), cold);
  assert.ok(
    warm.every((pid) => !standbysOf().includes(pid)),
    'they were used',
  );
});

test('A start with options of birth is a cold one, and the standby stays', async () => {
  await standby({ size: 1 });
  const [warm] = standbysOf();
  for (const options of [
    { cwd: '/' },
    { env: { ...process.env } },
    { execArgv: [...process.execArgv] },
    { stdio: 'ignore' as const },
  ])
    assert.notEqual(await pidOf(options), warm);
  assert.deepEqual(standbysOf(), [warm]);
  assert.equal(await pidOf({ daemon: true, name: 'warm' }), warm);
});

test('A standby that has inherited something else than is true now is not used, but replaced', async () => {
  const folder = process.cwd();
  const changes: readonly [() => void, () => void][] = [
    [() => (process.env['DUODAO_FIXTURE'] = 'new'), () => delete process.env['DUODAO_FIXTURE']],
    [() => process.chdir('test'), () => process.chdir(folder)],
    [() => process.execArgv.push('--no-warnings'), () => process.execArgv.pop()],
  ];
  for (const [change, undo] of changes) {
    await standby({ size: 1 });
    const [warm] = standbysOf();
    change();
    try {
      assert.notEqual(await pidOf(), warm);
    } finally {
      undo();
    }
    await until('it is gone', () => !standbysOf().includes(warm as number));
  }
});

test('A standby that is dead or stopped is not used', async () => {
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
    await standby({ size: 1 });
    const [warm = 0] = standbysOf();
    process.kill(warm, signal);
    await until('it is so', () => 'ZT'.includes(stateLetterOf(warm) ?? 'Z'));
    assert.notEqual(await pidOf(), warm);
    await until('it is gone', () => stateLetterOf(warm) === undefined);
    await standby({ size: 1 });
    assert.notDeepEqual(standbysOf(), [warm]);
  }
});

test('standby() says when none can be kept, and starts are cold then', async () => {
  await standby({ size: 0 });
  const { NODE_OPTIONS: options } = process.env;
  try {
    process.env['NODE_OPTIONS'] = '--no-such-flag';
    await assert.rejects(standby({ size: 1 }), { code: 'exited' });
    process.env['NODE_OPTIONS'] = '--import data:text/javascript,';
    await assert.rejects(standby({ size: 1 }), { code: 'unsupported' });
    assert.ok((await pidOf()) > 0);
    assert.deepEqual(standbysOf(), []);
  } finally {
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
  }
  for (const size of [-1, 65, 1.5, Number.NaN, '1' as never])
    await assert.rejects(standby({ size }), RangeError);
});

test('Where nothing can be told or started, no process is kept warm, and nobody dies of it', async (t) => {
  await standby({ size: 0 });
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'duodao-gone-'));
  process.chdir(folder);
  t.after(() => process.chdir(before));
  rmdirSync(folder);
  await assert.rejects(standby({ size: 1 }), { code: 'exited', message: /the system refuses/ });
  process.chdir(before);
  await standby({ size: 1 });
  assert.equal(standbysOf().length, 1);

  const program = fileURLToPath(fixture('processes/out-of-descriptors.ts'));
  const command = ['ulimit -n 120; exec "$@"', 'sh', process.execPath, ...process.execArgv, program];
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', ...command], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, 'exited exited {"how":"exited","code":0}\n'], stderr);
});

test('By itself there is a standby from the second start on, and none when starts have ceased', async () => {
  const program = run('processes/starter.ts', ['3'], { env: { DUODAO_STANDBY: '' }, input: 'open' });
  const pid = program.process.pid as number;
  assert.equal(await program.line(), 'started 1');
  assert.deepEqual(standbysOf(pid), []);
  program.tell('next');
  assert.equal(await program.line(), 'started 2');
  await until('one is warm', () => standbysOf(pid).length === 1);
  program.tell('next');
  assert.equal(await program.line(), 'started 3');
  await until('none is left', () => standbysOf(pid).length === 0);
  program.tell('end');
  assert.equal((await program.end).code, 0);
});

test('A standby keeps no program alive, and ends with it', async () => {
  for (const how of ['end', 'kill'] as const) {
    const program = run('processes/starter.ts', ['0'], { env: { DUODAO_STANDBY: '2' }, input: 'open' });
    const pid = Number((await program.line()).split(' ')[1]);
    const lives = standbysOf(pid).map(lifeOf);
    assert.equal(lives.length, 2);
    if (how === 'kill') process.kill(pid, 'SIGKILL');
    else program.tell('end');
    await program.end;
    await until('they are gone', () => lives.every(hasEnded));
  }
});
