/**
 * What a connection promises to those who use it: order, whole messages, last words, and waits that end early without a
 * trace.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { connect, lengthPrefixed, lines, type SocketConnection } from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { dial, prefixed } from '../../harness/peer.ts';
import { served } from '../../harness/servers.ts';
import { until } from '../../harness/tree.ts';

endsClean();

type Bytes = SocketConnection<Buffer, [Uint8Array | string]>;

/** More than the kernel takes for anybody. */
const MUCH = 24 * 1024 * 1024;
const LIMITS = { maxMessageBytes: 2 * MUCH };

/** Has a handler of bytes serve one client, and gives both of them. */
async function pair(
  use: (server: Bytes, client: Bytes) => Promise<void>,
  options: object = {},
): Promise<void> {
  const ends: (() => void)[] = [];
  const here: ((connection: Bytes) => void)[] = [];
  const handler = (connection: Bytes): Promise<void> => {
    here[0]?.(connection);
    return new Promise((resolve) => ends.push(resolve));
  };
  await served({ handler, framing: lengthPrefixed, ...LIMITS, ...options }, async (server) => {
    const accepted = new Promise<Bytes>((resolve) => here.push(resolve));
    const client = await connect(server.address, { framing: lengthPrefixed, ...LIMITS });
    try {
      await use(await accepted, client);
    } finally {
      client.close();
      ends[0]?.();
    }
  });
}

test('Messages arrive in the order in which they were sent, small and large ones, and those that wait', async () => {
  await pair(async (server, client) => {
    const sizes = [0, 1, 300_000, 2, 16 * 1024, MUCH, 3, 0, 1024 * 1024, 4];
    const sent = sizes.map((size, index) => client.send(Buffer.alloc(size, index)));
    for (const [index, size] of sizes.entries()) {
      const message = await server.receive();
      assert.equal(message.length, size);
      assert.ok(message.every((byte) => byte === index));
    }
    await Promise.all(sent);
  });
});

test('Who asks first receives first', async () => {
  await pair(async (server, client) => {
    const asked = [1, 2, 3, 4].map(() => server.receive());
    for (const text of ['a', 'b', 'c', 'd']) await client.send(text);
    assert.deepEqual((await Promise.all(asked)).map(String), ['a', 'b', 'c', 'd']);
  });
});

test('A wait that ends early has received nothing', async () => {
  await pair(async (server, client) => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const waits = [
      assert.rejects(server.receive({ timeoutMs: 5 }), { code: 'timed-out' }),
      assert.rejects(server.receive({ signal: controller.signal }), reason),
      assert.rejects(server.receive({ timeoutMs: 0 }), { code: 'timed-out' }),
      assert.rejects(server.receive({ signal: AbortSignal.abort(reason) }), reason),
    ];
    controller.abort(reason);
    await Promise.all(waits);
    const [first, second] = [server.receive(), server.receive({ timeoutMs: 60_000 })];
    await client.send('one');
    await client.send('two');
    assert.deepEqual([String(await first), String(await second)], ['one', 'two']);
  });
});

test('A limit that is none is refused, and one beyond all timers is none', async () => {
  await pair(async (server, client) => {
    for (const timeoutMs of [-1, Number.NaN, 'soon' as never])
      await assert.rejects(server.receive({ timeoutMs }), /^(?:Range|Type)Error: Cannot wait/);
    const waits = [server.receive({ timeoutMs: 2 ** 31 }), server.receive({ timeoutMs: Infinity })];
    await new Promise((resolve) => setTimeout(resolve, 5)); // a timer that overflows would have come by now
    await client.send('one');
    await client.send('two');
    assert.deepEqual((await Promise.all(waits)).map(String), ['one', 'two']);
  });
});

