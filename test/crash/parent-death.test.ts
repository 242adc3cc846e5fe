/**
 * However a parent dies, its children die with it, whatever they are doing, and so do theirs.
 *
 * The program is test/fixtures/processes/doomed.ts. Its output ends only when nobody holds it open any more, which is
 * the kernel's own word that all who inherited it are gone.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Doomed } from '../fixtures/processes/doomed.ts';
import { assertNoLeaks, holdings } from '../harness/leaks.ts';
import { run } from '../harness/programs.ts';
import { hasEnded, until } from '../harness/tree.ts';

const DEATHS = {
  SIGKILL: { code: null, signal: 'SIGKILL' },
  exit: { code: 4, signal: null },
  exception: { code: 1, signal: null },
  abort: { code: null, signal: 'SIGABRT' },
} as const;

for (const [how, expected] of Object.entries(DEATHS)) {
  // One death shows all states, so that the others need not.
  const which = how === 'SIGKILL' ? 'every' : 'some';
  test(`Children in ${which} state die with a parent that ends by ${how}, and so do theirs`, async (t) => {
    const before = holdings();
    const program = run('processes/doomed.ts', [how, which]);
    const lives = JSON.parse(await program.line()) as Doomed;
    assert.equal(Object.keys(lives).length, which === 'every' ? 9 : 5);
    const began = performance.now();
    if (how === 'SIGKILL') program.process.kill('SIGKILL');
    const { code, signal } = await program.end;
    assert.deepEqual({ code, signal }, expected);
    t.diagnostic(`all gone after ${Math.round(performance.now() - began)} ms`);
    for (const [name, life] of Object.entries(lives))
      await until(`the ${name} one is gone`, () => hasEnded(life), 2000);
    await assertNoLeaks(before);
  });
}
