/**
 * What every connection promises: messages whole, once and in order; a wait that failed has done nothing; an end told
 * from an error. One list of tests for all that carry messages; so far these are pipes. What only a pipe does:
 * pipe.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Connection, pipe, Queue } from '../../../src/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';

endsClean();

type Pair = readonly [near: Connection, far: Connection];

/** Each gives two ends, with room for so many messages in each direction. */
const MAKERS: Readonly<Record<string, (capacity: number) => Promise<Pair>>> = {
  'A pipe': (capacity) => Promise.resolve(pipe({ capacity })),
  'A pipe the other way round': (capacity) => {
    const [near, far] = pipe({ capacity });
    return Promise.resolve([far, near]);
  },
  'A pipe of two that are simplex': (capacity) => {
    const [nearIn, farOut] = pipe({ capacity, duplex: false });
    const [farIn, nearOut] = pipe({ capacity, duplex: false });
    return Promise.resolve([joined(nearIn, nearOut), joined(farIn, farOut)]);
  },
  'A pipe whose ends came by a queue': async (capacity) => {
    const queue = new Queue<Connection>();
    for (const end of pipe({ capacity })) await queue.put(end);
    return [await queue.get(), await queue.get()];
  },
};

/** A connection that receives from one end and sends to another. */
function joined(incoming: Connection, outgoing: Connection): Connection {
  const close = (): void => {
    outgoing.close();
    incoming.close();
  };
  return {
    send: (message, wait) => outgoing.send(message, wait),
    receive: (wait) => incoming.receive(wait),
    end: () => outgoing.end(),
    close,
    [Symbol.asyncIterator]: () => incoming[Symbol.asyncIterator](),
    [Symbol.dispose]: close,
  };
}

const CLOSED = { name: 'DuodaoError', code: 'closed' };
const TIMED_OUT = { name: 'DuodaoError', code: 'timed-out' };
const NOW = { timeoutMs: 0 };

async function all(connection: Connection): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of connection) messages.push(message);
  return messages;
}

