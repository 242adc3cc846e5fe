/**
 * Connections with Python's multiprocessing.connection, in both directions, with every Python that is here: messages of
 * all sizes, and keys that are right, wrong, or on one side only. Python 3.11 and older prove keys by MD5 alone.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  connect,
  pythonConnection,
  type SocketConnection,
  TcpServer,
  UnixServer,
} from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { script } from '../../harness/scripts.ts';
import { type Python, pythons } from '../../harness/tools.ts';
import { until } from '../../harness/tree.ts';

endsClean();

const SIZES = [0, 1, 16_384, 16_385, 1024 * 1024];
const ALL = pythons().filter(({ version }) => Number(version.split('.')[1]) >= 8);
const isModern = ({ version }: Python): boolean => Number(version.split('.')[1]) >= 12;
const handler = async (connection: SocketConnection<Buffer, [Uint8Array | string]>): Promise<void> => {
  for await (const message of connection) await connection.send(message);
};

test('There is a Python to talk to', (t) => {
  if (ALL.length === 0) t.skip('no Python of 3.8 or later is here');
  else t.diagnostic(ALL.map(({ version }) => version).join(', '));
});

for (const python of ALL) {
  const { version } = python;
  for (const legacyAuth of [true, false]) {
    const isServed = legacyAuth || isModern(python);
    const outcome = `${isServed ? '' : 'not '}served ${legacyAuth ? 'with' : 'without'} MD5`;
    test(`A client of Python ${version} is ${outcome}`, async () => {
      const options = { handler, framing: pythonConnection, authKey: 'right', legacyAuth } as const;
      const path = `@duodao-python-${process.pid}`;
      const tcp = await new TcpServer(options).listen();
      const unix = await new UnixServer({ ...options, path }).listen();
      // Python loads what it needs for a proof when it is asked for one: only who proves nothing has little time.
      const brief = { ...options, handshakeTimeoutMs: 200 };
      const briefTcp = await new TcpServer(brief).listen();
      const briefUnix = await new UnixServer({ ...brief, path: `${path}-brief` }).listen();
      const places = [tcp, briefTcp].map(({ address }) => String(address.port));
      const paths = [unix, briefUnix].map(({ address }) => address.path);
      const words = places.flatMap((port, index) => [port, paths[index]!]);
      const client = script(python, 'net/connections.py', 'client', ...words);
      try {
        for (const [server, impatient] of [
          [tcp, briefTcp],
          [unix, briefUnix],
        ] as const) {
          const { right, wrong, missing } = await client.next();
          assert.deepEqual(
            [right, wrong],
            [isServed ? 'fine' : 'AuthenticationError', 'AuthenticationError'],
          );
          assert.match(String(missing), /EOFError|ConnectionResetError/);
          await until('all are gone', () => server.stats().active === 0);
          const { authFailed, timedOut, messagesIn, failed } = server.stats();
          assert.deepEqual([authFailed, timedOut, failed], [isServed ? 1 : 2, 0, 0]);
          assert.equal(messagesIn, isServed ? SIZES.length : 0);
          await until('who proved nothing is gone', () => impatient.stats().active === 0);
          const late = impatient.stats();
          assert.deepEqual([late.authFailed, late.timedOut, late.failed, late.messagesIn], [1, 1, 0, 0]);
        }
      } finally {
        assert.equal(await client.end(), '');
        await Promise.all([tcp, unix, briefTcp, briefUnix].map((server) => server.close()));
      }
    });
  }

  test(`A listener of Python ${version} serves us with the right key, and refuses us with another`, async () => {
    const listener = script(python, 'net/connections.py', 'listen', 'right');
    const { port } = await listener.next();
    const address = { host: '127.0.0.1', port: Number(port) };
    const options = { framing: pythonConnection, legacyAuth: true };
    const client = await connect(address, { ...options, authKey: 'right' });
    for (const size of SIZES) {
      const message = Buffer.alloc(size, size % 251);
      await client.send(message);
      assert.ok((await client.receive()).equals(message));
    }
    client.end();
    await assert.rejects(client.receive(), { code: 'closed' });
    client.close();
    assert.deepEqual(await listener.next(), { served: 'EOFError' });
    await assert.rejects(connect(address, { ...options, authKey: 'wrong' }), { code: 'auth' });
    assert.deepEqual(await listener.next(), { served: 'AuthenticationError' });
    if (!isModern(python)) {
      await assert.rejects(connect(address, { ...options, authKey: 'right', legacyAuth: false }), {
        code: 'auth',
      });
      await listener.next();
    }
    // Without a key we take its challenge for a message, and it waits for the answer.
    const keyless = await connect(address, options);
    assert.match(String(await keyless.receive()), /^#CHALLENGE#/);
    keyless.close();
    assert.match(String((await listener.next())['served']), /EOFError|ConnectionResetError/);
    assert.equal(await listener.end(), '');
  });

  test(`A listener of Python ${version} without a key does not keep one waiting who has one`, async () => {
    const listener = script(python, 'net/connections.py', 'listen');
    const { port } = await listener.next();
    const address = { host: '127.0.0.1', port: Number(port) };
    const trying = connect(address, { framing: pythonConnection, authKey: 'right', timeoutMs: 100 });
    await assert.rejects(trying, { code: 'timed-out', message: /may know no key/ });
    const client = await connect(address, { framing: pythonConnection });
    await client.send('hello');
    assert.equal(String(await client.receive()), 'hello');
    client.close();
    assert.equal(await listener.end(), '');
  });
}
