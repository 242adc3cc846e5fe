/**
 * Messages with headers whose bodies come from files and streams, and are taken in pieces: in their order, counted
 * once, and with nothing left open.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { connect, dictHeader, type DictMessage, TcpServer } from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { holdings, assertNoLeaks } from '../../harness/leaks.ts';
import { dial, prefixed } from '../../harness/peer.ts';
import { until } from '../../harness/tree.ts';

endsClean();

const folder = mkdtempSync(join(tmpdir(), 'duodao-bodies-'));
after(() => rmSync(folder, { recursive: true }));
const PATH = join(folder, 'body');
const FILE = Buffer.alloc(3_000_000, 'one file of these tests, ');
writeFileSync(PATH, FILE);

const connectDict = async (server: TcpServer<never, never>) =>
  await connect(server.address, { framing: dictHeader });
type Dict = Awaited<ReturnType<typeof connectDict>>;

/** Has both sides of a connection used. */
async function pair(
  use: (server: Dict, client: Dict, whole: TcpServer<never, never>) => Promise<void>,
): Promise<void> {
  let done = (): void => undefined;
  let met: (connection: Dict) => void = () => undefined;
  const accepted = new Promise<Dict>((resolve) => (met = resolve));
  const handler = (connection: Dict): Promise<void> => {
    met(connection);
    return new Promise((resolve) => (done = resolve));
  };
  const made = await new TcpServer({ handler, framing: dictHeader }).listen();
  const server = made as unknown as TcpServer<never, never>;
  try {
    const client = await connectDict(server);
    try {
      await use(await accepted, client, server);
    } finally {
      client.close();
      done();
    }
  } finally {
    await server.close({ drainMs: 0 });
  }
}

async function* streamOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.from(piece);
  }
}

const nameOf = ({ header }: DictMessage): unknown => header['file_name'];

test('Messages keep their order, wherever their bodies come from', async () => {
  await pair(async (server, client) => {
    const sent = [
      client.send({ file_name: 'file' }, { file: PATH }),
      client.send({ file_name: 'text' }, 'text'),
      client.send({ file_name: 'blob' }, new Blob(['a blob'])),
      client.send({ file_name: 'stream', file_size: 6 }, streamOf('abc', 'def')),
      client.send({ file_name: 'nothing' }),
      client.send({ file_name: 'file' }, { file: PATH }),
      client.send({ file_name: 'last' }, Buffer.from('last')),
    ];
    const expected = [FILE, 'text', 'a blob', 'abcdef', '', FILE, 'last'];
    const names = ['file', 'text', 'blob', 'stream', 'nothing', 'file', 'last'];
    for (const [index, body] of expected.entries()) {
      const message = await server.receive();
      assert.equal(nameOf(message), names[index]);
      assert.equal(message.header['file_size'], body.length);
      assert.ok(message.body.equals(Buffer.from(body)));
    }
    await Promise.all(sent);
  });
});

/** What send() refuses, before a byte is sent. */
const REFUSED: Readonly<Record<string, readonly [send: (client: Dict) => Promise<void>, error: object]>> = {
  'a file that is not there': [(c) => c.send({}, { file: join(folder, 'none') }), { code: 'ENOENT' }],
  'a file of another size': [(c) => c.send({ file_size: 5 }, { file: PATH }), { name: 'RangeError' }],
  'a file with a bad header': [(c) => c.send({ a: 1n }, { file: PATH }), { name: 'TypeError' }],
  'a stream of unknown size': [(c) => c.send({}, streamOf('abc')), { name: 'RangeError' }],
  'a body that is none': [(c) => c.send({}, 5 as never), { name: 'TypeError' }],
  'a header that is none': [(c) => c.send(null as never, { file: PATH }), { name: 'TypeError' }],
};

for (const [what, [send, error]] of Object.entries(REFUSED)) {
  test(`${what[0]!.toUpperCase()}${what.slice(1)} is refused, nothing of it is sent or stays open`, async () => {
    await pair(async (server, client) => {
      const before = holdings();
      await assert.rejects(send(client), error);
      await assertNoLeaks(before);
      await client.send({ file_name: 'next' }, 'next');
      assert.equal(nameOf(await server.receive()), 'next');
      assert.equal(server.bytesIn, client.bytesOut);
    });
  });
}

/** Bodies that are not what was said: the message has begun, so the connection has to end. */
const WRONG: Readonly<Record<string, (client: Dict) => Promise<void>>> = {
  'shorter than was said': (c) => c.send({ file_size: 7 }, streamOf('abc', 'def')),
  'longer than was said': (c) => c.send({ file_size: 5 }, streamOf('abc', 'def')),
  'broken off by its source': (c) =>
    c.send(
      { file_size: 9 },
      (async function* () {
        yield* streamOf('abc');
        throw new RangeError('the source failed');
      })(),
    ),
};

for (const [what, send] of Object.entries(WRONG)) {
  test(`A body that is ${what} ends the connection on both sides`, async () => {
    await pair(async (server, client, whole) => {
      const receiving = assert.rejects(server.receive(), { code: 'broken' });
      await assert.rejects(send(client), RangeError);
      await receiving;
      await assert.rejects(client.send({}), { code: 'broken' });
      assert.equal(whole.stats().broken, 1);
    });
  });
}

test('A file that is cut while it is sent ends the connection, and is closed', async () => {
  const path = join(folder, 'cut');
  writeFileSync(path, Buffer.alloc(64 * 1024 * 1024));
  await pair(async (server, client) => {
    const before = holdings();
    const sending = assert.rejects(client.send({}, { file: path }), RangeError);
    const { body } = await server.receive({ body: 'stream' });
    truncateSync(path, 1000);
    await assert.rejects(
      (async () => {
        for await (const piece of body) assert.ok(piece.length > 0);
      })(),
      { code: 'broken' },
    );
    await sending;
    await until('it is closed', () => client.isClosed);
    server.close();
    await assertNoLeaks(before);
  });
});

