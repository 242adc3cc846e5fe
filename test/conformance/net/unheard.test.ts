/** What a handler sends and does not await, to somebody who has gone. */
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { until } from '../../harness/tree.ts';
import { connect, lines, type SocketConnection, TcpServer } from '../../../src/net/index.ts';

type Line = SocketConnection<string, readonly [line: string]>;

test('A send that nobody awaits ends nothing when the other side has gone', async () => {
  const unheard: unknown[] = [];
  const note = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', note);
  let late: Promise<void> | undefined;
  const handler = async (connection: Line): Promise<void> => {
    if ((await connection.receive()) === 'stay') return await connection.send('here');
    for (let count = 0; count < 100; count++) void connection.send('x'.repeat(1_000_000));
    await connection.closed;
    late = connection.send('too late');
  };
  const server = await new TcpServer({ handler, framing: lines }).listen();
  const { port } = server.address;
  const gone = createConnection(port, '127.0.0.1', () => {
    gone.write('go\n');
    gone.once('readable', () => gone.resetAndDestroy());
  });
  await until('the handler has heard', () => late !== undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unheard, []);
  await assert.rejects(late ?? Promise.resolve(), { code: 'broken' }, 'who awaits it is told');
  const stays = await connect(server.address, { framing: lines });
  await stays.send('stay');
  assert.equal(await stays.receive(), 'here');
  stays.close();
  await server.close();
  process.off('unhandledRejection', note);
});
