/** The chat room as people use it: a server, and guests in processes of their own. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import type { Program } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';
import { example, lineWith, serving } from './example.ts';

const started: Program[] = [];
after(() => started.forEach((program) => program.process.kill('SIGKILL')));

async function open(...args: string[]): Promise<{ server: Program; at: string; port: number }> {
  const { program, port } = await serving('chat/room-server.ts', ...args);
  started.push(program);
  return { server: program, at: `127.0.0.1:${port}`, port };
}

/** A guest in a process of his own, once he is in. */
async function guest(at: string, name: string): Promise<Program> {
  const program = example('chat/room-client.ts', '--name', name, at);
  started.push(program);
  await lineWith(program, /^-- Here are/);
  return program;
}

/** Somebody who comes with a program that sends and shows lines, as `nc` does. */
class Caller {
  readonly socket: Socket;
  text = '';
  readonly ended: Promise<unknown>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    this.socket.on('error', () => undefined); // a server that closes on us may reset
    this.ended = new Promise((resolve) => this.socket.once('close', resolve));
  }

  say(...lines: readonly string[]): this {
    this.socket.write(lines.map((line) => `${line}\n`).join(''));
    return this;
  }

  async reads(text: string): Promise<void> {
    await until(
      () => `${JSON.stringify(text)} among ${JSON.stringify(this.text.slice(-500))}`,
      () => this.text.includes(text),
    );
  }

  /** What was said, without the times. */
  get said(): string[] {
    return Array.from(this.text.matchAll(/^\[\d\d:\d\d\] (.*)$/gm), ([, line]) => line!);
  }
}

test('Two guests with piped input see what both say, in the same order, and leave with a word', async () => {
  const { server, at } = await open('--title', 'Lobby');
  const bob = await guest(at, 'bob');
  const eve = await guest(at, 'eve');
  for (let line = 1; line <= 5; line++) {
    bob.tell(`b${line}`);
    eve.tell(`e${line}`);
  }
  await lineWith(bob, /e5$/);
  await lineWith(eve, /b5$/);
  eve.process.stdin?.end();
  await lineWith(bob, /^-- eve has left$/);
  bob.tell('/me waves');
  bob.process.stdin?.end();
  const [bobEnd, eveEnd] = await Promise.all([bob.end, eve.end]);
  const said = (text: string): string[] =>
    Array.from(text.matchAll(/^\[\d\d:\d\d\] (?:bob|eve): (.*)$/gm), ([, line]) => line!);
  const order = said(bobEnd.stdout);
  assert.deepEqual(said(eveEnd.stdout), order);
  for (const who of ['b', 'e'])
    assert.deepEqual(
      order.filter((line) => line.startsWith(who)),
      [1, 2, 3, 4, 5].map((line) => `${who}${line}`),
    );
  assert.match(bobEnd.stdout, /\* bob waves\n-- Good-bye\n$/);
  assert.deepEqual([bobEnd.code, bobEnd.stderr, eveEnd.code, eveEnd.stderr], [0, '', 0, '']);
  server.process.kill('SIGINT');
  const { code, stderr } = await server.end;
  assert.deepEqual([code, stderr], [0, '']);
});

test('A name that cannot be had is refused, and with piped input that is the end', async () => {
  const { server, at, port } = await open();
  const bob = await guest(at, 'bob');
  for (const [name, why] of [
    ['BOB', /somebody here is called bob/],
    ['a\u001b[2J', /not made of letters/],
    ['x'.repeat(33), /33 characters/],
  ] as const) {
    const { code, stdout } = await example('chat/room-client.ts', '--name', name, at).end;
    assert.equal(code, 1);
    assert.match(stdout, why);
    assert.ok(!stdout.includes('\u001b'));
  }
  const caller = new Caller(port).say('hello', '/name bob', '/name', '/name *', 'x');
  await caller.ended;
  assert.match(caller.text, /!! Say \/name and your name first\n(?:.*\n)*!! That is enough\n$/);
  bob.tell('/who');
  assert.equal(await lineWith(bob, /^-- Here are/), '-- Here are: bob');
  server.process.kill('SIGTERM');
  await lineWith(bob, /^-- The room closes/);
  assert.equal((await server.end).code, 0);
  assert.equal((await bob.end).code, 0);
});

