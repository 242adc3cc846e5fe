/** Rows of python-process.test.ts: names, starts, who belongs to whom. */
import assert from 'node:assert/strict';
import {
  activeChildren,
  type AnyFunction,
  currentProcess,
  parentProcess,
  Process,
  type ProcessOptions,
  Queue,
} from '../../src/index.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import * as python from '../fixtures/processes/python.ts';
import * as targets from '../fixtures/processes/targets.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { run } from '../harness/programs.ts';
import { collectGarbage, hasEnded, lifeOf, until } from '../harness/tree.ts';

/** What users of Python know, what is promised here, and the proof. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  check(): Promise<void>;
}

export function start<F extends AnyFunction>(options: ProcessOptions<F>): Promise<Process<F>> {
  return new Process(options).start();
}

/** Starts a child, and gives the account that it gives of itself. */
async function accountOf(options: Partial<ProcessOptions<AnyFunction>>): Promise<targets.Account> {
  const child = await start({ target: targets.account, ...options });
  const account = (await child.result(HANG_GUARD)) as targets.Account;
  await child.join(HANG_GUARD);
  return account;
}

/** What keeps the object: nobody who is not the process, once this has returned. */
async function startWithLargeArgument(end: Queue<string>): Promise<[Process, WeakRef<object>]> {
  const large = { text: 'x'.repeat(1000) };
  const child = new Process({ target: targets.give<unknown[]>, args: [[large, end]] });
  await child.start();
  return [child, new WeakRef(large)];
}

/** A child with a child of its own of this kind, about which both of us are told. */
async function startKin(kind: 'ordinary' | 'daemon' | 'detached'): Promise<{
  readonly middle: Process;
  readonly first: python.Kin;
  readonly told: Queue<python.Kin>;
}> {
  const told = new Queue<python.Kin>();
  const middle = await start({ target: python.haveKin, args: [told, kind], name: 'middle' });
  return { middle, first: await told.get(HANG_GUARD), told };
}

