/** What a process or thread is doing, as its starter sees it: blocked for an object of ours, suspended, busy. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Lock, Process, Queue, Thread } from '../../../../src/index.ts';
import * as onlooked from '../../../fixtures/processes/onlooked.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { endChildren, until } from '../../../harness/tree.ts';

endsClean({ killsThreads: true });
afterEach(endChildren);

for (const Kind of [Process, Thread] as unknown as (typeof Process)[]) {
  test(`${Kind.name} is blocked while it waits for an object, in its event loop or not, and then running`, async () => {
    for (const target of [onlooked.takeBlocking, onlooked.takeAwaiting]) {
      const [lock, told] = [new Lock(), new Queue<string>()];
      const held = await lock.acquire();
      const one = await new Kind({ target, args: [lock, told] }).start();
      await told.get(HANG_GUARD);
      await until('it is blocked', () => one.state === 'blocked');
      held.release();
      await one.join(HANG_GUARD);
      assert.equal(one.state, 'terminated');
    }
  });

  test(`${Kind.name} that is busy is running, also if others wait for it`, async () => {
    const told = new Queue<string>();
    const one = await new Kind({ target: onlooked.spin, args: [told] }).start();
    await told.get(HANG_GUARD);
    assert.equal(one.state, 'running');
    one.kill();
    await one.join(HANG_GUARD);
  });
}

test('Process that is suspended says so, hears nothing but its end, and goes on where it was', async () => {
  const told = new Queue<number>();
  const child = await new Process({ target: targets.wait, args: [told] }).start();
  await told.get(HANG_GUARD);
  await child.suspend();
  assert.equal(child.state, 'suspended');
  assert.equal(child.isAlive, true);
  await assert.rejects(child.join({ timeoutMs: 1 }), { code: 'timed-out' });
  child.resume();
  await until('it goes on', () => child.state === 'running');
  child.resume(); // of no effect
  await child.suspend();
  child.terminate();
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGTERM' });
  await assert.rejects(child.suspend(), { code: 'exited' });
  child.resume();
});

test('Process that was stopped by others is suspended, whatever it is in the middle of', async () => {
  const child = await new Process({ target: targets.nothing }).start();
  process.kill(child.pid as number, 'SIGSTOP');
  await until('it stands', () => child.state === 'suspended');
  assert.deepEqual(await child.stop(), { how: 'killed', signal: 'SIGTERM' });
});