test('Files of messages that never have their turn are not left open', async () => {
  const before = holdings();
  await pair(async (_, client) => {
    const large = assert.rejects(client.send({}, Buffer.alloc(16_000_000)), { code: 'broken' });
    const more = assert.rejects(client.send({}, Buffer.alloc(16_000_000)), { code: 'broken' });
    const more2 = assert.rejects(client.send({}, Buffer.alloc(16_000_000)), { code: 'broken' });
    const given = assert.rejects(client.send({}, { file: PATH }, { timeoutMs: 5 }), { code: 'timed-out' });
    const queued = [1, 2, 3].map(() => assert.rejects(client.send({}, { file: PATH }), { code: 'broken' }));
    await given;
    _.close();
    await Promise.all([large, more, more2, ...queued]);
  }).catch(() => undefined);
  await assertNoLeaks(before);
});

test('A file is not left open by a send on a connection that is closed', async () => {
  await pair(async (_, client) => {
    client.close();
    await client.closed;
    const before = holdings();
    await assert.rejects(client.send({}, { file: PATH }), { code: 'closed' });
    await assert.rejects(client.send({}, { file: PATH }, { signal: AbortSignal.abort(new Error('no')) }), {
      message: 'no',
    });
    await assertNoLeaks(before);
  });
});

test('A body is taken in pieces, once, and counts as one message', async () => {
  await pair(async (server, client, whole) => {
    // Kernels need not take all of it before somebody receives.
    const sent = client.send({ file_name: 'file' }, { file: PATH });
    const { header, body } = await server.receive({ body: 'stream' });
    assert.deepEqual([header['file_size'], body.size, body.left], [FILE.length, FILE.length, FILE.length]);
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    await sent;
    assert.ok(pieces.length > 1);
    assert.ok(Buffer.concat(pieces).equals(FILE));
    assert.deepEqual([body.left, await body.read(), await body.text()], [0, undefined, '']);
    assert.equal(whole.stats().messagesIn, 1);
  });
});

test('What is left of a body is thrown away by the next receive, and cannot be read any more', async () => {
  await pair(async (server, client) => {
    void client.send({ file_name: 'file' }, { file: PATH });
    const sent = client.send({ file_name: 'next' }, 'next');
    const { body } = await server.receive({ body: 'stream' });
    assert.ok((await body.read())!.length > 0);
    assert.equal(nameOf(await server.receive()), 'next');
    await assert.rejects(body.read(), { code: 'closed' });
    await sent;
  });
});

test('Several may wait for messages, some with their bodies as streams', async () => {
  await pair(async (server, client) => {
    const waits = [
      server.receive({ body: 'stream' }),
      server.receive({ body: 'stream' }),
      server.receive(),
      server.receive({ body: 'stream' }),
    ] as const;
    for (const name of ['a', 'b', 'c', 'd']) await client.send({ file_name: name }, `body ${name}`);
    const names = (await Promise.all(waits)).map(({ header }) => header['file_name']);
    assert.deepEqual(names, ['a', 'b', 'c', 'd']);
    assert.equal(await (await waits[3]).body.text(), 'body d');
  });
});

test('Several may read one body, and none of them waits for more than there is', async () => {
  await pair(async (server, client) => {
    await client.send({}, 'body');
    const { body } = await server.receive({ body: 'stream' });
    const reads = await Promise.all([body.read(), body.read(), body.read()]);
    assert.deepEqual(reads.map(String), ['body', 'undefined', 'undefined']);
    await client.send({}, 'next');
    assert.equal(String((await server.receive()).body), 'next');
  });
});

test('A body larger than a message may be is refused whole, and can be taken in pieces', async () => {
  const handler = async (connection: Dict): Promise<void> => {
    const { body } = await connection.receive({ body: 'stream' });
    await assert.rejects(body.bytes(), { code: 'over-limit' });
    let bytes = 0;
    for await (const piece of body) bytes += piece.length;
    await connection.send({ file_desc: String(bytes) });
    await connection.receive();
  };
  const server = await new TcpServer({ handler, framing: dictHeader, maxMessageBytes: 1000 }).listen();
  const client = await connect(server.address, { framing: dictHeader });
  await client.send({}, Buffer.alloc(1001));
  assert.equal((await client.receive()).header['file_desc'], '1001');
  await client.send({}, Buffer.alloc(1001));
  await assert.rejects(client.receive(), { code: /closed|broken/ });
  assert.equal(server.stats().overLimit, 1);
  client.close();
  await server.close();
});

for (const how of ['end', 'reset'] as const) {
  test(`Half a body, and the ${how}, is told as broken to one who takes it in pieces`, async () => {
    const seen: string[] = [];
    const handler = async (connection: Dict): Promise<void> => {
      const { body } = await connection.receive({ body: 'stream' });
      seen.push(String(await body.read()));
      await assert.rejects(body.read(), { code: 'broken' });
      await assert.rejects(body.read(), { code: 'broken' });
      await assert.rejects(connection.receive(), { code: 'broken' });
      seen.push('told');
    };
    const server = await new TcpServer({ handler, framing: dictHeader }).listen();
    const peer = await dial(server.address);
    peer.write(prefixed('{"file_size":10}'));
    peer.write('half');
    await until('half of it is taken', () => seen.length === 1);
    peer[how]();
    await until('it is told', () => seen.length === 2);
    assert.deepEqual(seen, ['half', 'told']);
    assert.deepEqual([server.stats().broken, server.stats().failed], [1, 0]);
    await peer.close();
    await server.close();
  });
}