export const STARTS: readonly Row[] = [
  {
    what: 'The name is Process-N by default, and Process-N:M in a child of that',
    ours: 'the same, N counted by each parent',
    async check() {
      const [first, second] = [1, 2].map(() => new Process({ target: targets.accountOfChild }));
      assert.ok(first && second);
      const number = Number(/^Process-(\d+)$/.exec(first.name)?.[1]);
      assert.equal(second.name, `Process-${number + 1}`);
      const account = await (await first.start()).result(HANG_GUARD);
      await first.join(HANG_GUARD);
      assert.deepEqual(
        [account.name, account.parent?.name, account.child.name],
        [`${first.name}:1`, first.name, `${first.name}:1:1`],
      );
    },
  },
  {
    what: 'The name can be any text, and can be set',
    ours: 'the same until the start; then it renames itself; 1 to 63 bytes',
    async check() {
      const child = new Process({ target: targets.account, name: '售票' });
      child.name = '售票 2';
      assert.equal((await (await child.start()).result(HANG_GUARD)).name, '售票 2');
      assert.throws(() => (child.name = 'late'), TypeError);
      await child.join(HANG_GUARD);
    },
  },
  {
    what: 'current_process() is MainProcess at the root, and has a parent_process() only in a child',
    ours: 'the same',
    async check() {
      assert.deepEqual([currentProcess().name, parentProcess()], ['MainProcess', undefined]);
      const { parent, ppid } = await accountOf({});
      assert.deepEqual(parent, { name: 'MainProcess', pid: process.pid, isAlive: true });
      assert.equal(ppid, process.pid);
    },
  },
  {
    what: 'daemon=None takes the flag of the creator',
    ours: 'the same',
    async check() {
      const daemon = await accountOf({ daemon: true });
      const ordinary = await accountOf({});
      assert.deepEqual([daemon.daemon, daemon.child.daemon], [true, true]);
      assert.deepEqual([ordinary.daemon, ordinary.child.daemon], [false, false]);
    },
  },
  {
    what: 'daemon can be set before the start only',
    ours: 'the same',
    async check() {
      const child = new Process({ target: targets.nothing });
      child.daemon = true;
      await child.start();
      assert.throws(() => (child.daemon = false), { name: 'TypeError', message: /as it has started/ });
      await child.join(HANG_GUARD);
      assert.equal(child.daemon, true);
    },
  },
  {
    what: 'A daemon may not have children: AssertionError',
    ours: 'unsafe, in a sentence with the way out; allowed with allowChildren, as they die with it',
    async check() {
      const refused = await start({ target: targets.haveChild, daemon: true });
      const allowed = await start({ target: targets.haveChild, daemon: true, allowChildren: true });
      const error = (await refused.result(HANG_GUARD)) as Error & { code: string };
      assert.equal(error.code, 'unsafe');
      assert.match(error.message, /allowChildren: true/);
      assert.deepEqual(await allowed.result(HANG_GUARD), { name: `${allowed.name}:1`, daemon: true });
      await Promise.all([refused.join(HANG_GUARD), allowed.join(HANG_GUARD)]);
    },
  },
  {
    what: 'A process is started once per object: AssertionError',
    ours: 'TypeError, and the child that runs knows nothing of it',
    async check() {
      const child = await start({ target: targets.give, args: ['given'] });
      await assert.rejects(child.start(), { name: 'TypeError', message: /starts only once/ });
      assert.equal(await child.result(HANG_GUARD), 'given');
      assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
    },
  },
  {
    what: 'Only its creator may start or join a process: AssertionError',
    ours: 'nobody else gets it: it crosses to no other process, by name of the place',
    async check() {
      const one = new Process({ target: targets.nothing });
      const child = new Process({ target: targets.give<unknown>, args: [{ one }] });
      await assert.rejects(child.start(), { code: 'not-cloneable', message: /args\[0\]\.one/ });
      assert.equal(child.state, 'new');
    },
  },
  {
    what: 'A process cannot join itself: AssertionError',
    ours: 'TypeError, for whatever it asks of itself inside of run()',
    async check() {
      const child = await new python.Selfish().start();
      assert.deepEqual(await child.result(HANG_GUARD), ['TypeError', 'TypeError', 'TypeError']);
      await child.join(HANG_GUARD);
    },
  },
  {
    what: 'start() lets go of target and args',
    ours: 'the same for args; a target is an export, which its module keeps',
    async check() {
      const end = new Queue<string>();
      const [child, large] = await startWithLargeArgument(end);
      await until('the argument is collected', () => {
        collectGarbage();
        return large.deref() === undefined;
      });
      assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
    },
  },
  {
    what: 'A child that starts a process while it boots is refused: RuntimeError, a code that is not 0, no bomb',
    ours: 'the same: unsafe, with if (isMain(import.meta)) as the way out',
    async check() {
      const { code, stdout, stderr } = await run('processes/unguarded.ts', ['unawaited']).end;
      assert.equal(code, 0, stderr);
      assert.equal(stdout.match(/^module runs$/gm)?.length, 2);
      assert.match(stdout, /^exit: {"how":"exited","code":1}$/m);
      assert.match(stderr, /Cannot start a process while .*isMain\(import\.meta\)/);
    },
  },
  {
    what: 'active_children() has those that run, and reaps those that ended',
    ours: 'the same, but reaping needs nobody to ask',
    async check() {
      const told = new Queue<number>();
      const [long, short] = [
        await start({ target: targets.wait, args: [told] }),
        await start({ target: targets.nothing }),
      ];
      await until('one has ended', () => !short.isAlive);
      assert.equal(stateLetterOf(short.pid as number), undefined); // not even a zombie
      assert.deepEqual<Process[]>(activeChildren(), [long]);
      long.kill();
      await long.join(HANG_GUARD);
      assert.deepEqual(activeChildren(), []);
    },
  },
  {
    what: 'A parent that is killed leaves its children as orphans, daemons too',
    ours: 'no orphans: the kernel kills them with it, whatever they are doing',
    async check() {
      for (const kind of ['ordinary', 'daemon'] as const) {
        const { middle, first } = await startKin(kind);
        const grandchild = lifeOf(first.pid);
        middle.kill();
        await middle.join(HANG_GUARD);
        await until(`the ${kind} one is gone`, () => hasEnded(grandchild));
      }
    },
  },
  {
    what: 'terminate() leaves the descendants alive',
    ours: 'they end with it, as with any end of their parent',
    async check() {
      const { middle, first } = await startKin('ordinary');
      const grandchild = lifeOf(first.pid);
      middle.terminate();
      assert.deepEqual(await middle.join(HANG_GUARD), { how: 'killed', signal: 'SIGTERM' });
      await until('the grandchild is gone', () => hasEnded(grandchild));
    },
  },
  {
    what: 'parent_process() tells a child by is_alive() and join() that its parent has died',
    ours: 'isAlive and join() tell those that outlive it, the detached ones',
    async check() {
      const { middle, first, told } = await startKin('detached');
      assert.deepEqual([first.parent, first.isParentAlive], ['middle', true]);
      middle.kill();
      await middle.join(HANG_GUARD);
      assert.deepEqual(await told.get(HANG_GUARD), { ...first, isParentAlive: false });
    },
  },
];
