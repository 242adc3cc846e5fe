/**
 * Workers of servers that are killed: others do not notice, another one takes the place as soon as it can, and nobody
 * outlives the server.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { connect, lines, TcpServer } from '../../src/net/index.ts';
import { fussy, fussyPath } from '../fixtures/net/fussy.ts';
import { who } from '../fixtures/net/handlers.ts';
import { endsClean } from '../harness/clean-end.ts';
import { OWN_HOST } from '../harness/loopback.ts';
import { dial } from '../harness/peer.ts';
import { run } from '../harness/programs.ts';
import { hasEnded, lifeOf, until } from '../harness/tree.ts';

endsClean();

type Lines = Awaited<ReturnType<typeof dialLines>>;
const dialLines = (server: TcpServer<string, readonly [string]>) =>
  connect(server.address, { framing: lines });

/** Asks who serves a connection: a process and a thread. */
async function ask(client: Lines): Promise<string> {
  await client.send('who');
  return (await client.receive({ timeoutMs: 20_000 })).replace('who ', '');
}

test('A process that is killed is replaced, and others do not notice', async () => {
  const server = await new TcpServer({
    handler: who,
    framing: lines,
    concurrency: 'processes',
    workers: 2,
  }).listen();
  const clients = await Promise.all(Array.from({ length: 20 }, () => dialLines(server)));
  const names = await Promise.all(clients.map(ask));
  const victim = names[0]!;
  const life = lifeOf(Number(victim.split(' ')[0]));
  process.kill(life.pid, 'SIGKILL');
  for (const [index, client] of clients.entries()) {
    if (names[index] === victim)
      await assert.rejects(client.receive({ timeoutMs: 20_000 }), { code: /broken|closed/ });
    else assert.equal(await ask(client), names[index]);
  }
  await until('it is replaced', () => server.stats().replaced === 1 && server.stats().workers.length === 2);
  await until(
    'those are gone',
    () => server.stats().active === names.filter((name) => name !== victim).length,
  );
  const more = await Promise.all(Array.from({ length: 20 }, () => dialLines(server)));
  const newNames = await Promise.all(more.map(ask));
  assert.ok(!newNames.includes(victim) && hasEnded(life));
  const { accepted, active, closed, failed } = server.stats();
  assert.deepEqual([accepted, accepted - active, failed], [40, closed, 0]);
  for (const client of [...clients, ...more]) client.close();
  await server.close();
});

test('A replacement that cannot begin is tried again, until it can', async () => {
  const server = await new TcpServer({
    handler: fussy,
    framing: lines,
    concurrency: 'processes',
    workers: 1,
  }).listen();
  const warnings: string[] = [];
  const listener = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', listener);
  try {
    fussyPath.refuse();
    process.kill(server.stats().workers[0]!.pid, 'SIGKILL');
    await until('it could not begin', () => warnings.length > 0);
    assert.match(warnings[0]!, /cannot take its place yet: .*refuses/);
    // Who connects meanwhile waits.
    const waiting = await dialLines(server);
    fussyPath.allow();
    await until('another one serves', () => server.stats().workers.length === 1);
    await waiting.send('hello');
    assert.equal(await waiting.receive({ timeoutMs: 20_000 }), 'hello');
    waiting.close();
    // One that cannot begin when workers are to be replaced leaves the others, and is not tried again.
    fussyPath.refuse();
    const [before] = server.stats().workers;
    await assert.rejects(server.replaceWorkers(), /refuses/);
    fussyPath.allow();
    assert.equal(server.stats().workers[0]!.pid, before!.pid);
    await server.replaceWorkers();
    assert.deepEqual(
      server.stats().workers.map(({ pid }) => pid === before!.pid),
      [false],
    );
  } finally {
    fussyPath.allow();
    process.off('warning', listener);
    await server.close();
  }
});

test('When the process of a server is killed its workers end, and its port is free', async () => {
  const program = run('net/parent.ts', [OWN_HOST]);
  const [port, ...pids] = (await program.line()).split(' ').map(Number);
  const lives = pids.map(lifeOf);
  assert.equal(lives.length, 2);
  const peer = await dial({ host: OWN_HOST, port: port! });
  peer.write('hello\n');
  await peer.hears(1);
  program.process.kill('SIGKILL');
  await program.end;
  await until('its workers have ended', () => lives.every(hasEnded));
  assert.match(await peer.gone, /ended|reset/);
  await peer.close();
  const server = await new TcpServer({ handler: () => undefined, host: OWN_HOST, port: port! }).listen();
  await server.close();
});
