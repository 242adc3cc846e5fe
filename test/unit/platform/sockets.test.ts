/** Sockets as descriptors: the bytes of their addresses, what the kernel says, and what connections inherit. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, fstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closeDescriptor } from '../../../src/platform/index.ts';
import { libc } from '../../../src/platform/libc.ts';
import {
  bindDatagrams,
  bindUnix,
  connectUnix,
  duplicate,
  listenInternet,
  listenOn,
  type ListenOptions,
  portOf,
  refuseSharing,
  UNIX_PATH_LIMIT,
} from '../../../src/platform/sockets.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const OPTIONS: ListenOptions = { backlog: 5, noDelay: false, keepAliveSeconds: 0 };
const folder = mkdtempSync(join(tmpdir(), 'duodao-sockets-'));
after(() => rmSync(folder, { recursive: true }));

function fdOf(made: ReturnType<typeof bindUnix>): number {
  assert.equal(typeof made, 'number', `made, and not refused: ${JSON.stringify(made)}`);
  return made as number;
}

/** Has a socket closed whatever comes of it. */
async function using(made: ReturnType<typeof bindUnix>, use: (fd: number) => unknown): Promise<void> {
  const fd = fdOf(made);
  try {
    await use(fd);
  } finally {
    closeDescriptor(fd);
  }
}

