/** Rows of python-process.test.ts: waiting for an end, what it is called, and what happens at it. */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { pipe, Process, Queue, ready } from '../../src/index.ts';
import * as python from '../fixtures/processes/python.ts';
import * as targets from '../fixtures/processes/targets.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { run } from '../harness/programs.ts';
import { hasEnded, lifeOf, until } from '../harness/tree.ts';
import { type Row, start } from './python-process-starts.ts';

const DONE = { how: 'exited', code: 0 };

/** A child that ends when it is told to. */
async function startWaiting(): Promise<{ readonly child: Process; end(): Promise<void> }> {
  const end = new Queue<string>();
  const child = await start({ target: targets.answerAndStay, args: [end] });
  return { child, end: () => end.put('now') };
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** How a child with this target ends, and what it says on its standard error. */
async function endOf(target: (argument: never) => unknown, argument: unknown): Promise<Ended> {
  const child = await start({ target, args: [argument as never], name: 'ending', stdio: 'pipe' });
  child.result(HANG_GUARD).catch(() => undefined);
  assert.ok(child.stderr);
  const stderr = await text(child.stderr);
  await child.join(HANG_GUARD);
  return { code: child.exitCode, stderr };
}

/** A row about the exit codes of one way to end. */
function codes(
  what: string,
  ours: string,
  target: (argument: never) => unknown,
  expected: readonly (readonly [argument: unknown, code: number, stderr: RegExp])[],
): Row {
  return {
    what,
    ours,
    async check() {
      const ends = await Promise.all(expected.map(([argument]) => endOf(target, argument)));
      for (const [index, [argument, code, stderr]] of expected.entries()) {
        assert.equal(ends[index]?.code, code, `of ${String(argument)}`);
        assert.match(ends[index]?.stderr ?? '', stderr);
      }
    },
  };
}

const SILENT = /^$/;

export const ENDS: readonly Row[] = [
  {
    what: 'join() before the start is an AssertionError; terminate() and kill(), a bare AttributeError',
    ours: 'TypeError, in a sentence with the name',
    async check() {
      const child = new Process({ target: targets.nothing, name: 'idle' });
      const refusal = { name: 'TypeError', message: /^Cannot \w+ idle as it has not been started$/ };
      await assert.rejects(child.join(), refusal);
      assert.throws(() => child.terminate(), refusal);
      assert.throws(() => child.kill(), refusal);
    },
  },
  {
    what: 'join(timeout) returns None in time and out of time',
    ours: 'it tells how the process ended, or rejects with timed-out; a negative time is a RangeError',
    async check() {
      const { child, end } = await startWaiting();
      for (const timeoutMs of [0, 1]) await assert.rejects(child.join({ timeoutMs }), { code: 'timed-out' });
      await assert.rejects(child.join({ timeoutMs: -1 }), RangeError);
      assert.equal(child.isAlive, true);
      await end();
      assert.deepEqual(await child.join(HANG_GUARD), DONE);
    },
  },
  {
    what: 'Any number may join, also after the end; the code may still be None then',
    ours: 'the same, and the code is there with the end',
    async check() {
      const { child, end } = await startWaiting();
      const codesSeen = Array.from({ length: 5 }, () => child.join(HANG_GUARD).then(() => child.exitCode));
      await end();
      assert.deepEqual(await Promise.all(codesSeen), [0, 0, 0, 0, 0]);
      assert.deepEqual(await child.join({ timeoutMs: 0 }), DONE);
    },
  },
  {
    what: 'pid is None and is_alive() False before the start; exitcode is None until the end',
    ours: 'the same: undefined, false, null',
    async check() {
      const told = new Queue<number>();
      const child = new Process({ target: targets.wait, args: [told] });
      const facts = (): unknown => [child.pid, child.isAlive, child.exitCode];
      assert.deepEqual(facts(), [undefined, false, null]);
      await child.start();
      const pid = await told.get(HANG_GUARD);
      assert.deepEqual(facts(), [pid, true, null]);
      child.kill();
      await child.join(HANG_GUARD);
      assert.deepEqual(facts(), [pid, false, -9]);
    },
  },
  codes('sys.exit() and sys.exit(N) give 0 and N & 255', 'the same', python.exitWith, [
    [undefined, 0, SILENT],
    [3, 3, SILENT],
    [259, 3, SILENT],
    [-1, 255, SILENT],
  ]),
  codes(
    'sys.exit(True) is 1; of anything else it is printed, and 1',
    'process.exit takes numbers only: anything else is its TypeError, and 1',
    python.exitWith,
    [
      ['no ticket', 1, /^ending: TypeError.*no ticket/],
      [true, 1, /^ending: TypeError/],
    ],
  ),
  codes("sys.exit('text') prints the text, as it is", 'the same of throw', targets.throwValue, [
    ['no ticket', 1, /^no ticket\n$/],
  ]),
  codes('An exception has its traceback on stderr, and 1', 'the same, with the name', python.throwError, [
    [undefined, 1, /^ending: RangeError: thrown on purpose\n +at throwError .*python\.ts/],
  ]),
  codes(
    'The same of one far from the target',
    'the same, with the name before what Node.js prints',
    python.failUncaught,
    [[undefined, 1, /^ending: nobody caught .*\n[^]*RangeError: nobody catches this\n +at .*python\.ts/]],
  ),
  codes('A signal N gives -N, SIGSEGV -11', 'the same', targets.signalSelf, [
    ['SIGSEGV', -11, SILENT],
    ['SIGTERM', -15, SILENT],
    ['SIGHUP', -1, SILENT],
  ]),
  {
    what: 'What the target returns or raises is told to nobody',
    ours: 'result() gives it, as often as it is asked',
    async check() {
      const [sum, failed] = [
        await start({ target: targets.add, args: [1, 2] }),
        await start({ target: python.throwError, stdio: 'ignore' }),
      ];
      for (let times = 0; times < 2; times++) {
        assert.equal(await sum.result(HANG_GUARD), 3);
        await assert.rejects(failed.result(HANG_GUARD), RangeError);
      }
      await Promise.all([sum.join(HANG_GUARD), failed.join(HANG_GUARD)]);
    },
  },
  {
    what: 'terminate() is SIGTERM, kill() SIGKILL: no finally and no hook runs; both do nothing after the end',
    ours: 'the same',
    async check() {
      for (const [way, ask, signal] of [
        ['asked', 'terminate', 'SIGTERM'],
        ['killed', 'kill', 'SIGKILL'],
      ] as const) {
        const told = new Queue<string>();
        const child = await start({ target: python.endWithHooks, args: [told, way] });
        assert.equal(await told.get(HANG_GUARD), 'running');
        child[ask]();
        assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal });
        child.terminate();
        child.kill();
        assert.deepEqual([told.size, (await child.join()).how], [0, 'killed']);
      }
    },
  },
  {
    what: 'There is no way to end what a child has started besides',
    ours: 'stop({ tree: true }) ends all of it, also what is no process of ours',
    async check() {
      const told = new Queue<number>();
      const child = await start({ target: targets.startShell, args: [told] });
      const shell = lifeOf(await told.get(HANG_GUARD));
      await child.stop({ tree: true, graceMs: 50 });
      await until('the shell is gone', () => hasEnded(shell));
    },
  },
  {
    what: 'close() of one that runs is a ValueError, and the child goes on; later all methods refuse; twice is fine',
    ours: 'the same, by TypeError and closed; what is known of the end stays',
    async check() {
      const { child, end } = await startWaiting();
      assert.throws(() => child.close(), { name: 'TypeError', message: /as it is alive/ });
      assert.equal(await child.result(HANG_GUARD), 'answered');
      await end();
      assert.deepEqual(await child.join(HANG_GUARD), DONE);
      for (let times = 0; times < 2; times++) child.close();
      await assert.rejects(child.join(), { code: 'closed' });
      assert.throws(() => child.terminate(), { code: 'closed' });
      assert.equal(child.exitCode, 0);
    },
  },
  {
    what: 'sentinel: a ValueError before the start; it becomes readable at the end, stays so, and waits with pipes',
    ours: 'the process itself, in ready()',
    async check() {
      await assert.rejects(ready([new Process({ target: targets.nothing })]), TypeError);
      const { child, end } = await startWaiting();
      const [near, far] = pipe<string>();
      await far.send('sent');
      assert.deepEqual(await ready([child, near], HANG_GUARD), [near]);
      await near.receive();
      await end();
      for (let times = 0; times < 2; times++)
        assert.deepEqual(await ready([child, near], HANG_GUARD), [child]);
      near.close();
      far.close();
    },
  },
  {
    what: 'A parent that ends waits for its children, and ends daemons instead',
    ours: 'the same',
    async check() {
      const [waits, ends] = [
        run('processes/daemons.ts', ['ordinary'], { input: 'open' }),
        run('processes/daemons.ts', ['daemon'], { input: 'open' }),
      ];
      const daemon = lifeOf(Number(await ends.line()));
      assert.match((await ends.end).stdout, /^\d+\nthe parent ends\n$/);
      await until('the daemon is gone', () => hasEnded(daemon));
      await waits.line();
      waits.tell('go');
      assert.match((await waits.end).stdout, /^\d+\nthe child read go\nthe parent ends\n$/);
    },
  },
  {
    what: 'A child waits for its threads, and not for those that are daemons',
    ours: 'the same; the result comes before',
    async check() {
      const [told, end] = [new Queue<string>(), new Queue<string>()];
      const daemonic = await start({ target: python.returnWithThread, args: [told, end, true] });
      assert.deepEqual(await daemonic.join(HANG_GUARD), DONE);
      const child = await start({ target: python.returnWithThread, args: [told, end, false] });
      assert.equal(await child.result(HANG_GUARD), 'returned');
      assert.deepEqual([child.isAlive, told.size], [true, 0]);
      await end.put('to end');
      assert.deepEqual(await child.join(HANG_GUARD), DONE);
      assert.deepEqual(told.tryGet(), { item: 'the thread was told to end' });
    },
  },
  {
    what: 'atexit runs in a child at a normal end (from 3.13 on), also after sys.exit() and an exception',
    ours: "the same of process.on('exit'); 'beforeExit' comes before it when nobody cut the end short",
    async check() {
      const told = new Queue<string>();
      for (const [way, hooks] of [
        ['return', ['beforeExit', 'exit']],
        ['throw', ['beforeExit', 'exit']],
        ['exit', ['exit']],
        ['uncaught', ['exit']],
      ] as const) {
        const child = await start({ target: python.endWithHooks, args: [told, way], stdio: 'ignore' });
        await child.join(HANG_GUARD);
        const said = told.size === 0 ? [] : await told.getMany(10);
        assert.deepEqual(said, hooks, way);
      }
    },
  },
];
