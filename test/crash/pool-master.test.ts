/** What becomes of workers when the program ends that has the pool: none of them stays, whatever it did and they do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { stateLetterOf } from '../../src/platform/index.ts';
import { assertNoLeaks, holdings } from '../harness/leaks.ts';
import { run } from '../harness/programs.ts';
import { hasEnded, lifeOf, until } from '../harness/tree.ts';

test('Workers that are busy die with a parent that is killed', async () => {
  const before = holdings();
  const program = run('pool/masters.ts', ['busy']);
  const lives = (JSON.parse(await program.line()) as number[]).map(lifeOf);
  assert.equal(lives.length, 2);
  program.process.kill('SIGKILL');
  assert.equal((await program.end).signal, 'SIGKILL');
  await until('all are gone', () => lives.every(hasEnded));
  await assertNoLeaks(before);
});

test('Workers that a policy has suspended die with a parent that is killed', async () => {
  const before = holdings();
  const program = run('pool/masters.ts', ['sliced']);
  const lives = (JSON.parse(await program.line()) as number[]).map(lifeOf);
  assert.equal(lives.length, 4);
  await until('some are stopped', () => lives.some(({ pid }) => stateLetterOf(pid) === 'T'));
  program.process.kill('SIGKILL');
  assert.equal((await program.end).signal, 'SIGKILL');
  await until('all are gone', () => lives.every(hasEnded));
  await assertNoLeaks(before);
});

test('A pool that was never closed keeps no program alive, and its workers end with it', async () => {
  const before = holdings();
  const program = run('pool/masters.ts', ['idle']);
  const lives = (JSON.parse(await program.line()) as number[]).map(lifeOf);
  const { code, stderr } = await program.end;
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  await until('all are gone', () => lives.every(hasEnded));
  await assertNoLeaks(before);
});
