/**
 * Pipes between real processes and threads, all of which live as long as they want: messages arrive whole and in order,
 * ends travel and are shared, and everything is given back. With deaths: pipe-deaths.test.ts.
 *
 * "Python row N" are experiments in which Python's multiprocessing hangs, loses or half-reads a message.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Connection, pipe, type PipeConnection, Queue } from '../../../src/index.ts';
import { stateLetterOf } from '../../../src/platform/index.ts';
import * as pipes from '../../fixtures/ipc/pipes.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD, start as startParticipant } from '../../harness/participants.ts';
import { until } from '../../harness/tree.ts';
import { exited, givenBack, killed, start, startsClean } from './pipe-children.ts';

endsClean({ killsThreads: true });
startsClean();

const BROKEN = { name: 'DuodaoError', code: 'broken' };
const CLOSED = { name: 'DuodaoError', code: 'closed' };
const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };

test('A pipe goes between a process and its child, awaited and blocking, and ends as it was ended', async () => {
  await (async () => {
    const [ours, theirs] = pipe();
    const child = await start({ target: pipes.echo, args: [theirs] });
    theirs.close();
    const messages = [1, 'two', { three: [3n] }, new Map([[4, undefined]]), '5'.repeat(300_000)];
    for (const message of messages) {
      await ours.send(message);
      assert.deepEqual(await ours.receive(HANG_GUARD), message);
    }
    ours.end();
    await assert.rejects(ours.receive(HANG_GUARD), CLOSED);
    await exited(child);
    await assert.rejects(ours.send('late'), CLOSED);
    ours.close();

    const [near, far] = pipe<number>();
    const blocking = await start({ target: pipes.echoSync, args: [far, 100] });
    far.close();
    for (let i = 0; i < 100; i++) {
      near.sendSync(i);
      assert.equal(near.receiveSync(HANG_GUARD), i);
    }
    assert.throws(() => near.receiveSync(HANG_GUARD), CLOSED);
    await exited(blocking);
    near.close();
  })();
  await givenBack();
});

test('A pipe goes between two children, whose parent keeps no end', async () => {
  await (async () => {
    const [a, b] = pipe<pipes.Parcel>({ duplex: false, capacity: 7 });
    const receiver = await start({ target: pipes.collect, args: [a, 5000] });
    const sender = await start({ target: pipes.sendAndEnd, args: [b, 200, 5000] });
    a.close();
    b.close();
    const [numbers] = await receiver.result(HANG_GUARD);
    assert.deepEqual(numbers, [...Array(200).keys()]);
    await Promise.all([exited(receiver), exited(sender)]);
  })();
  await givenBack();
});

test('Ends of a pipe travel through pipes, to whoever receives them', async () => {
  await (async () => {
    const [ours, theirs] = pipe<PipeConnection<string>>();
    const child = await start({ target: pipes.greetThrough, args: [theirs] });
    theirs.close();
    const [near, far] = pipe<string>();
    await ours.send(far);
    far.close();
    assert.equal(await near.receive(HANG_GUARD), `greetings from ${child.pid}`);
    await assert.rejects(near.receive(HANG_GUARD), CLOSED);
    await exited(child);
    near.close();
    ours.close();
  })();
  await givenBack();
});

test('An end of a pipe is shared by all who have it: each message goes whole to one of them', async () => {
  await (async () => {
    const [a, b] = pipe<pipes.Parcel>({ capacity: 5 });
    const receivers = await Promise.all([1, 2].map(() => start({ target: pipes.collect, args: [a, 100] })));
    const senders = await Promise.all(
      [1, 2].map((from) => start({ target: pipes.send, args: [b, from, 100] })),
    );
    a.close();
    await Promise.all(senders.map((sender) => exited(sender)));
    b.close(); // the last one says farewell, so this is an end
    const results = await Promise.all(receivers.map((receiver) => receiver.result(HANG_GUARD)));
    await Promise.all(receivers.map((receiver) => exited(receiver)));
    for (const from of [1, 2]) {
      const numbers = results.map((result) => result[from] ?? []);
      for (const own of numbers)
        assert.deepEqual(
          own,
          [...own].sort((x, y) => x - y),
        );
      assert.deepEqual(
        numbers.flat().sort((x, y) => x - y),
        [...Array(100).keys()],
      );
    }
  })();
  await givenBack();
});

test('A thread uses and loses an end of a pipe as a process does', async () => {
  await (async () => {
    const [ours, theirs] = pipe<string>();
    const ends = new Queue<PipeConnection<string>>({ bytes: 256 });
    const thread = await startParticipant('thread', pipes.echoFrom<string>, [ends]);
    await ends.put(theirs);
    await ours.send('hello');
    assert.equal(await ours.receive(HANG_GUARD), 'hello');
    theirs.close();
    const broken = assert.rejects(ours.receive(HANG_GUARD), BROKEN);
    await thread.kill();
    await broken;
    ours.close();
  })();
  await givenBack();
});

test('Whoever closes his end while others have it changes nothing for them', async () => {
  await (async () => {
    const [ours, theirs] = pipe<string>();
    const told = new Queue<number>({ bytes: 256 });
    const keeper = await start({ target: pipes.hold, args: [theirs, told] });
    await told.get(HANG_GUARD);
    const child = await start({ target: pipes.echo, args: [theirs] });
    theirs.close();
    await ours.send('still here');
    assert.equal(await ours.receive(HANG_GUARD), 'still here');
    // The one who reads is gone, but another has the end: nothing ends, as with Python's ends in a parent.
    await killed(child);
    await ours.send('to whom?');
    await assert.rejects(ours.receive({ timeoutMs: 20 }), TIMED_OUT);
    const broken = assert.rejects(ours.receive(HANG_GUARD), BROKEN);
    await killed(keeper);
    await broken;
    ours.close();
  })();
  await givenBack();
});

test('Python row 5: waits keep their time while the writer is stopped, which is not taken for dead', async () => {
  await (async () => {
    const [ours, theirs] = pipe<string>();
    const child = await start({ target: pipes.echo, args: [theirs] });
    theirs.close();
    await ours.send('started');
    assert.equal(await ours.receive(HANG_GUARD), 'started');
    // Stopped while it sleeps: inside a guard it would keep us all waiting, as nothing is stolen from the living.
    await until('the child sleeps', () => stateLetterOf(child.pid as number) === 'S');
    process.kill(child.pid as number, 'SIGSTOP');
    await ours.send('asleep?');
    await assert.rejects(ours.receive({ timeoutMs: 20 }), TIMED_OUT);
    assert.throws(() => ours.receiveSync({ timeoutMs: 20 }), TIMED_OUT);
    process.kill(child.pid as number, 'SIGCONT');
    assert.equal(await ours.receive(HANG_GUARD), 'asleep?');
    ours.end();
    await exited(child);
    ours.close();
  })();
  await givenBack();
});

test('Python row 10: a child that has sent a large message is joined before anybody receives it', async () => {
  await (async () => {
    const length = 1_000_000;
    const [ours, theirs] = pipe<pipes.Parcel>({ bytes: 2 * length });
    const child = await start({ target: pipes.sendAndEnd, args: [theirs, 1, length] });
    theirs.close();
    await exited(child);
    assert.ok(pipes.isWhole(await ours.receive({ timeoutMs: 0 }), length));
    await assert.rejects(ours.receive({ timeoutMs: 0 }), CLOSED);
    ours.close();
  })();
  await givenBack();
});

test('Python, poll: an end is ready for a whole message or an end, never for a part of one', async () => {
  await (async () => {
    const length = 400_000;
    const [ours, theirs] = pipe<pipes.Parcel>();
    const child = await start({ target: pipes.sendAndEnd, args: [theirs, 20, length] });
    theirs.close();
    const connection: Connection<pipes.Parcel> = ours;
    for (let number = 0; number < 20; number++) {
      await until('the end is ready', () => ours.isReady, HANG_GUARD.timeoutMs);
      assert.ok(pipes.isWhole(await connection.receive({ timeoutMs: 0 }), length));
    }
    await ours.untilReady(HANG_GUARD);
    assert.throws(() => ours.tryReceive(), CLOSED);
    await exited(child);
    ours.close();
  })();
  await givenBack();
});
