/** When a parent dies its children are asked to end, once, and made to a while later, whoever else is killed. */
import assert from 'node:assert/strict';
import { afterEach, test, type TestContext } from 'node:test';
import { Process } from '../../../../src/index.ts';
import { graceFd } from '../../../../src/process/start/undertaker.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { type Program, run } from '../../../harness/programs.ts';
import { childrenWith, endChildren, hasEnded, lifeOf, until } from '../../../harness/tree.ts';

endsClean();
afterEach(endChildren);

const HEIRS = ['polite', 'stubborn', 'busy', 'simple'] as const;

function undertakersOf(parent: number): number[] {
  return childrenWith('duodao-undertaker', parent);
}

/** A program with its children, by what they do. */
async function withHeirs(
  t: TestContext,
): Promise<{ program: Program; pid: number; heirs: Map<string, number> }> {
  const program = run('processes/heirs.ts');
  t.after(() => program.process.kill('SIGKILL'));
  const pid = program.process.pid as number;
  const heirs = new Map<string, number>();
  while (heirs.size < HEIRS.length) {
    const [who = '', number] = (await program.line()).split(' ');
    heirs.set(who, Number(number));
  }
  return { program, pid, heirs };
}

test('Children whose parent is killed are asked to end, once, and are made to a while later', async (t) => {
  const { program, pid, heirs } = await withHeirs(t);
  const [undertaker] = undertakersOf(pid).map(lifeOf);
  const lives = [...heirs.values()].map(lifeOf);
  process.kill(pid, 'SIGKILL');
  for (const life of lives) await until('a child has ended', () => hasEnded(life));
  await until('so has the undertaker', () => undertaker !== undefined && hasEnded(undertaker));
  const { stdout } = await program.end;
  const asked = stdout.split('\n').filter((line) => line.endsWith('asked'));
  assert.deepEqual(asked.toSorted(), ['polite was asked', 'stubborn was asked']);
});

test('An undertaker that is killed takes nobody with it, and is followed by another one', async () => {
  const first = await new Process({ target: targets.forever }).start();
  const [undertaker, ...others] = undertakersOf(process.pid);
  assert.ok(undertaker !== undefined && others.length === 0);
  const life = lifeOf(undertaker);
  process.kill(undertaker, 'SIGKILL');
  await until('it is gone', () => hasEnded(life));
  await new Promise(setImmediate); // and we have heard of it
  const second = await new Process({ target: targets.forever }).start();
  assert.equal(undertakersOf(process.pid).length, 1);
  await until('both are at work', () => first.state !== 'ready' && second.state !== 'ready');
  for (const child of [first, second]) {
    assert.equal(child.isAlive, true);
    child.kill();
    await child.join(HANG_GUARD);
  }
});

test('Children whose parent dies after its undertaker end all the same', async (t) => {
  const { program, pid, heirs } = await withHeirs(t);
  const lives = [...heirs.values()].map(lifeOf);
  for (const undertaker of undertakersOf(pid)) process.kill(undertaker, 'SIGKILL');
  await until('it is gone', () => undertakersOf(pid).length === 0);
  process.kill(pid, 'SIGKILL');
  for (const life of lives) await until('a child has ended', () => hasEnded(life));
  await program.end;
});

test('One undertaker serves all starts', () => {
  const fd = graceFd();
  assert.equal(graceFd(), fd);
  assert.equal(undertakersOf(process.pid).length, 1);
});
