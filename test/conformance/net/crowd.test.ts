/**
 * Crowds: thousands who connect and say nothing, and more at once than may be.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { connect, lines, type SocketConnection, TcpServer } from '../../../src/net/index.ts';
import { who } from '../../fixtures/net/handlers.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { dial, type Peer } from '../../harness/peer.ts';
import { until } from '../../harness/tree.ts';

endsClean();

const LIMIT = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
/** Both ends of each are in this process. */
const CROWD = Math.min(2000, Math.floor((LIMIT - 400) / 2));

test(`While ${CROWD} connections are silent another one is served, and then they are ended`, async () => {
  const handler = async (connection: SocketConnection<string, [string]>): Promise<void> => {
    for await (const line of connection) await connection.send(line);
  };
  const server = await new TcpServer({ handler, framing: lines, idleTimeoutMs: 1500 }).listen();
  const crowd: Peer[] = [];
  let gone = 0;
  while (crowd.length < CROWD) {
    const some = Array.from({ length: Math.min(200, CROWD - crowd.length) }, () => dial(server.address));
    for (const peer of await Promise.all(some)) {
      crowd.push(peer);
      void peer.gone.then(() => gone++);
    }
  }
  const one = await connect(server.address, { framing: lines });
  await one.send('hello');
  assert.equal(await one.receive({ timeoutMs: 20_000 }), 'hello');
  one.close();
  await until('all of them are ended', () => gone === CROWD);
  await Promise.all(crowd.map((peer) => peer.close()));
  await until('all of them are gone', () => server.stats().active === 0);
  const { accepted, timedOut, refused, failed, overloads } = server.stats();
  assert.deepEqual([accepted, timedOut, refused, failed, overloads], [CROWD + 1, CROWD, 0, 0, 0]);
  await server.close();
});

test('Of a crowd that comes at once no more than maxConnections are served by two processes', async () => {
  const options = { handler: who, framing: lines, workers: 2, maxConnections: 20 };
  const server = await new TcpServer({ ...options, concurrency: 'processes' }).listen();
  for (let round = 1; round <= 3; round++) {
    const { refused, accepted } = server.stats();
    const crowd = await Promise.all(Array.from({ length: 200 }, () => dial(server.address)));
    await until('each is served or refused', () => {
      const now = server.stats();
      assert.ok(now.active <= 20, `${now.active} are served`);
      return now.refused - refused + now.accepted - accepted === 200;
    });
    // Two that ask at the same moment may both be refused the last place, and never both have it.
    const { active } = server.stats();
    assert.ok(active >= 19 && active <= 20, `${active} are served`);
    await Promise.all(crowd.map((peer) => peer.close()));
    await until('all are gone', () => server.stats().active === 0);
  }
  await server.close();
});
