/** The names of threads, and how many there are: in this thread, in others, in a child process. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Process, Queue, Thread, threadCount } from '../../../../src/index.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import * as threads from '../../../fixtures/processes/threads.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { endChildren, until } from '../../../harness/tree.ts';

endsClean({ killsThreads: true });
afterEach(endChildren);

test('Threads are named in the order in which they are made, with those that made them in front', async () => {
  const [first, named, second] = [
    new Thread({ target: threads.account }),
    new Thread({ target: threads.accountOfThread, name: 'outer', daemon: true }),
    new Thread({ target: targets.nothing }),
  ];
  assert.deepEqual([first.name, named.name, second.name], ['Thread-1', 'outer', 'Thread-2']);
  await Promise.all([first.start(), named.start()]);
  const [account, inner] = await Promise.all([first.result(HANG_GUARD), named.result(HANG_GUARD)]);
  await Promise.all([first.join(HANG_GUARD), named.join(HANG_GUARD)]);
  assert.deepEqual(account, {
    process: 'MainProcess',
    pid: process.pid,
    parent: undefined,
    tid: first.tid,
    isMain: false,
    participant: 'Thread-1',
    next: { name: 'Thread-1:1', daemon: false },
  });
  assert.equal(inner.participant, 'outer:1');
  // A daemon makes daemons.
  assert.deepEqual(inner.next, { name: 'outer:1:1', daemon: true });
});

test('A thread of a child knows the name of its process and the parent of that', async () => {
  const child = await new Process({ target: threads.accountOfThread, name: 'office' }).start();
  const account = await child.result(HANG_GUARD);
  assert.deepEqual(
    [account.process, account.pid, account.parent, account.participant],
    ['office', child.pid, 'MainProcess', 'Thread-1'],
  );
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
});

test('threadCount() counts the main thread, all that are alive here, and none of other processes', async () => {
  assert.equal(threadCount(), 1);
  const told = new Queue<number>();
  const child = await new Process({ target: targets.wait, args: [told] }).start();
  assert.equal(await told.get(HANG_GUARD), child.pid);
  assert.equal(threadCount(), 1);
  const counter = await new Thread({ target: threads.countWithOneMore, args: [told] }).start();
  assert.equal(threadCount(), 2);
  // It has started another one: both sides see three.
  assert.equal(await told.get(HANG_GUARD), 3);
  assert.equal(threadCount(), 3);
  // With whoever has started it, a thread ends.
  counter.kill();
  assert.deepEqual(await counter.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
  await until('both have ended', () => threadCount() === 1);
  child.kill();
  await child.join(HANG_GUARD);
});