test('Newcomers read the last lines, twenty guests read the same, and one that is killed is told of', async () => {
  const { server, at, port } = await open('--history', '3', '--rate', '1000');
  const bob = await guest(at, 'bob');
  for (const line of ['one', 'two', 'three', 'four']) bob.tell(line);
  await lineWith(bob, /four$/);
  const callers = Array.from({ length: 20 }, (_, index) => new Caller(port).say(`/name guest ${index}`));
  await Promise.all(callers.map((caller) => caller.reads('-- Welcome')));
  assert.deepEqual(callers[0]!.said, ['bob: two', 'bob: three', 'bob: four']);
  for (const [index, caller] of callers.entries()) caller.say(`from ${index}`, `again ${index}`);
  await Promise.all(callers.map((caller) => until('all lines', () => caller.said.length === 43)));
  for (const caller of callers) assert.deepEqual(caller.said, callers[0]!.said);

  bob.process.kill('SIGKILL');
  await Promise.all(callers.map((caller) => caller.reads('-- bob is gone\n')));
  for (const caller of callers) caller.socket.destroy();
  server.process.kill('SIGINT');
  assert.equal((await server.end).code, 0);
});

test('Nobody can send escapes to the terminals of others, nor lines that look like those of the room', async () => {
  const { server, port } = await open();
  const bob = new Caller(port).say('/name bob');
  await bob.reads('-- Welcome');
  const eve = new Caller(port).say(
    '/name eve',
    '\u001b]0;x\u0007\u001b[2J',
    '/me x\r-- bob has left',
    '\u202ex',
  );
  await bob.reads('\\u202ex');
  assert.deepEqual(bob.said, [
    'eve: \\u001b]0;x\\u0007\\u001b[2J',
    '* eve x\\u000d-- bob has left',
    'eve: \\u202ex',
  ]);
  assert.ok(!bob.text.includes('\u001b'));
  for (const caller of [bob, eve]) caller.socket.destroy();
  server.process.kill('SIGINT');
  await server.end;
});

test('Garbage ends the connection that it comes from, and no other', async () => {
  const { server, port } = await open();
  const bob = new Caller(port).say('/name bob');
  await bob.reads('-- Welcome');
  const garbage: Readonly<Record<string, Buffer>> = {
    'a line without an end': Buffer.alloc(1 << 20, 'x'),
    'no text': Buffer.from([0xff, 0xfe, 0x0a]),
    zeros: Buffer.alloc(1 << 16),
    TLS: Buffer.concat([Buffer.from('160301020001', 'hex'), Buffer.alloc(20_000, 0xaa)]),
    'many lines that are no names': Buffer.from('spam\n'.repeat(10_000)),
  };
  for (const [name, bytes] of Object.entries(garbage)) {
    const caller = new Caller(port);
    caller.socket.write(bytes);
    await caller.ended;
    assert.ok(caller.text.length < 5000, name);
  }
  const inside = new Caller(port).say('/name mallory', 'x'.repeat(20_000));
  await inside.ended;
  await bob.reads('-- mallory was let go');
  bob.say('still here');
  await bob.reads('bob: still here');
  bob.socket.destroy();
  server.process.kill('SIGINT');
  const { code, stderr } = await server.end;
  assert.deepEqual([code, stderr], [0, '']);
});

test('A guest who does not read is let go, and the others read on', async () => {
  const { server, port } = await open('--rate', '100000', '--history', '0');
  const [bob, sleeper] = [new Caller(port).say('/name bob'), new Caller(port).say('/name sleeper')];
  await bob.reads('-- sleeper has come in');
  sleeper.socket.pause();
  const long = 'x'.repeat(1900);
  let said = 0;
  while (!bob.text.includes('-- sleeper was let go')) {
    bob.text = '';
    bob.say(long, `mark ${++said}`);
    await bob.reads(`mark ${said}`);
  }
  sleeper.socket.destroy();
  bob.say('/who');
  await bob.reads('-- Here are: bob\n');
  bob.socket.destroy();
  server.process.kill('SIGINT');
  await server.end;
});

test('What cannot be is said in one sentence, and bad input has a code of its own', async () => {
  const { server, port, at } = await open();
  const again = await example('chat/room-server.ts', '--port', String(port)).end;
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^Cannot listen at .*\n$/);
  server.process.kill('SIGINT');
  await server.end;
  const alone = await example('chat/room-client.ts', at).end;
  assert.equal(alone.code, 1);
  assert.match(alone.stderr, /^Cannot connect to .*\n$/);
  const wrong = [
    ['chat/room-server.ts', '--port', '70000'],
    ['chat/room-server.ts', '--history', 'x'],
    ['chat/room-client.ts', 'a', 'b'],
    ['chat/room-client.ts', '127.0.0.1:0'],
    ['chat/udp-peer.ts', '--listen', '1'],
    ['chat/discovery.ts', '--timeout', '-'],
  ] as const;
  const ends = await Promise.all(wrong.map(([file, ...args]) => example(file, ...args).end));
  for (const [index, { code, stderr }] of ends.entries())
    assert.deepEqual(
      [code, stderr.endsWith('\nTry --help\n')],
      [2, true],
      `${wrong[index]!.join(' ')}: ${stderr}`,
    );
});
