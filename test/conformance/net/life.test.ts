/**
 * What a server promises as Python's socketserver does, and where that one lets its users wait: how handlers begin and
 * end, and how servers do. The table of features is section 1.7 of the notes on parity; here are its rows.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Address,
  connect,
  lines,
  RequestHandler,
  type SocketConnection,
  TcpServer,
} from '../../../src/net/index.ts';
import { listen, served } from '../../harness/servers.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { dial } from '../../harness/peer.ts';
import { until } from '../../harness/tree.ts';

endsClean();

type Texts = SocketConnection<string, [string]>;

/** Where a handler fails in a row of the table, what is called then, and what is told. */
const STAGES: readonly (readonly [fails: string, calls: string, told: readonly string[]])[] = [
  ['nowhere', 'setup handle finish', []],
  ['setup', 'setup', ['setup failed']],
  ['handle', 'setup handle finish', ['handle failed']],
  ['finish', 'setup handle finish', ['finish failed']],
  ['handle finish', 'setup handle finish', ['handle failed', 'finish failed']],
];

for (const isAsync of [false, true]) {
  for (const [fails, calls, told] of STAGES) {
    const form = isAsync ? 'async' : 'plain';
    const title = `Of a handler with ${form} methods that fails ${fails} "${calls}" is called`;
    test(`${title}, and others are served`, async () => {
      const called: string[] = [];
      const errors: string[] = [];
      const stage = (name: string): void | Promise<void> => {
        called.push(name);
        const fail = (): void => {
          if (fails.split(' ').includes(name)) throw new Error(`${name} failed`);
        };
        if (!isAsync) return fail();
        return new Promise((resolve) => setImmediate(resolve)).then(fail);
      };
      class Staged extends RequestHandler<Texts> {
        override setup(): void | Promise<void> {
          return stage('setup');
        }
        override handle(): unknown {
          return stage('handle');
        }
        override finish(): void | Promise<void> {
          return stage('finish');
        }
      }
      const handleError = (error: unknown): void => void errors.push((error as Error).message);
      await served({ handler: Staged, framing: lines, handleError }, async (server) => {
        for (let round = 1; round <= 2; round++) {
          called.length = errors.length = 0;
          const peer = await dial(server.address);
          assert.equal(await peer.gone, 'ended');
          assert.equal(called.join(' '), calls);
          assert.deepEqual(errors, told);
          assert.equal(server.stats().failed, told.length > 0 ? round : 0);
          await peer.close();
        }
        await until('both are gone', () => server.stats().active === 0);
      });
    });
  }
}

test('A handler is given its connection, where that comes from, and its server', async () => {
  const seen: unknown[] = [];
  class Looker extends RequestHandler<Texts> {
    override async handle(): Promise<void> {
      seen.push(this.clientAddress, this.server.address, this.request.remoteAddress, this.request.framing);
      await this.request.send(String(this.server.stats().active));
    }
  }
  await served({ handler: Looker, framing: lines }, async (server) => {
    const client = await connect(server.address, { framing: lines });
    assert.equal(await client.receive(), '1');
    assert.deepEqual(seen, [client.localAddress, server.address, client.localAddress, 'lines']);
    client.close();
  });
});

/** What verifyRequest does, and what becomes of the connection. */
const VERIFIERS: Readonly<Record<string, readonly [() => boolean | Promise<boolean>, served: boolean]>> = {
  'says yes': [() => true, true],
  'says yes later': [() => new Promise((resolve) => setImmediate(resolve, true)), true],
  'says no': [() => false, false],
  'says no later': [() => new Promise((resolve) => setImmediate(resolve, false)), false],
};

for (const [does, [verifyRequest, isServed]] of Object.entries(VERIFIERS)) {
  test(`When verifyRequest ${does} the handler is ${isServed ? '' : 'not '}called`, async () => {
    const asked: Address[] = [];
    let handled = 0;
    const options = {
      framing: lines,
      handler: async (connection: Texts) => {
        handled++;
        for await (const line of connection) await connection.send(line);
      },
      verifyRequest: (client: Address) => {
        asked.push(client);
        return verifyRequest();
      },
    };
    await served(options, async (server) => {
      const peer = await dial(server.address);
      const from = { host: '127.0.0.1', port: peer.socket.localPort };
      peer.write('hello\n');
      if (isServed) await peer.hearsText('hello\n');
      else assert.match(await peer.gone, /ended|reset/);
      assert.equal(handled, isServed ? 1 : 0);
      assert.equal(server.stats().unverified, isServed ? 0 : 1);
      assert.deepEqual(asked, [from]);
      await peer.close();
    });
  });
}

test('A verifyRequest that throws closes the connection and is told to handleError', async () => {
  const errors: unknown[] = [];
  const options = {
    handler: () => assert.fail('never called'),
    verifyRequest: () => Promise.reject(new Error('cannot say')),
    handleError: (error: unknown) => void errors.push(error),
  };
  await served(options, async (server) => {
    const peer = await dial(server.address);
    assert.match(await peer.gone, /ended|reset/);
    assert.equal(String(errors[0]), 'Error: cannot say');
    await peer.close();
  });
});

test('A handleError that throws ends nothing', async () => {
  const options = {
    framing: lines,
    handler: async (connection: Texts) => {
      if ((await connection.receive()) === 'fail') throw new Error('told to fail');
      await connection.send('served');
    },
    handleError: () => undefined,
  };
  await served(options, async (server) => {
    for (const line of ['fail', 'go']) {
      const peer = await dial(server.address);
      peer.write(`${line}\n`);
      await peer.gone;
      assert.equal(peer.heard().toString(), line === 'go' ? 'served\n' : '');
      await peer.close();
    }
  });
});

test('A server can be closed before it listens, twice, and at once by two', async () => {
  const make = (): TcpServer => new TcpServer({ handler: () => undefined });
  const fresh = make();
  await fresh.close();
  await fresh.close();
  await fresh.closed;
  await assert.rejects(fresh.listen(), { code: 'closed' });
  const server = await make().listen();
  assert.equal(server.isListening, true);
  const both = [server.close(), server.close()];
  assert.equal(server.isListening, false);
  await Promise.all(both);
  await server.close();
  await server.closed;
  assert.throws(() => server.address, { code: 'closed' });
  await assert.rejects(server.replaceWorkers(), { code: 'closed' });
});

test('A server that is closed while it begins to listen does not listen afterwards', async () => {
  const server = new TcpServer({ handler: () => undefined });
  const listening = assert.rejects(server.listen(), { code: 'closed' });
  await server.close();
  await listening;
  assert.equal(server.isListening, false);
  assert.throws(() => server.address, { code: 'closed' });
});

test('A server listens once', async () => {
  await served({ handler: () => undefined }, async (server) => {
    await assert.rejects(server.listen(), TypeError);
  });
});

test('A server closes at once with idle clients, whatever their state, and they are told', async () => {
  const server = await listen({
    framing: lines,
    handler: async (connection: Texts) => {
      for await (const line of connection) await connection.send(line);
    },
  });
  const { address } = server;
  const silent = await dial(address);
  const talked = await dial(address);
  talked.write('hello\n');
  await talked.hearsText('hello\n');
  await until('both are served', () => server.stats().active === 2);
  // It would take the whole drain, and the test with it, if anything waited for them.
  await server.close({ drainMs: 2 ** 31 - 1 });
  assert.deepEqual(await Promise.all([silent.gone, talked.gone]), ['ended', 'ended']);
  await assert.rejects(dial(address), { code: 'ECONNREFUSED' });
  await Promise.all([silent.close(), talked.close()]);
});
