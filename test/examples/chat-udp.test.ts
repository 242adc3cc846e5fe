/** The UDP chat of the course: two programs that talk, and others that are not let in. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import type { Program } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';
import { example, lineWith } from './example.ts';

const started: Program[] = [];
after(() => started.forEach((program) => program.process.kill('SIGKILL')));

/** UDP ports that are free: nobody else is likely to take them within a test. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4').bind(0, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}

async function peer(listen: number, to: number, ...more: string[]): Promise<Program> {
  const args = ['--listen', `${listen}`, '--to', `127.0.0.1:${to}`, '--wait', '30', ...more];
  const program = example('chat/udp-peer.ts', ...args);
  started.push(program);
  assert.match(await program.line(), new RegExp(`^-- Listening at 127\\.0\\.0\\.1:${listen}, talking to`));
  return program;
}

test('Two peers talk in both directions at once, and end when both have said good-bye', async () => {
  const [one, two] = (await freePorts(2)) as [number, number];
  const bob = await peer(one, two);
  const eve = await peer(two, one);
  bob.tell('hello');
  eve.tell('你好');
  assert.equal(await bob.line(), '127.0.0.1: 你好');
  assert.equal(await eve.line(), '127.0.0.1: hello');
  bob.tell('\u001b[2J');
  bob.process.stdin?.end();
  assert.deepEqual(
    [await eve.line(), await eve.line()],
    ['127.0.0.1: \\u001b[2J', '-- The other one has said good-bye'],
  );
  eve.tell('one more');
  eve.process.stdin?.end();
  const ends = await Promise.all([bob.end, eve.end]);
  assert.match(ends[0].stdout, /one more\n-- The other one has said good-bye\n-- Good-bye\n$/);
  assert.match(ends[1].stdout, /\n-- Good-bye\n$/);
  for (const { code, stderr } of ends) assert.deepEqual([code, stderr], [0, '']);
});

test('A peer talks with any program, tells what is lost, and says good-bye at Ctrl-C', async () => {
  const friend = createSocket('udp4');
  const got: string[] = [];
  friend.on('message', (datagram) => got.push(datagram.toString('utf8')));
  const [mine, nobody] = (await freePorts(2)) as [number, number];
  friend.bind(0, '127.0.0.1');
  await once(friend, 'listening');
  const bob = await peer(mine, friend.address().port);
  bob.tell('x'.repeat(1201));
  assert.equal(await bob.line(), '-- Not sent: it has 1201 bytes, 1200 are the most');
  bob.tell('');
  bob.tell('x'.repeat(1200));
  await until('a message', () => got.length === 1);
  friend.send('hi', mine, '127.0.0.1');
  assert.equal(await bob.line(), '127.0.0.1: hi');
  bob.process.kill('SIGINT');
  assert.equal((await bob.end).code, 0);
  await until('good-bye', () => got.length === 2);
  assert.deepEqual(got, ['x'.repeat(1200), '']);
  friend.close();

  const alone = await peer(mine, nobody);
  alone.tell('hello?');
  await lineWith(alone, /^-- Nobody listens there yet/);
  alone.process.kill('SIGINT');
  assert.equal((await alone.end).code, 0);
});

test('Who is not talked with is not shown', async () => {
  const [mine, to] = (await freePorts(2)) as [number, number];
  const bob = await peer(mine, to);
  const stranger = createSocket('udp4').bind(0, '127.0.0.2');
  await once(stranger, 'listening');
  stranger.send('buy now', mine, '127.0.0.1');
  assert.equal(await bob.line(), '-- Somebody else wrote, from 127.0.0.2: it is not shown');
  stranger.close();
  bob.process.kill('SIGINT');
  await bob.end;
});

test('A port that is taken is said', async () => {
  const holder = createSocket('udp4').bind(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address();
  const { code, stderr } = await example('chat/udp-peer.ts', '--listen', `${port}`, '--to', '127.0.0.1:9')
    .end;
  assert.equal(code, 1);
  assert.match(stderr, /EADDRINUSE/);
  holder.close();
});
