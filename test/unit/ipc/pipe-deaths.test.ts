/**
 * Pipes between real processes, some of which are killed or go without a word: messages are whole or not there,
 * whoever is left is told `broken`, and everything is given back. How many kills of either side: DUODAO_KILLS, 4
 * if it is not set.
 *
 * "Python row N" are experiments in which Python's multiprocessing hangs, loses or half-reads a message.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { pipe, Queue, Value } from '../../../src/index.ts';
import * as pipes from '../../fixtures/ipc/pipes.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { exited, givenBack, killed, start, startsClean } from './pipe-children.ts';

endsClean({ killsThreads: true });
startsClean();

const KILLS = Number(process.env['DUODAO_KILLS'] ?? 4);
const BROKEN = { name: 'DuodaoError', code: 'broken' };

test('A pipe tells broken when a child ends without a word, after everything it had sent', async () => {
  await (async () => {
    const [ours, theirs] = pipe<pipes.Parcel>();
    const child = await start({ target: pipes.send, args: [theirs, 0, 10] });
    theirs.close();
    const numbers: number[] = [];
    await assert.rejects(async () => {
      for await (const message of ours) numbers.push(message.number);
    }, BROKEN);
    assert.deepEqual(numbers, [...Array(10).keys()]);
    await exited(child);
    await assert.rejects(ours.send(pipes.parcel(0, 0, 1)), BROKEN);
    ours.close();
  })();
  await givenBack();
});

test('A pipe tells broken when its other end was on its way to a process that died before it took it', async () => {
  await (async () => {
    const [ours, theirs] = pipe<string>();
    const child = await start({ target: pipes.echo, args: [theirs] });
    theirs.close();
    const broken = assert.rejects(ours.receive(HANG_GUARD), BROKEN);
    await killed(child);
    await broken;
    ours.close();
  })();
  await givenBack();
});

test('A pipe tells broken to a thread that blocks, with no help of its event loop', async () => {
  await (async () => {
    const [ours, theirs] = pipe<string>({ capacity: 1 });
    const child = await start({ target: pipes.dieWhenTold, args: [theirs] });
    theirs.close();
    ours.sendSync('die');
    assert.throws(() => ours.receiveSync(HANG_GUARD), BROKEN);
    await child.join(HANG_GUARD);
    ours.close();

    const [near, far] = pipe<string>({ capacity: 1 });
    const other = await start({ target: pipes.dieWhenTold, args: [far] });
    far.close();
    near.sendSync('die');
    assert.throws(() => {
      for (;;) near.sendSync('more', HANG_GUARD);
    }, BROKEN);
    await other.join(HANG_GUARD);
    near.close();
  })();
  await givenBack();
});

test('A pipe tells broken to one who only looks', async () => {
  await (async () => {
    const [ours, theirs] = pipe<string>({ capacity: 1 });
    const child = await start({ target: pipes.dieWhenTold, args: [theirs] });
    theirs.close();
    assert.equal(ours.trySend('die'), true);
    // No turn of the event loop comes between.
    const deadline = performance.now() + HANG_GUARD.timeoutMs;
    assert.throws(() => {
      while (performance.now() < deadline) if (ours.isReady) ours.tryReceive();
    }, BROKEN);
    assert.throws(() => ours.trySend('more'), BROKEN);
    await child.join(HANG_GUARD);
    ours.close();
  })();
  await givenBack();
});

test('Python row 4: a reader killed while it waits takes nothing with it, and others of its end go on', async () => {
  for (const target of [pipes.take<string>, pipes.takeSync<string>]) {
    await (async () => {
      const [ours, theirs] = pipe<string>();
      const told = new Queue<number>({ bytes: 256 });
      const victim = await start({ target, args: [theirs, told] });
      await told.get(HANG_GUARD);
      const reader = await start({ target, args: [theirs, told] });
      theirs.close();
      await told.get(HANG_GUARD);
      await killed(victim);
      await ours.send('for the other one');
      assert.equal(await reader.result(HANG_GUARD), 'for the other one');
      await exited(reader);
      ours.close();
    })();
    await givenBack();
  }
});

test('Python row 5: a writer killed in mid message leaves whole messages only, and then broken is told', async (t) => {
  const length = 400_000; // most of a put is copying it
  let total = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await (async () => {
      const [ours, theirs] = pipe<pipes.Parcel>();
      const child = await start({ target: pipes.sendForever, args: [theirs, length] });
      theirs.close();
      const most = 1 + kill * 7;
      for (let number = 0; ; number++) {
        if (number === most) child.kill();
        try {
          const message = await ours.receive(HANG_GUARD);
          assert.equal(message.number, number);
          assert.ok(pipes.isWhole(message, length), `message ${number} is whole`);
          total++;
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'broken');
          assert.ok(number >= most, 'it came not before the death');
          break;
        }
      }
      await assert.rejects(ours.send(pipes.parcel(0, 0, 1)), BROKEN);
      await child.join(HANG_GUARD);
      ours.close();
    })();
  }
  t.diagnostic(`${total} whole messages, ${KILLS} kills`);
  await givenBack();
});

test('A reader killed at any moment leaves its sender neither waiting nor in doubt', async (t) => {
  const length = 20_000;
  let total = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await (async () => {
      const [ours, theirs] = pipe<pipes.Parcel>({ bytes: 65_536 });
      const received = new Value('i32');
      const child = await start({ target: pipes.receiveForever, args: [theirs, length, received] });
      theirs.close();
      let sent = 0;
      await assert.rejects(async () => {
        for (; ; sent++) {
          if (received.value > kill * 50) child.kill();
          await ours.send(pipes.parcel(0, sent, length), HANG_GUARD);
        }
      }, BROKEN);
      assert.ok(received.value <= sent);
      total += received.value;
      await child.join(HANG_GUARD);
      await assert.rejects(ours.receive(), BROKEN);
      ours.close();
    })();
  }
  t.diagnostic(`${total} whole messages, ${KILLS} kills`);
  await givenBack();
});
