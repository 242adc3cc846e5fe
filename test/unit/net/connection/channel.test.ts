/** A connection from its socket to its messages: how it ends, in which order, and what is counted of that. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../../src/base/index.ts';
import { Budget } from '../../../../src/net/connection/budget.ts';
import { AT, COUNTS, type Row, TAKEN } from '../../../../src/net/connection/tally.ts';
import { lengthPrefixed, lines } from '../../../../src/wire/index.ts';
import { prefixed } from '../../../harness/peer.ts';
import { channelOf, turn } from './channel-parts.ts';

/** What is counted, but for nothing. */
function counted(row: Row): object {
  return Object.fromEntries(
    COUNTS.filter((name) => row[AT[name]] !== 0).map((name) => [name, row[AT[name]]]),
  );
}

const reset = (): Error => Object.assign(new Error('reset'), { code: 'ECONNRESET' });

test('Bytes and messages are counted in both directions, and it is active until it is closed', async () => {
  const { channel, row, arrives, closed, socket } = channelOf(lines());
  assert.deepEqual(counted(row), { active: 1 });
  arrives('one\ntw', 'o\n');
  assert.equal(await channel.receive(undefined), 'one');
  await channel.outgoing.send([Buffer.from('answer\n')], undefined);
  assert.deepEqual(counted(row), { active: 1, bytesIn: 8, messagesIn: 1, messagesOut: 1, bytesOut: 7 });
  row[TAKEN] = 1; // by whoever let it in
  socket.destroy();
  channel.wasClosed();
  channel.wasClosed();
  assert.deepEqual(counted(row), { bytesIn: 8, messagesIn: 1, messagesOut: 1, bytesOut: 7 });
  assert.equal(row[TAKEN], 0, 'its place is free');
  assert.deepEqual([channel.isClosed, closed.length], [true, 1]);
});

test('The end of the other side is told after what it had sent, and this side may go on', async () => {
  const { channel, arrives, socket } = channelOf(lines());
  arrives('one\nlast');
  channel.ended();
  assert.equal(await channel.receive(undefined), 'one');
  assert.equal(await channel.receive(undefined), 'last');
  await assert.rejects(channel.receive(undefined), { code: 'closed' });
  await channel.outgoing.send([Buffer.from('x')], undefined);
  assert.deepEqual(socket.done, []);
});

test('What is lost is broken in both directions, with what the system says', async () => {
  const { channel, row } = channelOf(lines());
  const waiting = assert.rejects(channel.receive(undefined), {
    code: 'broken',
    facts: { errno: 'ECONNRESET' },
  });
  channel.failed(reset());
  channel.failed(reset());
  await waiting;
  await assert.rejects(channel.outgoing.send([Buffer.from('x')], undefined), { code: 'broken' });
  assert.deepEqual(counted(row), { active: 1, broken: 1 });
  assert.equal(channel.failure?.code, 'broken');
});

test('Its own end sends what is queued, and then says so once', async () => {
  const { channel, socket } = channelOf(lines());
  socket.writableNeedDrain = true;
  const sent = channel.outgoing.send([Buffer.from('queued')], undefined);
  channel.end();
  assert.deepEqual(socket.done, []);
  socket.writableNeedDrain = false;
  channel.drained();
  await sent;
  await turn();
  assert.deepEqual([socket.done, String(socket.written[0])], [['end'], 'queued']);
  await assert.rejects(channel.outgoing.send([Buffer.from('x')], undefined), { code: 'closed' });
});

test('When it is closed it says its end, throws away what comes, and waits for the other side to end', async () => {
  const { channel, socket, arrives, budget } = channelOf(lines());
  arrives('unread\n');
  const waiting = [
    channel.receive(undefined),
    assert.rejects(channel.receive(undefined), { code: 'closed' }),
  ];
  channel.close();
  channel.close();
  await Promise.all(waiting);
  assert.deepEqual([socket.done, channel.isLingering], [['end', 'resume'], true]);
  arrives('more\n');
  assert.deepEqual([budget.heldBytes, channel.heldBytes], [0, 0]);
  await assert.rejects(channel.receive(undefined), { code: 'closed' });
  channel.ended();
  assert.equal(socket.done.at(-1), 'destroy soon');
});

test('When the other side has ended already, closing waits for nothing', () => {
  const { channel, socket } = channelOf(lines());
  channel.ended();
  channel.close();
  assert.deepEqual(socket.done.slice(0, 2), ['end', 'destroy soon']);
});

test('What is held for a connection that is gone is given back when whoever has it is done', () => {
  const budget = new Budget(1000);
  const { channel, arrives } = channelOf(lines(), {}, budget);
  arrives('never read\n');
  assert.equal(budget.heldBytes, 11);
  channel.failed(reset());
  channel.wasClosed();
  channel.close();
  assert.equal(budget.heldBytes, 0);
});

