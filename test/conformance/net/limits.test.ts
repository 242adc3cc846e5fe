/**
 * What connections are held to, in bytes, in number and in time. Limits of time are short here, and nothing is asserted
 * about how long anything took: only that what is late is ended, and what is not late is not.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  connect,
  dictHeader,
  lengthPrefixed,
  lines,
  raw,
  type SocketConnection,
} from '../../../src/net/index.ts';
import { cert, key } from '../../fixtures/net/certificate.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { dial, lengthOf, type Peer, prefixed } from '../../harness/peer.ts';
import { served } from '../../harness/servers.ts';
import { until } from '../../harness/tree.ts';

endsClean();

type Bytes = SocketConnection<Buffer, [Uint8Array | string]>;
type Texts = SocketConnection<string, [string]>;

const echoBytes = async (connection: Bytes): Promise<void> => {
  for await (const message of connection) await connection.send(message);
};
const echoLines = async (connection: Texts): Promise<void> => {
  for await (const line of connection) await connection.send(line);
};

/** Writes one byte of these, now and then, until the other side has had enough. */
async function drip(peer: Peer, bytes: Buffer): Promise<void> {
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) peer.write(bytes.subarray(at, ++at));
  }, 15);
  await peer.gone;
  clearInterval(timer);
  assert.ok(at < bytes.length, 'it was ended before it was done');
}

/** What comes slowly, and must not. */
const SLOW: Readonly<Record<string, readonly [framing: () => never, bytes: Buffer, options: object]>> = {
  'a header': [dictHeader as never, prefixed(`{"file_name":"${'x'.repeat(2000)}"}`), {}],
  'a length': [
    lengthPrefixed as never,
    Buffer.concat([prefixed('x'), lengthOf(2000), Buffer.alloc(2000)]),
    {},
  ],
  'a line': [lines as never, Buffer.alloc(2000, 'x'), {}],
  'a body': [dictHeader as never, Buffer.concat([prefixed('{"file_size":2000}'), Buffer.alloc(2000)]), {}],
};

for (const [what, [framing, bytes, options]] of Object.entries(SLOW)) {
  test(`One who sends ${what} byte by byte is ended, and others are not`, async () => {
    const handler = async (connection: SocketConnection<unknown, [never]>): Promise<void> => {
      for await (const message of connection) assert.ok(message);
    };
    const limits = { headTimeoutMs: 100, minBytesPerSecond: 10_000, ...options };
    const stats = await served({ handler, framing, ...limits }, async (server) => {
      const silent = await dial(server.address);
      const slow = await dial(server.address);
      await drip(slow, bytes);
      await until('it is counted', () => server.stats().timedOut === 1);
      await until('it is gone', () => server.stats().active < 2);
      assert.equal(server.stats().active, 1, 'who has sent nothing is still there');
      await Promise.all([silent.close(), slow.close()]);
      await until('both are gone', () => server.stats().active === 0);
    });
    assert.deepEqual([stats.timedOut, stats.protocolErrors, stats.failed], [1, 0, 0]);
  });
}

test('Who is silent for too long is ended; who is waited for by nobody is not', async () => {
  let go = (): void => undefined;
  const handler = async (connection: Texts): Promise<void> => {
    for await (const line of connection) {
      if (line === 'work') await new Promise<void>((resolve) => (go = resolve));
      await connection.send(line);
    }
  };
  await served({ handler, framing: lines, idleTimeoutMs: 150 }, async (server) => {
    const served1 = await dial(server.address);
    served1.write('work\n');
    await until('it is at work', () => server.stats().messagesIn === 1);
    const silent = await Promise.all([1, 2, 3].map(() => dial(server.address)));
    await Promise.all(silent.map((one) => one.gone));
    await until('they are counted', () => server.stats().timedOut === 3);
    await until('they are gone', () => server.stats().active < 2);
    assert.equal(server.stats().active, 1);
    go();
    await served1.hearsText('work\n');
    assert.match(await served1.gone, /ended|reset/);
    await Promise.all([served1, ...silent].map((one) => one.close()));
  });
});