for (const [name, make] of Object.entries(MAKERS)) {
  test(`${name} brings every message whole, once and in order, in both directions`, async () => {
    const step = fc.record({ side: fc.constantFrom(0, 1), sends: fc.boolean(), message: fc.anything() });
    const sendable = fc.array(
      step.map((one) => ({ ...one, message: JSON.stringify(one.message) ?? 'none' })),
    );
    await fc.assert(
      fc.asyncProperty(sendable, async (steps) => {
        const pair = await make(5);
        const onTheWay: unknown[][] = [[], []];
        for (const { side, sends, message } of steps) {
          const [mine, theirs] = [onTheWay[side] ?? [], onTheWay[1 - side] ?? []];
          const end = pair[side] as Connection;
          if (sends && mine.length === 5) await assert.rejects(end.send({ message }, NOW), TIMED_OUT);
          else if (sends) mine.push((await end.send({ message }, NOW), { message }));
          else if (theirs.length > 0) assert.deepEqual(await end.receive(NOW), theirs.shift());
          else await assert.rejects(end.receive(NOW), TIMED_OUT);
        }
        pair[0].end();
        assert.deepEqual(await all(pair[1]), onTheWay[0]);
        pair[1].close();
        pair[0].close();
      }),
      { numRuns: 30 },
    );
  });

  test(`${name} has receivers wait, each for one message, in the order in which they came`, async () => {
    const [near, far] = await make(1);
    const waits = [near.receive(), near.receive(HANG_GUARD), near.receive()];
    for (const message of ['a', 'b', 'c']) await far.send(message);
    assert.deepEqual(await Promise.all(waits), ['a', 'b', 'c']);
    near.close();
    far.close();
  });

  test(`${name} has senders wait while the other side is too far behind`, async () => {
    const [near, far] = await make(1);
    await near.send(0);
    let sent = 0;
    const rest = (async () => {
      for (const message of [1, 2, 3]) {
        await near.send(message);
        sent = message;
      }
      near.end();
    })();
    const received: unknown[] = [];
    for await (const message of far) {
      received.push(message);
      // One is in our hands and one on its way, at most.
      assert.ok(sent <= Number(message) + 1, `${sent} was sent before ${String(message)} was received`);
    }
    await rest;
    assert.deepEqual(received, [0, 1, 2, 3]);
    near.close();
    far.close();
  });

  test(`${name} gives up a wait by time and by signal, and that wait has done nothing`, async () => {
    const [near, far] = await make(1);
    const reason = new Error('never mind');
    const controller = new AbortController();
    const aborted = assert.rejects(far.receive({ signal: controller.signal }), (it) => it === reason);
    controller.abort(reason);
    await aborted;
    await assert.rejects(far.receive({ timeoutMs: 1 }), { ...TIMED_OUT, facts: { timeoutMs: 1 } });
    await near.send('first');
    await assert.rejects(near.send('lost', { timeoutMs: 1 }), TIMED_OUT);
    // Already aborted wins over available.
    await assert.rejects(far.receive({ signal: controller.signal }), (it) => it === reason);
    for (const timeoutMs of [-1, Number.NaN]) {
      await assert.rejects(far.receive({ timeoutMs }), RangeError);
      await assert.rejects(near.send('lost', { timeoutMs }), RangeError);
    }
    assert.equal(await far.receive(NOW), 'first');
    await assert.rejects(far.receive(NOW), TIMED_OUT);
    near.close();
    far.close();
  });

  test(`${name} refuses what cannot cross, names it, and sends nothing`, async () => {
    const [near, far] = await make(1);
    const closure = (): void => assert.fail('it must not be called');
    await assert.rejects(near.send({ list: [closure] }), {
      code: 'not-cloneable',
      message: /item\.list\[0\]/,
    });
    await near.send('next');
    assert.equal(await far.receive(NOW), 'next');
    near.close();
    far.close();
  });

  test(`${name} lets the other side read to the end() and then end; the other way stays open`, async () => {
    const [near, far] = await make(5);
    await near.send(1);
    await near.send(2);
    near.end();
    near.end();
    await assert.rejects(near.send(3), CLOSED);
    assert.deepEqual(await all(far), [1, 2]);
    await assert.rejects(far.receive(), CLOSED);
    assert.deepEqual(await all(far), []);
    const answer = near.receive();
    await far.send('answer');
    assert.equal(await answer, 'answer');
    far.end();
    await assert.rejects(near.receive(HANG_GUARD), CLOSED);
    near.close();
    far.close();
  });

  test(`${name} lets those who wait go when the other side ends`, async () => {
    const [near, far] = await make(1);
    const waits = [far.receive(), far.receive()].map((wait) => assert.rejects(wait, CLOSED));
    const iteration = all(far);
    near.end();
    await Promise.all(waits);
    assert.deepEqual(await iteration, []);
    near.close();
    far.close();
  });

  test(`${name} ends for good by close(), for whoever waits on either side`, async () => {
    const [near, far] = await make(1);
    await far.send('unread');
    await near.send('read');
    const waits = [far.send('waits for room'), near.send('waits for room, too')];
    const refused = Promise.all(waits.map((wait) => assert.rejects(wait, CLOSED)));
    near.close();
    near.close();
    await refused;
    await assert.rejects(near.send('late'), CLOSED);
    await assert.rejects(near.receive(), CLOSED);
    assert.deepEqual(await all(near), []);
    near.end();
    await assert.rejects(far.send('late'), CLOSED);
    assert.deepEqual(await all(far), ['read']);
    const last = assert.rejects(far.receive(), CLOSED);
    far.close();
    await last;
  });

  test(`${name} tells whoever waits on the side that is closed, though the other side does nothing`, async () => {
    const [near, far] = await make(1);
    const waits = [near.receive(), near.receive()].map((wait) => assert.rejects(wait, CLOSED));
    near.close();
    await Promise.all(waits);
    far.close();
  });

  test(`${name} is closed by its disposal`, async () => {
    const [near, far] = await make(1);
    near[Symbol.dispose]();
    await assert.rejects(far.receive(), CLOSED);
    far[Symbol.dispose]();
    await assert.rejects(far.receive(), CLOSED);
  });
}
