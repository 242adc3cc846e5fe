/** The server that the options ask for. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AnyHandler } from '../../../../src/cli/serve/learn.ts';
import { parseServe } from '../../../../src/cli/serve/options.ts';
import { serverFor } from '../../../../src/cli/serve/server.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import {
  connect,
  lines,
  type SocketServer,
  TcpServer,
  UdpServer,
  UnixServer,
} from '../../../../src/net/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { inFolder } from '../scratch.ts';

endsClean();

const echo: AnyHandler = async (connection) => {
  for await (const message of connection) await connection.send(message);
};

function made(line: string): SocketServer {
  return serverFor(parseServe(['e.ts', ...line.split(' ')]), echo, {});
}

test('Each place has its server', () => {
  assert.ok(made('--tcp 0') instanceof TcpServer);
  assert.ok(made('--unix ./a --mode 660') instanceof UnixServer);
  assert.ok(made('--udp 0') instanceof UdpServer);
});

test('A server is held to what was asked for', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.sock');
    const server = made(
      `--unix ${path} --framing lines --max-message 5 --max-connections 1 --idle-timeout 50ms`,
    );
    await server.listen();
    const connection = await connect({ path }, { framing: lines() });
    await connection.send('short');
    assert.equal(await connection.receive(), 'short');
    const other = await connect({ path }, { framing: lines() });
    await assert.rejects(other.receive());
    await assert.rejects(connection.receive()); // it was silent for too long
    const third = await connect({ path }, { framing: lines() });
    await third.send('longer');
    await assert.rejects(third.receive());
    await server.close({ drainMs: 0 });
    const { refused, timedOut, overLimit, messagesIn } = server.stats();
    assert.deepEqual(
      { refused, timedOut, overLimit, messagesIn },
      { refused: 1, timedOut: 1, overLimit: 1, messagesIn: 1 },
    );
    for (const one of [connection, other, third]) one.close();
  }));

test('What makes no server is a usage error', () => {
  assert.throws(
    () => made(`--unix /${'x'.repeat(200)}`),
    (error) => error instanceof UsageError && /at most 107 bytes/.test(error.message),
  );
  assert.throws(() => made(`--tcp ${'x'.repeat(300)}:1`), UsageError);
});