test('Who does not read is ended, and what is held for it is bounded', async () => {
  let most = 0;
  const handler = async (connection: Bytes): Promise<void> => {
    const piece = Buffer.alloc(64 * 1024);
    for (;;) {
      await connection.send(piece);
      most = Math.max(most, connection.bytesOut);
    }
  };
  await served({ handler, framing: lengthPrefixed, sendTimeoutMs: 150 }, async (server) => {
    const peer = await dial(server.address);
    peer.socket.pause();
    await until('it is ended', () => server.stats().timedOut === 1);
    await until('it is gone', () => server.stats().active === 0);
    // What two kernels take for us, and no more.
    assert.ok(most < 48 * 1024 * 1024, `${most} bytes were sent to one who does not read`);
    await peer.close();
    assert.deepEqual([server.stats().failed, server.stats().broken], [0, 0]);
  });
});

test('Who reads slowly, but reads, is not ended', async () => {
  const size = 12 * 1024 * 1024;
  let isSent = false;
  const handler = async (connection: Bytes): Promise<void> => {
    await connection.receive();
    for (let sent = 0; sent < size; sent += 16 * 1024) await connection.send(Buffer.alloc(16 * 1024 - 4));
    isSent = true;
  };
  // A piece each 10 ms: all of it takes longer than the limit. Kernels send on only once there is much room again, and
  // this process reads, sends and watches the time in one thread: so what comes is given much more time than that.
  await served({ handler, framing: lengthPrefixed, sendTimeoutMs: 1000 }, async (server) => {
    const peer = await dial(server.address);
    peer.socket.pause();
    peer.socket.on('data', () => void (isSent || peer.socket.pause()));
    peer.write(prefixed('go'));
    const timer = setInterval(() => peer.socket.resume(), 10);
    await peer.hears(size).finally(() => clearInterval(timer));
    peer.socket.resume();
    assert.equal(await peer.gone, 'ended');
    assert.equal(server.stats().timedOut, 0);
    await peer.close();
  });
});

test('Exactly maxConnections are served at once; others are closed, and served later', async () => {
  await served({ handler: echoLines, framing: lines, maxConnections: 3 }, async (server) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => dial(server.address)));
    await until('five are refused', () => server.stats().refused === 5);
    assert.equal(server.stats().active, 3);
    const outcomes = await Promise.all(
      all.map(async (peer) => {
        peer.write('hello\n');
        return await Promise.race([
          peer.gone.then(() => 'gone'),
          peer.hearsText('hello\n').then(() => 'served'),
        ]);
      }),
    );
    assert.deepEqual(outcomes.sort(), [...Array(5).fill('gone'), ...Array(3).fill('served')]);
    await Promise.all(all.map((one) => one.close()));
    await until('there is room', () => server.stats().active === 0);
    const late = await dial(server.address);
    late.write('late\n');
    await late.hearsText('late\n');
    await late.close();
    assert.equal(server.stats().accepted, 4);
  });
});

test('maxConnectionsPerHost counts each host by itself', async () => {
  await served(
    { handler: echoLines, framing: lines, host: '::', maxConnectionsPerHost: 1 },
    async (server) => {
      const { port } = server.address;
      const first = await dial({ host: '127.0.0.1', port });
      await until('it is served', () => server.stats().active === 1);
      const second = await dial({ host: '127.0.0.1', port });
      assert.match(await second.gone, /ended|reset/);
      const other = await dial({ host: '::1', port });
      other.write('hello\n');
      await other.hearsText('hello\n');
      await first.close();
      await until('the first is gone', () => server.stats().active === 1);
      const third = await dial({ host: '127.0.0.1', port });
      third.write('hello\n');
      await third.hearsText('hello\n');
      assert.equal(server.stats().refused, 1);
      await Promise.all([second, other, third].map((one) => one.close()));
    },
  );
});

