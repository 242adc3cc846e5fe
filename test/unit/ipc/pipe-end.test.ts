/**
 * Ends of pipes as bytes: which queues they lead to, and what their release does, also when it is cut short
 * anywhere and done again by another one.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock } from '../../../src/index.ts';
import { leaveEnd, makeEnd, queueOf, queuesOf, releaseEnd } from '../../../src/ipc/pipe-end.ts';
import { createQueue } from '../../../src/ipc/queue.ts';
import { QueueFlow } from '../../../src/ipc/queue-flow.ts';
import { QueueSteps } from '../../../src/ipc/queue-steps.ts';
import { BODY_OFFSET, here, type Kind, registerKind, type SharedObject } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, restingBytes, until } from '../../harness/tree.ts';

endsClean();

/** As a pipe's, but its release is watched. */
const KIND: Kind = {
  id: 1007,
  name: 'watched end',
  open: (object) => object,
  repair() {},
  reap() {},
  references: queuesOf,
  release(object) {
    released.push(object.serial);
    if (cutShort) throw cutShort;
    releaseEnd(object);
  },
};
registerKind(KIND);
const released: number[] = [];
let cutShort: Error | undefined;

const { objects } = here();
const referenceOf = (object: SharedObject) => objects.referenceOf(object, 4);

test('An end names the queues of its two directions, or none', () => {
  const [one, two] = [createQueue({}), createQueue({})];
  const both = makeEnd(KIND, { incoming: one, outgoing: two });
  assert.deepEqual(queueOf(both, 'incoming'), referenceOf(one));
  assert.deepEqual(queueOf(both, 'outgoing'), referenceOf(two));
  assert.deepEqual(queuesOf(both), [referenceOf(one), referenceOf(two)]);
  const half = makeEnd(KIND, { incoming: undefined, outgoing: two });
  assert.equal(queueOf(half, 'incoming'), undefined);
  assert.deepEqual(queuesOf(half), [referenceOf(two)]);
  assert.deepEqual([one.flights, two.flights], [1, 2]);
  objects.leave(both);
  objects.leave(half);
  assert.deepEqual([one.flights, two.flights], [0, 0]);
});

test('An end that is left is told apart from one that is lost', () => {
  for (const [farewell, isBroken] of [
    [leaveEnd, false],
    [(end: SharedObject) => objects.leave(end), true],
  ] as const) {
    const [incoming, outgoing] = [createQueue({}), createQueue({})];
    farewell(makeEnd(KIND, { incoming, outgoing }));
    for (const queue of [incoming, outgoing]) {
      const { body } = new QueueSteps(queue);
      assert.deepEqual([body.isClosed, body.isBroken], [true, isBroken]);
    }
  }
});

test('An end that was left while a message had it is lost with it, and closed by whoever took it', async () => {
  for (const isTaken of [false, true]) {
    const outgoing = createQueue({});
    const end = makeEnd(KIND, { incoming: undefined, outgoing });
    const reference = objects.referenceOf(end, KIND.id);
    objects.handleSent(reference);
    leaveEnd(end);
    const { body } = new QueueSteps(outgoing);
    assert.equal(body.isClosed, false);
    if (isTaken) {
      const again = objects.open(reference);
      objects.handleTaken(reference);
      leaveEnd(again);
    } else objects.handleLost(reference);
    await until('the end is released', () => body.isClosed);
    assert.equal(body.isBroken, !isTaken);
  }
});

test('The release of an end throws away what nobody will receive, and leaves what was sent', async () => {
  const before = await restingBytes();
  await (async () => {
    const [incoming, outgoing] = [createQueue({}), createQueue({})];
    const [unread, sent] = [incoming, outgoing].map((queue) => new QueueSteps<unknown>(queue));
    assert.ok(unread && sent);
    for (const steps of [unread, sent])
      for (const item of [1, new Lock()]) await new QueueFlow(steps).put(item);
    unread.tryLease(false); // also what somebody had in hand who died
    leaveEnd(makeEnd(KIND, { incoming, outgoing }));
    assert.deepEqual([unread.body.ready, unread.body.leased, sent.body.ready], [0, 0, 2]);
    assert.equal([...unread.body.payloadsWithLinks()].length, 0);
  })();
  await assertGivenBack(before);
});

test('The release of an end whose memory names queues that are not there takes nothing down', () => {
  const end = makeEnd(KIND, { incoming: createQueue({}), outgoing: undefined });
  const [incoming, serial] = [(BODY_OFFSET + 8) / 4, (BODY_OFFSET + 12) / 4];
  const before = [end.words[incoming], end.words[serial]];
  [end.words[incoming], end.words[serial]] = [64, 77];
  releaseEnd(end);
  assert.deepEqual(queuesOf(end), []);
  [end.words[incoming], end.words[serial]] = before as [number, number]; // and is counted back in peace
  releaseEnd(end);
});

test('The release of an end that was cut short is done by the next one, and counts every handle once', () => {
  const [incoming, outgoing] = [createQueue({}), createQueue({})];
  const end = makeEnd(KIND, { incoming, outgoing });
  makeEnd(KIND, { incoming: outgoing, outgoing: incoming });
  assert.deepEqual([incoming.flights, outgoing.flights], [2, 2]);
  releaseEnd(end);
  assert.deepEqual([incoming.flights, outgoing.flights], [1, 1]);
  releaseEnd(end);
  assert.deepEqual([incoming.flights, outgoing.flights], [1, 1]);
  assert.deepEqual(queuesOf(end), []);
  objects.leave(end);
  assert.deepEqual([incoming.flights, outgoing.flights], [1, 1]);
});

test('The handles in a dying end count until its release has taken them out', () => {
  const incoming = createQueue({});
  const end = makeEnd(KIND, { incoming, outgoing: undefined });
  cutShort = new Error('cut short');
  assert.throws(() => objects.leave(end), cutShort);
  cutShort = undefined;
  assert.equal(released.at(-1), end.serial);
  // Nobody holds the queue now: it lives by the handle alone, though that is looked for anew.
  const reference = referenceOf(incoming);
  objects.leave(incoming);
  objects.handleLost(reference);
  assert.ok(objects.find(reference), 'the queue is still there');
  releaseEnd(end);
  assert.equal(objects.find(reference), undefined);
});
