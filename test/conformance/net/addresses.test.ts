/**
 * Where servers listen: ports and paths, those that are taken, and what earlier servers have left behind.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { Barrier, DuodaoError, SharedArray } from '../../../src/index.ts';
import { connect, type SocketConnection, TcpServer, UnixServer } from '../../../src/net/index.ts';
import { leaveStale, race, tryListen } from '../../fixtures/net/racers.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { OWN_HOST } from '../../harness/loopback.ts';
import { start } from '../../harness/participants.ts';
import { dial } from '../../harness/peer.ts';
import { run } from '../../harness/programs.ts';
import { hasEnded, lifeOf, until } from '../../harness/tree.ts';

endsClean();

const folder = mkdtempSync(join(tmpdir(), 'duodao-net-'));
after(() => rmSync(folder, { recursive: true }));
let number = 0;
const newPath = (): string => join(folder, `${++number}`);
const handler = async (connection: SocketConnection): Promise<void> => {
  await connection.send('served');
};

const byNumber = (a: number, b: number): number => a - b;

async function assertServes(address: { path: string } | { host: string; port: number }): Promise<void> {
  const client = await connect(address);
  assert.equal(String(await client.receive()), 'served');
  client.close();
}

test('A port that is taken is refused with who has it', async () => {
  const server = await new TcpServer({ handler, host: OWN_HOST }).listen();
  const { port } = server.address;
  const second = new TcpServer({ handler, host: OWN_HOST, port });
  for (let round = 1; round <= 2; round++)
    await assert.rejects(second.listen(), (error: DuodaoError) => {
      assert.equal(error.code, 'in-use');
      assert.deepEqual(
        [error.facts['pid'], error.facts['port'], error.facts['errno']],
        [process.pid, port, 'EADDRINUSE'],
      );
      assert.match(error.message, new RegExp(`process ${process.pid} \\(.+\\) does`));
      return true;
    });
  await server.close();
  await second.listen();
  await assertServes(second.address);
  await second.close();
});

test('A port can be had again at once, though connections to it have only just ended', async () => {
  let port = 0;
  for (let round = 1; round <= 3; round++) {
    const server = await new TcpServer({ handler, host: OWN_HOST, port }).listen();
    ({ port } = server.address);
    // The server ends first, so its side keeps the port for a minute.
    const peer = await dial(server.address);
    assert.equal(await peer.gone, 'ended');
    peer.end();
    await until('it is gone', () => server.stats().active === 0);
    await server.close();
    await peer.close();
  }
});

test('A port that is not said is one that is free, and each server has its own', async () => {
  const servers = await Promise.all([1, 2].map(() => new TcpServer({ handler }).listen()));
  const ports = servers.map(({ address }) => address.port);
  assert.notEqual(ports[0], ports[1]);
  for (const server of servers) await assertServes(server.address);
  await Promise.all(servers.map((server) => server.close()));
});

/** Hosts, and from where they can be reached. */
const HOSTS: readonly (readonly [host: string, from: readonly string[], told: string])[] = [
  ['::1', ['::1'], '::1'],
  ['::', ['::1', '127.0.0.1'], '::'],
  ['0.0.0.0', ['127.0.0.1'], '0.0.0.0'],
  ['127.0.0.2', ['127.0.0.2'], '127.0.0.2'],
];

for (const [host, from, told] of HOSTS) {
  test(`A server at ${host} is reached from ${from.join(' and ')}`, async () => {
    const server = await new TcpServer({ handler, host }).listen();
    assert.equal(server.address.host, told);
    for (const one of from) await assertServes({ host: one, port: server.address.port });
    await server.close();
  });
}

/** What cannot be listened at, and what is said of it. */
const IMPOSSIBLE: readonly (readonly [host: string, says: RegExp])[] = [
  ['192.0.2.1', /does not have that address/],
  ['no-such-host.invalid', /no such name/],
];

for (const [host, says] of IMPOSSIBLE) {
  test(`A server at ${host} is refused`, async () => {
    const server = new TcpServer({ handler, host });
    await assert.rejects(
      server.listen(),
      (error: DuodaoError) => error.code === 'unsupported' && says.test(error.message),
    );
    await server.close();
  });
}

test('As many connections wait as backlog says', async () => {
  const program = run('net/stopped.ts', ['3'], { input: 'open' });
  const port = Number(await program.line());
  const life = lifeOf(program.process.pid!);
  program.tell('stop');
  await until('it is stopped', () =>
    execFileSync('ps', ['-o', 'stat=', '-p', String(life.pid)])
      .toString()
      .startsWith('T'),
  );
  const sockets = Array.from({ length: 8 }, () => createConnection({ host: '127.0.0.1', port }));
  let connected = 0;
  for (const socket of sockets) socket.once('connect', () => connected++).on('error', () => undefined);
  // The kernel keeps one more. Each is answered while it asks, here; who is not asks again, a second later.
  await until('some wait', () => connected >= 4);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(connected, 4);
  for (const socket of sockets) socket.destroy();
  program.process.kill('SIGKILL');
  await program.end;
  await until('it has ended', () => hasEnded(life));
});