/** A handler that lets what arrives lie, until it is told to go on. */
function lies(): { handler: (connection: Bytes) => Promise<void>; free: () => void } {
  const ends: (() => void)[] = [];
  return {
    handler: () => new Promise((resolve) => ends.push(resolve)),
    free: () => ends.splice(0).forEach((end) => end()),
  };
}

test('When all connections hold too much, the one that holds most is ended, once, and others go on', async () => {
  const { handler, free } = lies();
  const maxBufferedBytes = 100_000;
  await served({ handler, framing: raw, maxBufferedBytes }, async (server) => {
    const large = await dial(server.address);
    large.write(Buffer.alloc(60_000));
    await until('it is there', () => server.stats().bytesIn === 60_000);
    const small = await Promise.all(Array.from({ length: 5 }, () => dial(server.address)));
    for (const [index, one] of small.entries()) {
      one.write(Buffer.alloc(9000));
      await until('it is there', () => server.stats().bytesIn === 60_000 + 9000 * (index + 1));
    }
    assert.match(await large.gone, /ended|reset/);
    // The handler of the one that was ended has not heard of it, and holds nothing any more all the same.
    for (const one of small) one.write(Buffer.alloc(1000));
    await until('that is there, too', () => server.stats().bytesIn === 110_000);
    assert.deepEqual([server.stats().overLimit, server.stats().active], [1, 5]);
    free();
    await Promise.all([large, ...small].map((one) => one.close()));
  });
});

test('What connections held that are gone is not held against others', async () => {
  const { handler, free } = lies();
  await served({ handler, framing: raw, maxBufferedBytes: 100_000 }, async (server) => {
    for (let round = 1; round <= 5; round++) {
      const peer = await dial(server.address);
      peer.write(Buffer.alloc(60_000));
      await until('it is there', () => server.stats().bytesIn === 60_000 * round);
      peer.reset();
      await until('it is gone', () => server.stats().active === 0);
      free(); // its handler returns after its connection is gone, and has received nothing
      await peer.close();
    }
    assert.equal(server.stats().overLimit, 0);
  });
});

test('TLS begins while verifyRequest takes its time, and works all the same', async () => {
  const verifyRequest = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return true;
  };
  await served({ handler: echoBytes, tls: { key, cert }, verifyRequest }, async (server) => {
    const client = await connect(server.address, { tls: { ca: cert } });
    await client.send('hello');
    assert.equal(String(await client.receive({ timeoutMs: 5000 })), 'hello');
    client.close();
    await client.closed;
  });
});

/** Who stops in the middle of shaking hands, and where. */
const HALFWAY: Readonly<Record<string, readonly [options: object, sent: string]>> = {
  'sends nothing where a key is to be proved': [{ authKey: 'key' }, ''],
  'sends half an answer': [{ authKey: 'key' }, '\x00\x00\x00\x28{sha'],
  'sends nothing where TLS is to begin': [{ tls: { key, cert } }, ''],
  'sends half a hello of TLS': [{ tls: { key, cert } }, '\x16\x03\x01\x02\x00\x01\x00'],
};

for (const [does, [options, sent]] of Object.entries(HALFWAY)) {
  test(`Who ${does} is ended in time, and does not keep the server from closing`, async () => {
    const handler = (): void => assert.fail('never called');
    for (const isLate of [true, false]) {
      const handshakeTimeoutMs = isLate ? 60 : 60_000;
      const stats = await served({ handler, handshakeTimeoutMs, ...options }, async (server) => {
        const peer = await dial(server.address);
        peer.write(sent);
        await until('it has been heard', () => server.stats().active === 1);
        // It would take the whole drain if anything waited for it.
        if (!isLate) await server.close({ drainMs: 2 ** 31 - 1 });
        assert.match(await peer.gone, /ended|reset/);
        await peer.close();
      });
      assert.deepEqual([stats.timedOut, stats.failed], [isLate ? 1 : 0, 0]);
    }
  });
}
