/** Rooms that are looked for and found. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { answerWith, nonceIn, QUESTION_BYTES, questionWith } from '../../examples/chat/discovery-packets.ts';
import type { Program } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';
import { example, lineWith, serving } from './example.ts';

const started: Program[] = [];
after(() => started.forEach((program) => program.process.kill('SIGKILL')));

interface Found {
  readonly title: string;
  readonly host: string;
  readonly port: number;
}

/** A room that can be found, and where it is asked. */
async function findable(title: string): Promise<{ room: Program; port: number; findPort: number }> {
  const { program, port } = await serving(
    'chat/room-server.ts',
    '--findable',
    '--find-port',
    '0',
    '--title',
    title,
  );
  started.push(program);
  const findPort = Number(/UDP port (\d+)/.exec(await program.line())?.[1]);
  return { room: program, port, findPort };
}

async function look(findPort: number, seconds = 2): Promise<{ found: Found[]; code: number | null }> {
  const args = ['--json', '--timeout', `${seconds}`, '--port', `${findPort}`];
  const { stdout, code } = await example('chat/discovery.ts', ...args).end;
  return { found: JSON.parse(stdout) as Found[], code };
}

test('A room is found by its title, and a guest goes to it without knowing where it is', async () => {
  const { room, port, findPort } = await findable('大厅');
  assert.deepEqual(await look(findPort), { found: [{ title: '大厅', host: '127.0.0.1', port }], code: 0 });
  const text = await example('chat/discovery.ts', '--port', `${findPort}`, '--timeout', '2').end;
  assert.equal(text.stdout, `127.0.0.1:${port}  大厅\n`);
  const bob = example('chat/room-client.ts', '--find', '--find-port', `${findPort}`, '--name', 'bob');
  started.push(bob);
  assert.equal(await bob.line(), `-- Found 大厅 at 127.0.0.1:${port}`);
  await lineWith(bob, /^-- Welcome to 大厅, bob$/);
  bob.process.stdin?.end();
  assert.equal((await bob.end).code, 0);
  room.process.kill('SIGINT');
  const { code, stderr } = await room.end;
  assert.deepEqual([code, stderr], [0, '']);
});

test('A room answers questions only, with no more bytes than they have, and not without end', async () => {
  const { room, port, findPort } = await findable('x'.repeat(400));
  const socket = createSocket('udp4');
  const got: Buffer[] = [];
  socket.on('message', (datagram: Buffer) => got.push(datagram));
  socket.connect(findPort, '127.0.0.1');
  await once(socket, 'connect');
  const nonce = '0'.repeat(32);
  const question = questionWith(nonce);
  for (const bad of [Buffer.alloc(0), question.subarray(0, 511), answerWith({ nonce, port, title: 'x' })])
    socket.send(bad);
  socket.send(question);
  await until('an answer', () => got.length > 0);
  assert.match(got[0]!.toString(), new RegExp(`^duodao-room! 1 ${nonce} ${port}\nx{200}$`));
  assert.ok(got[0]!.byteLength <= QUESTION_BYTES);
  for (let count = 0; count < 100; count++) socket.send(question);
  await look(findPort); // whoever asks from this machine is the same one: it takes from the same bucket
  assert.ok(got.length < 30, `${got.length} answers`);
  socket.close();
  room.process.kill('SIGINT');
  await room.end;
});

/** Somebody who answers questions with these datagrams. */
async function answering(make: (nonce: string) => readonly Buffer[]): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (datagram, { port, address }) => {
    const nonce = nonceIn(datagram);
    if (nonce !== undefined) for (const answer of make(nonce)) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

test('Who did not see the question is not believed, and nobody is listed twice or without end', async () => {
  const other = 'f'.repeat(32);
  const liar = await answering((nonce) => [
    answerWith({ nonce: other, port: 1, title: 'forged' }),
    Buffer.from('duodao-room! 1'),
    ...Array.from({ length: 200 }, (_, index) => answerWith({ nonce, port: index + 1, title: '\u001b[2J' })),
    ...Array.from({ length: 200 }, () => answerWith({ nonce, port: 1, title: 'again' })),
  ]);
  const { found } = await look(liar.address().port);
  liar.close();
  assert.equal(found.length, 64);
  assert.deepEqual(found[0], { title: '\\u001b[2J', host: '127.0.0.1', port: 1 });
  assert.ok(found.every(({ title }) => title !== 'forged' && title !== 'again'));
});

test('A network without a room is said to be one', async () => {
  const nobody = createSocket('udp4').bind(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address();
  assert.deepEqual(await look(port, 0.5), { found: [], code: 1 });
  const guest = await example('chat/room-client.ts', '--find', '--find-port', `${port}`).end;
  assert.deepEqual([guest.code, guest.stderr], [1, 'No room was found on the network\n']);
  nobody.close();
});
