/**
 * `duodao serve` as people run it: real sockets, clients in other languages, real workers, real signals.
 *
 * That a run has ended means here that all of its output is closed, so none of its workers lives on.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixture } from '../harness/programs.ts';
import { interrupt, bash, HAS_PYTHON, python, say, serve, serveInVain } from './servers.ts';

const HANDLERS = fileURLToPath(fixture('serve/handlers.ts'));
const folder = mkdtempSync(join(tmpdir(), 'serve-test-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string, end = ''): string {
  const path = join(folder, `file${files++}${end}`);
  writeFileSync(path, content);
  return path;
}

test('serve listens, says where and how to try it, and ends by Ctrl-C', async () => {
  const served = await serve([`${HANDLERS}#echo`, '--tcp', '0', '--framing', 'lines'], { isPlain: true });
  const [, port] = /^duodao serve: listening on tcp 127\.0\.0\.1:(\d+), framing lines$/m.exec(
    served.stderr(),
  )!;
  assert.match(served.stderr(), new RegExp(`^ {2}try: nc 127\\.0\\.0\\.1 ${port}$`, 'm'));
  // What a stranger has: a shell.
  const { stdout } = await bash(`exec 3<> /dev/tcp/127.0.0.1/${port}; echo hello >&3; head -1 <&3`);
  assert.equal(stdout, 'hello\n');
  process.kill(served.pid, 'SIGINT');
  const { code, stdout: nothing, stderr } = await served.end;
  assert.deepEqual([code, nothing], [130, ''], stderr);
  assert.match(stderr, /^duodao serve: SIGINT: nothing new is accepted/m);
  assert.match(stderr, /^duodao serve: closed after 1 connection and 1 message, no errors$/m);
});

test('serve speaks the framings, with clients in Python', { skip: !HAS_PYTHON && 'no python3' }, async () => {
  const dict = await serve([`${HANDLERS}#dict`, '--tcp', '0', '--framing', 'dict']);
  const header = await python(`
import json, socket, struct
s = socket.create_connection(('127.0.0.1', ${dict.port}))
def send(header, body):
    head = json.dumps(dict(header, file_size=len(body))).encode()
    s.sendall(struct.pack('<i', len(head)) + head + body)
def exactly(count):
    data = b''
    while len(data) < count: data += s.recv(count - len(data))
    return data
def receive():
    header = json.loads(exactly(struct.unpack('<i', exactly(4))[0]))
    return header['keys'], exactly(header['file_size'])
send({'file_name': 'a'}, b'body'); send({}, b'')
print(receive(), receive())`);
  assert.equal(header, "(2, b'ydob') (1, b'')\n");
  assert.equal((await interrupt(dict)).stats.messagesIn, 2);

  const key = file('secret\n');
  const words = ['--tcp', '0', '--framing', 'python', '--legacy-auth', '--auth-key-file', key];
  const secret = await serve([`${HANDLERS}#echo`, ...words]);
  const answers = await python(`
from multiprocessing.connection import Client
for key in (b'secret', b'guess'):
    try:
        with Client(('127.0.0.1', ${secret.port}), authkey=key) as c:
            c.send_bytes(b'hello'); print(c.recv_bytes())
    except Exception as e: print(type(e).__name__)`);
  assert.equal(answers, "b'hello'\nAuthenticationError\n");
  assert.equal((await interrupt(secret)).stats.authFailed, 1);
});

test('serve listens at a path with a mode, and removes it', async () => {
  const path = join(folder, 'echo.sock');
  const served = await serve([`${HANDLERS}#Shout`, '--unix', path, '--mode', '660', '--framing', 'lines']);
  assert.equal(statSync(path).mode & 0o777, 0o660);
  assert.deepEqual(served.listening.address, { path });
  assert.equal(await say({ path }, 'hello\n'), `HELLO ${served.pid}\n`);
  await interrupt(served);
  assert.equal(existsSync(path), false);
});

test('serve answers datagrams', { skip: !HAS_PYTHON && 'no python3' }, async () => {
  for (const kind of [[], ['-w', '1']]) {
    const served = await serve([`${HANDLERS}#upper`, '--udp', '0', '--max-message', '10', ...kind]);
    const answers = await python(`
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(('127.0.0.1', ${served.port}))
for data in (b'one', b'', b'longer than ten', b'two'): s.send(data)
print(s.recv(99), s.recv(99), s.recv(99))`);
    assert.equal(answers, "b'ONE' b'' b'TWO'\n");
    const { stats, stderr } = await interrupt(served);
    assert.deepEqual([stats.messagesIn, stats.overLimit], [4, 1]);
    assert.match(stderr, /^duodao serve: listening on udp 127\.0\.0\.1:\d+(?:, 1 process)?$/m);
    assert.match(stderr, /closed after 4 datagrams, 1 error \(1 over the limit\)$/m);
  }
});

test('serve says who has the address, and ends with 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const { code, stdout, stderr } = await serveInVain([`${HANDLERS}#echo`, '--tcp', String(port)]);
  other.close();
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    new RegExp(
      `^duodao serve: Cannot listen at 127\\.0\\.0\\.1:${port} as process ${process.pid} .* does \\(EADDRINUSE\\)`,
    ),
  );
});

test('serve says what is wrong with what it was given', async () => {
  const apart = ['--tcp', '0', '-w', '1'];
  for (const [words, sentence] of [
    [[HANDLERS, '--tcp', '0'], /as it exports several: write .*#Shout, /],
    [[`${HANDLERS}#Shuot`, ...apart], /as it exports no such handler; did you mean Shout\?/],
    [[file('throw new Error("not today")', '.mjs'), ...apart], /as it failed:\n.*Error: not today/],
    [[file('process.exit(3)', '.mjs'), ...apart], /as it failed:\n.*ended without an answer.*3/],
  ] as const) {
    const { code, stdout, stderr } = await serveInVain(words);
    assert.deepEqual([code, stdout], [2, ''], `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, sentence);
    assert.match(stderr, /^Try "duodao serve --help"$/m);
  }
});

test('A handler that throws is printed with its stack, and others are served on', async () => {
  for (const kind of [[], ['-w', '1']]) {
    const served = await serve([`${HANDLERS}#failing`, '--tcp', '0', '--framing', 'lines', ...kind]);
    assert.equal(await say(served, 'bad\n'), '');
    assert.equal(await say(served, 'good\n'), 'good\n');
    const { stats, stderr } = await interrupt(served);
    assert.equal(stats.failed, 1);
    assert.match(stderr, /TypeError: no bad lines here\n +at failing \(.*handlers\.ts:\d+/);
    assert.match(stderr, /closed after 2 connections and 2 messages, 1 error \(1 failed\)/);
  }
});