test('A message that is there is received without a wait, however many came before it', async () => {
  await pair(async (server, client) => {
    const count = 2000;
    for (let number = 0; number < count; number++) await client.send(String(number));
    await client.send('last');
    assert.equal(String(await server.receive()), '0');
    await until('all have arrived', () => server.bytesIn === client.bytesOut);
    for (let number = 1; number < count; number++)
      assert.equal(String(await server.receive({ timeoutMs: 0 })), String(number));
    assert.equal(String(await server.receive({ timeoutMs: 0 })), 'last');
    await assert.rejects(server.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  });
});

test('A send that is given up before its turn has sent nothing, and those behind it go on', async () => {
  await pair(async (server, client) => {
    const large = client.send(Buffer.alloc(MUCH, 1));
    const controller = new AbortController();
    const given = assert.rejects(client.send('never', { signal: controller.signal }), { message: 'enough' });
    const late = assert.rejects(client.send('late', { timeoutMs: 5 }), { code: 'timed-out' });
    const now = assert.rejects(client.send('now', { timeoutMs: 0 }), { code: 'timed-out' });
    const last = client.send('last');
    controller.abort(new Error('enough'));
    await Promise.all([given, late, now]);
    assert.equal((await server.receive()).length, MUCH);
    assert.equal(String(await server.receive()), 'last');
    await Promise.all([large, last]);
  });
});

test('A send that is given up in the middle of its message ends the connection', async () => {
  await pair(async (server, client) => {
    const controller = new AbortController();
    const sending = client.send(Buffer.alloc(MUCH), { signal: controller.signal });
    await until('some of it is with the kernel', () => client.bytesOut > 1_000_000);
    controller.abort(new Error('enough'));
    await assert.rejects(sending, { message: 'enough' });
    await assert.rejects(server.receive(), { code: 'broken' });
    await assert.rejects(client.send('more'), { code: 'broken' });
    await client.closed;
  });
});

test('One who does not receive makes the sender wait, and what waits is bounded', async () => {
  await pair(async (server, client) => {
    let done = 0;
    const piece = Buffer.alloc(64 * 1024, 7);
    const sends = Array.from({ length: 400 }, () => client.send(piece).then(() => done++));
    await until('the sender waits', () => done > 0);
    let before = -1;
    await until('nothing goes on', () => {
      const isSame = before === server.bytesIn;
      before = server.bytesIn;
      return isSame && done < 400 && server.bytesIn >= 128 * 1024;
    });
    assert.ok(server.bytesIn < 1024 * 1024, `${server.bytesIn} bytes were read ahead`);
    for (let index = 0; index < 400; index++) assert.equal((await server.receive()).length, piece.length);
    await Promise.all(sends);
  });
});

/** How a handler sends its last words, which nobody has waited for when it returns. */
const PARTINGS: Readonly<Record<string, (connection: Bytes) => unknown>> = {
  'and waits for it': (connection) => connection.send(Buffer.alloc(MUCH, 9)),
  'and does not wait for it': (connection) => void connection.send(Buffer.alloc(MUCH, 9)),
  'in two messages': (connection) => {
    void connection.send('first');
    void connection.send(Buffer.alloc(MUCH, 9));
  },
  'and ends its side': (connection) => {
    void connection.send(Buffer.alloc(MUCH, 9));
    connection.end();
  },
};

for (const [how, part] of Object.entries(PARTINGS)) {
  for (const endsFirst of [true, false]) {
    const who = endsFirst ? 'has ended its side' : 'ends its side later';
    test(`A handler that sends much ${how} is heard to the end by one who ${who}`, async () => {
      const handler = async (connection: Bytes): Promise<void> => {
        await connection.receive();
        if (endsFirst) await assert.rejects(connection.receive(), { code: 'closed' });
        await part(connection);
      };
      await served({ handler, framing: lengthPrefixed, ...LIMITS }, async (server) => {
        const peer = await dial(server.address);
        peer.socket.pause();
        peer.write(prefixed('go'));
        if (endsFirst) peer.end();
        await until('it is sent', () => server.stats().bytesIn === 6);
        // The reply is under way, and the kernel is full of it.
        await new Promise((resolve) => setImmediate(resolve));
        peer.end();
        peer.socket.resume();
        assert.equal(await peer.gone, 'ended');
        const head = how === 'in two messages' ? 4 + 'first'.length : 0;
        assert.equal(peer.heard().length, head + 4 + MUCH);
        await peer.close();
        await until('it is gone', () => server.stats().active === 0);
      });
    });
  }
}

test('What a client has sent before its end is received, and then the end is told to each who asks', async () => {
  await pair(async (server, client) => {
    await client.send('one');
    await client.send('two');
    client.end();
    await assert.rejects(client.send('three'), { code: 'closed' });
    const texts: string[] = [];
    for await (const message of server) texts.push(String(message));
    assert.deepEqual(texts, ['one', 'two']);
    await assert.rejects(server.receive(), { code: 'closed' });
    await server.send('still here');
    assert.equal(String(await client.receive()), 'still here');
  });
});

test('A connection that is closed refuses what comes, on both sides', async () => {
  await pair(async (server, client) => {
    const waiting = assert.rejects(client.receive(), { code: 'closed' });
    client.close();
    client.close();
    await waiting;
    await assert.rejects(client.receive(), { code: 'closed' });
    await assert.rejects(client.send('x'), { code: 'closed' });
    await assert.rejects(server.receive(), { code: 'closed' });
    server.close();
    await Promise.all([server.closed, client.closed]);
    assert.deepEqual([server.isClosed, client.isClosed, client.localAddress], [true, true, undefined]);
  });
});

test('A message that cannot be sent is refused, and the next one goes', async () => {
  const handler = async (connection: SocketConnection<string, [string]>): Promise<void> => {
    await assert.rejects(connection.send('two\nlines'), RangeError);
    await assert.rejects(connection.send(5 as never), TypeError);
    await assert.rejects(connection.send('x'.repeat(11)), { code: 'over-limit' });
    await connection.send('fine');
  };
  await served({ handler, framing: lines, maxMessageBytes: 10 }, async (server) => {
    const peer = await dial(server.address);
    await peer.gone;
    assert.equal(peer.heard().toString(), 'fine\n');
    assert.equal(server.stats().failed, 0);
    await peer.close();
  });
});