test('A path has its socket while the server listens, for whom mode says', async () => {
  for (const [mode, expected] of [
    [0o600, 0o600],
    [0o660, 0o660],
    [0o666, 0o666],
  ] as const) {
    const path = newPath();
    const server = await new UnixServer({ handler, path, mode }).listen();
    assert.deepEqual([lstatSync(path).isSocket(), statSync(path).mode & 0o777], [true, expected]);
    assert.deepEqual(server.address, { path });
    await assertServes({ path });
    await server.close();
    assert.deepEqual(readdirSync(folder), []);
  }
});

test('What a killed server has left at a path is replaced', async () => {
  const path = newPath();
  leaveStale(path);
  const server = await new UnixServer({ handler, path }).listen();
  await assertServes({ path });
  await server.close();
  assert.deepEqual(readdirSync(folder), []);
});

test('A path at which somebody listens is refused, and he goes on', async () => {
  const path = newPath();
  const server = await new UnixServer({ handler, path }).listen();
  await assert.rejects(new UnixServer({ handler, path }).listen(), { code: 'in-use' });
  await assertServes({ path });
  await server.close();
});

/** What may be at a path, and is no socket. */
const OTHERS: Readonly<Record<string, (path: string) => void>> = {
  'a file': (path) => writeFileSync(path, 'precious'),
  'a folder': (path) => void mkdtempSync(`${path}-`),
  'a link to nothing': (path) => symlinkSync('/nowhere', path),
};

for (const [what, make] of Object.entries(OTHERS)) {
  test(`A path at which there is ${what} is refused, and that is left as it is`, async () => {
    const wanted = newPath();
    make(wanted);
    const path = join(folder, readdirSync(folder)[0]!);
    const before = lstatSync(path).ino;
    await assert.rejects(new UnixServer({ handler, path }).listen(), { code: 'in-use' });
    assert.deepEqual([readdirSync(folder).length, lstatSync(path).ino], [1, before]);
    rmSync(path, { recursive: true });
  });
}

test('A folder that is not there is named', async () => {
  const path = join(folder, 'none', 'x');
  await assert.rejects(new UnixServer({ handler, path }).listen(), (error: DuodaoError) => {
    return error.code === 'unsupported' && /no such folder/.test(error.message);
  });
});

test('A path too long for a socket is refused before anything is made', () => {
  assert.throws(() => new UnixServer({ handler, path: `/tmp/${'x'.repeat(103)}` }), RangeError);
});

test('The longest path for a socket can be listened at', async () => {
  const path = join(folder, 'x'.repeat(107 - folder.length - 1));
  assert.equal(path.length, 107);
  const server = await new UnixServer({ handler, path }).listen();
  await assertServes({ path });
  await server.close();
  assert.ok(!existsSync(path));
});

test('A name without a file is had by one, and is free afterwards', async () => {
  const path = `@duodao-${process.pid}-test`;
  for (let round = 1; round <= 2; round++) {
    const server = await new UnixServer({ handler, path }).listen();
    await assertServes({ path });
    await assert.rejects(new UnixServer({ handler, path }).listen(), { code: 'in-use' });
    await server.close();
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('A server that closes leaves the socket alone that another one has put at its path', async () => {
  const path = newPath();
  const first = await new UnixServer({ handler, path }).listen();
  rmSync(path);
  const second = await new UnixServer({ handler, path }).listen();
  await first.close();
  await assertServes({ path });
  await second.close();
  assert.deepEqual(readdirSync(folder), []);
});

test('Of several in one process that race for a path exactly one wins, and the others are told', async () => {
  const path = newPath();
  for (let round = 1; round <= 10; round++) {
    leaveStale(path);
    const servers = Array.from({ length: 5 }, () => new UnixServer({ handler, path }));
    const outcomes = await Promise.all(servers.map(tryListen));
    assert.deepEqual(outcomes.sort(byNumber), [1, 2, 2, 2, 2], `round ${round}`);
    await Promise.all(servers.map((server) => server.close()));
    assert.deepEqual(readdirSync(folder), []);
  }
});

test('Of several processes that race for a path exactly one wins, and the others are told', async () => {
  const path = newPath();
  const [racers, rounds] = [4, 25];
  const barrier = new Barrier(racers);
  const outcomes = new SharedArray('i32', racers * rounds);
  const all = await Promise.all(
    Array.from({ length: racers }, (_, place) =>
      start('process', race, [path, rounds, place, racers, barrier, outcomes]),
    ),
  );
  await Promise.all(all.map((one) => one.result()));
  for (let round = 0; round < rounds; round++) {
    const seen = [...outcomes.view.subarray(round * racers, (round + 1) * racers)].sort(byNumber);
    assert.deepEqual(seen, [1, 2, 2, 2], `round ${round}`);
  }
  assert.deepEqual(readdirSync(folder), []);
});