test('One who is ended as all hold too much is counted once, and holds nothing any more', async () => {
  const budget = new Budget(100);
  const { channel, arrives, row, socket } = channelOf(lines(), {}, budget);
  const other = channelOf(lines(), {}, budget);
  arrives('x'.repeat(90));
  other.arrives('x'.repeat(20));
  assert.deepEqual([socket.done, other.socket.done, budget.heldBytes], [['destroy'], [], 20]);
  arrives('x'.repeat(90));
  assert.deepEqual(counted(row), { active: 1, bytesIn: 180, overLimit: 1 });
  await assert.rejects(channel.receive(undefined), {
    code: 'over-limit',
    facts: { limitBytes: 100 },
    message: /as all of them hold more than 100 bytes, and this one holds most/,
  });
});

/** What breaks the format, and what is counted for it. */
const BREACHES = [
  ['bytes that are no message', Buffer.from([255, 255, 255, 255]), 'protocolErrors'],
  ['a message that is too long', Buffer.from([100, 0, 0, 0]), 'overLimit'],
] as const;
for (const [what, bytes, count] of BREACHES) {
  test(`Of ${what} there is one more in ${count}, when somebody receives it`, async () => {
    const { channel, arrives, row } = channelOf(lengthPrefixed({ signed: true }), { maxMessageBytes: 50 });
    arrives(bytes);
    for (let round = 0; round < 2; round++) await assert.rejects(channel.receive(undefined), DuodaoError);
    channel.failed(reset());
    const { bytesIn, active, ...others } = counted(row) as Record<string, number>;
    assert.deepEqual([bytesIn, active, others], [4, 1, { [count]: 1, broken: 1 }]);
  });
}

test('A message that is cut short by an end is counted as broken, by a loss only once', async () => {
  for (const isLost of [false, true]) {
    const { channel, arrives, row } = channelOf(lengthPrefixed());
    arrives(prefixed('message').subarray(0, 6));
    if (isLost) channel.failed(reset());
    else channel.ended();
    await assert.rejects(channel.receive(undefined), { code: 'broken' });
    assert.equal(row[AT.broken], 1);
  }
});

test('When it is destroyed all is over with that reason, also in what is counted', async () => {
  const { channel, row, socket } = channelOf(lines());
  const why = new DuodaoError('timed-out', 'too late');
  const told: unknown[] = [];
  channel.onceClosed((reason) => told.push(reason?.error));
  channel.destroy(why);
  channel.destroy(new DuodaoError('broken', 'again'));
  await assert.rejects(channel.receive(undefined), why);
  assert.equal(told.length, 0);
  channel.wasClosed();
  channel.onceClosed((reason) => told.push(reason?.error));
  assert.deepEqual(
    [told, socket.done],
    [
      [why, why],
      ['destroy', 'destroy'],
    ],
  );
  assert.deepEqual(counted(row), { timedOut: 1 });
});

test('During a handshake all bytes go to it, and its end and its loss are told as nothing', () => {
  const { channel, arrives, budget } = channelOf(lines());
  const heard: string[] = [];
  channel.tap((bytes) => heard.push(String(bytes)));
  arrives('hello');
  channel.ended();
  assert.deepEqual([heard, budget.heldBytes], [['hello', ''], 0]);
});

test('One that waits is drained at once, one that has just come may say its first message', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let clock = 1000;
  context.mock.method(performance, 'now', () => clock);
  const [fresh, first, known] = [channelOf(lines()), channelOf(lines()), channelOf(lines())];
  known.arrives('one\n');
  await known.channel.receive(undefined);
  const waits = [fresh, first, known].map(({ channel }) =>
    channel.receive(undefined).catch((error: Error) => error.message),
  );
  for (const { channel } of [fresh, first, known]) channel.drain();
  const closing = 'Cannot receive as the server is closing';
  assert.equal(await waits[2], closing);
  first.arrives('first\nsecond\n');
  assert.equal(await waits[1], 'first');
  clock += 499;
  context.mock.timers.tick(499);
  assert.equal(fresh.channel.incoming.isWaitedFor, true);
  clock += 1;
  context.mock.timers.tick(1);
  assert.equal(await waits[0], closing);
});

test('One that was idle when it was drained closes without waiting for the other side', async () => {
  const { channel, socket, arrives } = channelOf(lines());
  arrives('one\n');
  await channel.receive(undefined);
  const waiting = assert.rejects(channel.receive(undefined), { code: 'closed' });
  channel.drain();
  await waiting;
  channel.close();
  assert.deepEqual(
    socket.done.filter((one) => one !== 'resume'),
    ['end', 'destroy soon'],
  );
});

test('The socket rests and goes on with whoever receives', async () => {
  const { channel, socket, arrives } = channelOf(lengthPrefixed());
  arrives(prefixed(Buffer.alloc(200 * 1024)));
  assert.deepEqual(socket.done, ['pause']);
  await channel.receive(undefined);
  void channel.receive({ timeoutMs: 60_000 }).catch(() => undefined);
  assert.deepEqual(socket.done, ['pause', 'resume']);
  channel.wasClosed();
});
