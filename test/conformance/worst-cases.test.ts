/**
 * What other pools of processes and threads hang on, lose, or leave behind, each as one cell: a call always comes to an
 * end with a reason, whoever dies is gone, and errors and values arrive as they were.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Process, Queue, Thread } from '../../src/index.ts';
import * as targets from '../fixtures/processes/targets.ts';
import * as worst from '../fixtures/processes/worst.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { run } from '../harness/programs.ts';
import { endChildren, hasEnded, type Life, until } from '../harness/tree.ts';

endsClean({ killsThreads: true });
afterEach(endChildren);

type Code = { readonly code?: string };

for (const Kind of [Process, Thread] as unknown as (typeof Process)[]) {
  const { name } = Kind;

  test(`${name} whose target calls process.exit(1) rejects its result, and is gone`, async () => {
    const one = await new Kind({ target: targets.exit, args: [1] }).start();
    await assert.rejects(one.result(HANG_GUARD), { code: 'exited' });
    assert.deepEqual(await one.join(HANG_GUARD), { how: 'exited', code: 1 });
  });

  test(`${name} is ended in the middle of for(;;), and the next one works at once`, async () => {
    const told = new Queue<number>();
    const one = await new Kind({ target: targets.spin, args: [told] }).start();
    await told.get(HANG_GUARD);
    const result = one.result(HANG_GUARD).catch((error: Code) => error.code);
    assert.equal((await one.stop({ graceMs: 0 })).how, 'killed');
    assert.equal(await result, 'exited');
    const next = await new Kind({ target: targets.add, args: [1, 2] }).start();
    assert.equal(await next.result(HANG_GUARD), 3);
    await next.join(HANG_GUARD);
  });

  test(`${name} that is in a blocking call of Node.js is ended, if not before that returns`, async () => {
    const told = new Queue<number>();
    const one = await new Kind({ target: worst.blockInNode, args: [told, 0.3] }).start();
    await told.get(HANG_GUARD);
    one.kill();
    assert.equal((await one.join(HANG_GUARD)).how, 'killed');
    await assert.rejects(one.result(), { code: 'exited' });
  });

  test(`${name} gives an error of a class of its own with class, code, cause and fields`, async () => {
    const one = await new Kind({ target: worst.throwOwn }).start();
    const error: unknown = await one.result(HANG_GUARD).catch((reason: unknown) => reason);
    assert.ok(error instanceof TypeError, String(error));
    const { message, code, extra, cause } = error as worst.OwnError;
    assert.deepEqual([error.name, message, code, extra], ['OwnError', 'no luck', 'E_LUCK', { seat: 7n }]);
    assert.ok(cause instanceof RangeError && cause.message === 'too small');
    await one.join(HANG_GUARD);
  });

  test(`${name} takes and gives Map, BigInt, Date and bytes as they are`, async () => {
    const value = new Map<string, unknown>([
      ['big', 2n ** 70n],
      ['date', new Date(0)],
      ['bytes', new Uint8Array([1, 2, 3])],
    ]);
    const one = await new Kind({ target: targets.give<unknown>, args: [value] }).start();
    assert.deepEqual(await one.result(HANG_GUARD), value);
    await one.join(HANG_GUARD);
  });

  test(`${name} refuses memory that only threads could share, by name, and starts nothing`, async () => {
    const one = new Kind({ target: targets.give<unknown>, args: [{ shared: new SharedArrayBuffer(8) }] });
    await assert.rejects(one.start(), { code: 'not-cloneable', message: /args\[0\]\.shared/ });
    assert.equal(one.state, 'new');
  });
}

test('Process that kills itself rejects its result, and says which signal it was', async () => {
  for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const) {
    const child = await new Process({ target: worst.signalSelf, args: [signal] }).start();
    await assert.rejects(child.result(HANG_GUARD), { code: 'exited', message: new RegExp(signal) });
    assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal });
  }
});

test('Process that runs out of heap rejects its result, and nobody else dies', async () => {
  const execArgv = [...process.execArgv, '--max-old-space-size=40'];
  const child = await new Process({ target: worst.fillHeap, execArgv, stdio: 'ignore' }).start();
  await assert.rejects(child.result(HANG_GUARD), { code: 'exited' });
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGABRT' });
});

test('A busy child of a program that is killed is gone, too', async () => {
  const program = run('processes/doomed.ts', ['SIGKILL', 'some']);
  const lives = JSON.parse(await program.line()) as Record<string, Life>;
  program.process.kill('SIGKILL');
  await program.end;
  await until('all are gone', () => Object.values(lives).every(hasEnded));
});