/** Addresses by number, and their bytes. */
const NUMBERS: readonly (readonly [host: string, hex: string])[] = [
  ['127.0.0.1', '7f000001'],
  ['255.1.2.30', 'ff01021e'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['1::', '00010000000000000000000000000000'],
  ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
  ['2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
  ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffffffffffffffffffffffffffffffff'],
  ['::ffff:127.0.0.1', '00000000000000000000ffff7f000001'],
  ['::1.2.3.4', '00000000000000000000000001020304'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['1:2:3:4:5:6:7.8.9.10', '0001000200030004000500060708090a'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
];
for (const [host, hex] of NUMBERS) {
  test(`The address ${host} is bound as its bytes, with its port`, (context) => {
    const given: string[] = [];
    context.mock.method(libc(), 'bind', (_fd: number, bytes: Uint8Array, length: number) => {
      assert.equal(length, bytes.length);
      given.push(Buffer.from(bytes).toString('hex'));
      return -1;
    });
    for (const made of [listenInternet(host, 0x1234, OPTIONS), bindDatagrams(host, 0x1234, false)])
      assert.equal(typeof made, 'object');
    const isSix = host.includes(':');
    const expected = isSix
      ? `0a001234${'00'.repeat(4)}${hex}${'00'.repeat(4)}`
      : `02001234${hex}${'00'.repeat(8)}`;
    assert.deepEqual(given, [expected, expected]);
  });
}

test('A name that was not looked up is a defect', () => {
  assert.throws(() => listenInternet('localhost', 0, OPTIONS), {
    message: /names have been looked up before/,
  });
});

test('A socket is close-on-exec and does not block, and has the port that the kernel has chosen', async () => {
  await using(listenInternet('127.0.0.1', 0, OPTIONS), (fd) => {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    const flags = parseInt(/^flags:\s+(\d+)/m.exec(info)![1]!, 8);
    assert.equal(flags & 0o2004000, 0o2004000);
    assert.ok(portOf(fd) > 0);
  });
});

test('What the kernel refuses is told by its name, and leaves no descriptor', async () => {
  await using(listenInternet('127.0.0.1', 0, OPTIONS), (fd) => {
    assert.deepEqual(listenInternet('127.0.0.1', portOf(fd), OPTIONS), { errno: 'EADDRINUSE' });
  });
  assert.deepEqual(listenInternet('192.0.2.1', 0, OPTIONS), { errno: 'EADDRNOTAVAIL' });
  assert.deepEqual(listenInternet('fe80::1', 0, OPTIONS), { errno: 'EINVAL' });
  assert.deepEqual(bindUnix(join(folder, 'none', 'x.sock')), { errno: 'ENOENT' });
  await using(bindUnix(join(folder, 'bound.sock')), () => {
    assert.deepEqual(bindUnix(join(folder, 'bound.sock')), { errno: 'EADDRINUSE' });
  });
});

/** Asks Python, which has the socket as its descriptor 3. */
function asPython(fd: number, code: string): string {
  const run = spawnSync('python3', ['-c', `import socket, select\ns = socket.socket(fileno=3)\n${code}`], {
    stdio: ['ignore', 'pipe', 'inherit', fd],
    encoding: 'utf8',
  });
  assert.equal(run.status, 0);
  return run.stdout.trim();
}

const INHERITED = `
c = socket.socket(s.family); c.connect(s.getsockname()[:2])
select.select([s], [], [])
a, _ = s.accept()
print(*[a.getsockopt(*o) for o in [(6, 1), (1, 9), (6, 4), (6, 5), (6, 6)]])`;

test('Connections inherit the options of the socket that they come to', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    await using(listenInternet(host, 0, { backlog: 5, noDelay: true, keepAliveSeconds: 60 }), (fd) => {
      assert.equal(asPython(fd, INHERITED), '1 1 60 10 6');
    });
  }
  await using(listenInternet('127.0.0.1', 0, OPTIONS), (fd) => {
    assert.match(asPython(fd, INHERITED), /^0 0 /);
  });
  await using(listenInternet('127.0.0.1', 0, { ...OPTIONS, keepAliveSeconds: 1 }), (fd) => {
    assert.equal(asPython(fd, INHERITED), '0 1 1 1 6');
  });
});

/** Hosts of IPv6, and whether who comes by IPv4 is let in. */
for (const [host, both] of [
  ['::', true],
  ['::0', true],
  ['0:0:0:0:0:0:0:0', true],
  ['::1', false],
] as const) {
  test(`A socket at ${host} is ${both ? '' : 'not '}for IPv4 as well`, async () => {
    const only = 'print(s.getsockopt(41, 26))';
    for (const make of [() => listenInternet(host, 0, OPTIONS), () => bindDatagrams(host, 0, false)])
      await using(make(), (fd) => assert.equal(asPython(fd, only), both ? '0' : '1'));
  });
}

test('An address of IPv4 that is written as one of IPv6 is listened at', async () => {
  await using(listenInternet('::ffff:127.0.0.1', 0, OPTIONS), async (fd) => {
    const client = createConnection(portOf(fd), '127.0.0.1');
    await once(client, 'connect');
    client.destroy();
  });
});

test('A socket of datagrams may send to all if it shall, and nobody else may have its address', async () => {
  for (const broadcast of [true, false]) {
    await using(bindDatagrams('127.0.0.1', 0, broadcast), (fd) => {
      assert.equal(asPython(fd, 'print(s.getsockopt(1, 6), s.type)'), `${broadcast ? 1 : 0} 2`);
      assert.deepEqual(bindDatagrams('127.0.0.1', portOf(fd), false), { errno: 'EADDRINUSE' });
    });
  }
});

test('Once sharing is refused, who asks for it is refused as well', async () => {
  const other =
    'import sys; o = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); o.setsockopt(1, 2, 1)\n' +
    'try: o.bind(s.getsockname()); print("shared")\nexcept OSError as e: print(e.errno)';
  await using(bindDatagrams('127.0.0.1', 0, false), (fd) => {
    assert.equal(asPython(fd, `s.setsockopt(1, 2, 1)\n${other}`), 'shared');
    refuseSharing(fd);
    assert.equal(asPython(fd, other), '98');
  });
});

/** Has Node.js accept one from a duplicate of a socket, and answers what it is sent. */
async function answers(fd: number, connectTo: () => number): Promise<string> {
  const server: Server = createServer((socket) => void socket.end('hello'));
  server.listen({ fd: duplicate(fd) });
  await once(server, 'listening');
  const client = new Socket({ fd: connectTo() });
  let text = '';
  for await (const piece of client) text += String(piece);
  await once(server.close(), 'close');
  return text;
}

test('A socket in the file system has a file, also at the longest path, and is connected to by it', async () => {
  const short = join(folder, 'a.sock');
  const long = join(folder, 'x'.repeat(UNIX_PATH_LIMIT - folder.length - 1));
  assert.equal(Buffer.byteLength(long), UNIX_PATH_LIMIT);
  for (const path of [short, long]) {
    await using(bindUnix(path), async (fd) => {
      assert.ok(fstatSync(fd).isSocket());
      assert.ok(existsSync(path));
      assert.deepEqual(connectUnix(path), { errno: 'ECONNREFUSED' });
      listenOn(fd, 5);
      assert.equal(await answers(fd, () => fdOf(connectUnix(path))), 'hello');
    });
  }
  assert.throws(() => bindUnix(`${long}x`), { message: /paths of sockets are measured before/ });
});

test('A name has no file, is taken while its socket is open, and is that name to Python', async () => {
  const name = `@duodao-${process.pid}`;
  assert.deepEqual(connectUnix(name), { errno: 'ECONNREFUSED' });
  await using(bindUnix(name), async (fd) => {
    assert.equal(asPython(fd, 'print(s.getsockname())'), `b'\\x00duodao-${process.pid}'`);
    assert.deepEqual(bindUnix(name), { errno: 'EADDRINUSE' });
    listenOn(fd, 5);
    assert.equal(await answers(fd, () => fdOf(connectUnix(name))), 'hello');
  });
  closeDescriptor(fdOf(bindUnix(name)));
});

test('A duplicate is the same socket, and outlives the one that it was made from', async () => {
  const fd = fdOf(listenInternet('127.0.0.1', 0, OPTIONS));
  const copy = duplicate(fd);
  const port = portOf(fd);
  closeDescriptor(fd);
  assert.equal(portOf(copy), port);
  const client = createConnection(port, '127.0.0.1');
  await once(client, 'connect');
  client.destroy();
  closeDescriptor(copy);
});

test('What is no socket, or no descriptor, is told with its number', () => {
  assert.throws(() => duplicate(-1), { code: 'over-limit', message: /^Cannot duplicate descriptor -1/ });
  assert.throws(() => listenOn(-1, 5), { message: /^Cannot listen on descriptor -1/ });
  assert.throws(() => portOf(-1), { message: /^Cannot ask a socket for its address/ });
  assert.throws(() => refuseSharing(-1), { message: /^Cannot set an option of a socket/ });
});

test('A limit of the system on what a socket may be set to is told, and leaves no descriptor', () => {
  const tooLong = { ...OPTIONS, keepAliveSeconds: 32_768 };
  assert.throws(() => listenInternet('127.0.0.1', 0, tooLong), {
    message: /^Cannot set an option of a socket/,
  });
});
