/** Bodies that are taken in pieces, as they arrive, and the messages that they belong to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SocketConnection } from '../../../../src/net/connection/connection.ts';
import { AT } from '../../../../src/net/connection/tally.ts';
import { dictHeader, encodeHead, lines } from '../../../../src/wire/index.ts';
import { channelOf, type Fixture } from './channel-parts.ts';

interface Named {
  readonly header: Readonly<Record<string, unknown>>;
}

const LIMITS = { maxMessageBytes: 20 };
const STREAM = { body: 'stream' } as const;
const NO_LIMITS = { maxMessageBytes: 1e6, maxHeaderBytes: 1e6 };

const head = (size: number, name = 'x'): Uint8Array => encodeHead({ file_name: name }, size, NO_LIMITS);

function dict(): Fixture<unknown> & { readonly connection: SocketConnection<unknown, [object]> } {
  const fixture = channelOf(dictHeader(), LIMITS);
  return { ...fixture, connection: new SocketConnection(fixture.channel) } as never;
}

test('A body is taken in pieces as they come, and then there is no more of it', async () => {
  const { connection, arrives } = dict();
  const receiving = connection.receive(STREAM);
  arrives(head(9));
  const { header, body } = await receiving;
  assert.deepEqual([header['file_name'], body.size, body.left], ['x', 9, 9]);
  const first = body.read();
  arrives('one');
  assert.deepEqual([String(await first), body.left], ['one', 6]);
  arrives('two', 'six', 'rest');
  assert.equal(String(await body.read()), 'two');
  assert.equal(String(await body.read()), 'six');
  assert.deepEqual([await body.read(), await body.read(), body.left], [undefined, undefined, 0]);
});

test('A body is gone through to its end, which may be at its beginning', async () => {
  const { connection, arrives } = dict();
  arrives(head(6), 'abc', 'def', head(0));
  const one = await connection.receive(STREAM);
  const pieces: string[] = [];
  for await (const piece of one.body) pieces.push(String(piece));
  assert.equal(pieces.join(''), 'abcdef');
  const none = await connection.receive(STREAM);
  for await (const piece of none.body) assert.fail(`it has ${piece.length} bytes`);
  assert.equal((await none.body.bytes()).length, 0);
});

test('A body is taken whole, as bytes or text, in one piece or several', async () => {
  const { connection, arrives } = dict();
  arrives(head(3), 'abc', head(6), 'äb');
  assert.equal(String(await (await connection.receive(STREAM)).body.bytes()), 'abc');
  const text = (await connection.receive(STREAM)).body.text();
  arrives('ce', 'f');
  assert.equal(await text, 'äbcef');
});

test('A body longer than maxMessageBytes is not taken whole, but in pieces, and what is left of it whole', async () => {
  const { connection, arrives } = dict();
  arrives(head(25), 'x'.repeat(10));
  const { body } = await connection.receive(STREAM);
  await assert.rejects(body.bytes(), {
    code: 'over-limit',
    facts: { size: 25, limit: 20 },
    message: /has 25 bytes, and maxMessageBytes is 20: read it in pieces, or raise the limit/,
  });
  assert.equal(String(await body.read()), 'x'.repeat(10));
  arrives('y'.repeat(15));
  assert.equal(await body.text(), 'y'.repeat(15));
});

const WAYS = ['receive', 'receive as a stream', 'iterate'] as const;

async function askFor(
  way: (typeof WAYS)[number],
  connection: ReturnType<typeof dict>['connection'],
): Promise<unknown> {
  if (way === 'receive') return await connection.receive();
  if (way === 'iterate') return (await connection[Symbol.asyncIterator]().next()).value;
  return await connection.receive(STREAM);
}

test('What is left of a body is thrown away for the next message, and whoever still reads it is told', async () => {
  for (const next of WAYS) {
    const { connection, arrives, budget } = dict();
    arrives(head(9, 'first'), 'abc');
    const { body } = await connection.receive(STREAM);
    assert.equal(String(await body.read()), 'abc');
    const reading = body.read();
    const asked = askFor(next, connection);
    arrives('def', 'ghi', head(2, 'second'), 'xy');
    assert.equal(String(await reading), 'def', 'who asked before it is given what comes');
    const message = (await asked) as Named;
    assert.equal(message.header['file_name'], 'second');
    await assert.rejects(body.read(), { code: 'closed', message: /the next message has been asked for/ });
    await assert.rejects(body.bytes(), { code: 'closed' });
    assert.ok(budget.heldBytes <= 2);
  }
});

test('A body that was taken to its end before the next message stays at its end', async () => {
  const { connection, arrives } = dict();
  arrives(head(3), 'abc', head(2, 'second'), 'xy');
  const { body } = await connection.receive(STREAM);
  assert.equal(await body.text(), 'abc');
  await connection.receive();
  assert.equal(await body.read(), undefined);
});

test('Two who read one body at once get each a piece, and both its end', async () => {
  const { connection, arrives } = dict();
  arrives(head(3));
  const { body } = await connection.receive(STREAM);
  const reads = [body.read(), body.read()];
  const next = connection.receive();
  arrives('abc', head(1, 'second'), 'x');
  const [one, two] = await Promise.all(reads);
  assert.deepEqual([String(one), two], ['abc', undefined]);
  assert.equal(((await next) as Named).header['file_name'], 'second');
});

test('A body whose connection ends before it does is broken, after what came of it', async () => {
  const { connection, arrives, channel } = dict();
  arrives(head(9), 'abc');
  const { body } = await connection.receive(STREAM);
  channel.ended();
  assert.equal(String(await body.read()), 'abc');
  await assert.rejects(body.read(), { code: 'broken' });
  await assert.rejects(body.text(), { code: 'broken' });
});

test('A wait for a piece that ends early has taken nothing', async () => {
  const { connection, arrives } = dict();
  arrives(head(3));
  const { body } = await connection.receive(STREAM);
  await assert.rejects(body.read({ timeoutMs: 0 }), { code: 'timed-out' });
  await assert.rejects(body.bytes({ timeoutMs: 1 }), { code: 'timed-out' });
  await assert.rejects(body.read({ signal: AbortSignal.abort('no') }), (reason) => reason === 'no');
  arrives('abc');
  assert.equal(await body.text({ timeoutMs: 60_000 }), 'abc');
});

test('The time limit of a body is for all of it, not for each piece', async (context) => {
  const { connection, arrives } = dict();
  arrives(head(9));
  const { body } = await connection.receive(STREAM);
  let clock = 1000;
  context.mock.method(performance, 'now', () => clock);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const taking = assert.rejects(body.bytes({ timeoutMs: 100 }), {
    code: 'timed-out',
    facts: { timeoutMs: 100 },
  });
  for (const piece of ['a', 'b']) {
    clock += 60;
    context.mock.timers.tick(60);
    arrives(piece);
    for (let round = 0; round < 5; round++) await Promise.resolve();
  }
  await taking;
});

test('Messages of a framing without headers have no bodies to be streamed', async () => {
  const { channel, arrives } = channelOf(lines());
  const connection = new SocketConnection(channel);
  arrives('line\n');
  await assert.rejects(connection.receive(STREAM), {
    name: 'TypeError',
    message: 'Cannot receive a body as a stream as messages of lines have no header',
  });
  assert.equal(await connection.receive(), 'line');
});

test('Heads and messages may be asked for at once, and come in their order', async () => {
  const { connection, arrives, row } = dict();
  const asked = [connection.receive(STREAM), connection.receive(), connection.receive(STREAM)] as const;
  arrives(head(3, '1'), 'abc', head(2, '2'), 'xy', head(1, '3'));
  const messages = (await Promise.all(asked)) as readonly Named[];
  const names = messages.map(({ header }) => header['file_name']);
  assert.deepEqual(names, ['1', '2', '3']);
  assert.equal(row[AT.messagesIn], 3);
});
