/**
 * `duodao serve` as people run it: real sockets, clients in other languages, real workers, real signals.
 *
 * That a run has ended means here that all of its output is closed, so none of its workers lives on.
 */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixture } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';
import {
  bash,
  hasEnded,
  type Heard,
  HAS_PYTHON,
  python,
  say,
  serve,
  serveInVain,
  type Served,
} from './servers.ts';

const HANDLERS = fileURLToPath(fixture('serve/handlers.ts'));
const folder = mkdtempSync(join(tmpdir(), 'serve-test-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string, end = ''): string {
  const path = join(folder, `file${files++}${end}`);
  writeFileSync(path, content);
  return path;
}

/** What is there instead of an answer of somebody who has listened. */
function notRefused(error: unknown): string {
  assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET');
  return '';
}

/** Ends a server as Ctrl-C does it, and hears what it had counted. */
async function interrupt(served: Served): Promise<Heard & { readonly stderr: string }> {
  process.kill(served.pid, 'SIGINT');
  const closed = await served.event('closed');
  const { code, stderr } = await served.end;
  assert.equal(code, 130, stderr);
  return { ...closed, stderr };
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

test('serve replaces a worker that is killed, and serves on', async () => {
  const served = await serve([`${HANDLERS}#Shout`, '--tcp', '0', '--framing', 'lines', '-w', '2', '--stats']);
  const workers = served.listening.workers.map(({ pid }) => pid);
  assert.equal(workers.length, 2);
  assert.ok(!workers.includes(served.pid));
  const [, served1] = /^HELLO (\d+)$/m.exec(await say(served, 'hello\n'))!;
  assert.ok(workers.includes(Number(served1)));
  process.kill(workers[0]!, 'SIGKILL');
  process.kill(workers[1]!, 'SIGKILL');
  await until('both have ended', () => workers.every(hasEnded));
  const [, other] = /^AGAIN (\d+)$/m.exec(await say(served, 'again\n'))!;
  assert.ok(!workers.includes(Number(other)));
  const { stats, stderr } = await interrupt(served);
  assert.equal(stats.replaced, 2);
  assert.equal(stats.messagesIn, 2);
  assert.match(stderr, /^0 active, 0 accepted, 0 messages\/s, 0 B\/s in, no errors$/m);
});

test('SIGHUP replaces workers by the module as it is then, and nobody is refused', async () => {
  const version = (word: string): string =>
    `export default async (c) => { for await (const line of c) await c.send('${word} ' + line); };`;
  const module = file(version('old'), '.mjs');
  for (const [kind, workers] of [
    ['processes', 2],
    ['threads', 1],
  ] as const) {
    writeFileSync(module, version('old'));
    const words = ['--tcp', '0', '--framing', 'lines', '-w', `${workers}`, '--concurrency', kind];
    const served = await serve([module, ...words]);
    assert.equal(await say(served, 'a\n'), 'old a\n');
    writeFileSync(module, version('new'));
    const answers: string[] = [];
    const replaced = served.event('replaced');
    let isReplaced = false;
    void replaced.then(() => (isReplaced = true));
    process.kill(served.pid, 'SIGHUP');
    // A worker that ends may have accepted one, and not yet have its message: then that has no answer.
    while (!isReplaced) answers.push(await say(served, 'a\n').catch(notRefused));
    assert.equal((await replaced).workers.length, workers);
    assert.ok(
      answers.every((answer) => /^(?:(?:old|new) a\n)?$/.test(answer)),
      answers.join(''),
    );
    for (let count = 0; count < 4; count++) assert.equal(await say(served, 'a\n'), 'new a\n');
    // One that does not load leaves them as they are.
    writeFileSync(module, 'export default 3;');
    process.kill(served.pid, 'SIGHUP');
    assert.match((await served.event('not-replaced')).error, /#default as it is no handler/);
    assert.equal(await say(served, 'a\n'), 'new a\n');
    const { stats, stderr } = await interrupt(served);
    assert.equal(stats.failed, 0, stderr);
  }
});

test('Ctrl-C in a terminal lets end what is at work, with and without workers', async () => {
  for (const kind of [[], ['-w', '1']]) {
    const notes = file('');
    const served = await serve(
      [`${HANDLERS}#slow`, '--tcp', '0', '--framing', 'lines', '--drain', '60', ...kind],
      {
        env: { NOTES: notes },
        isJob: true,
      },
    );
    const answer = say(served, 'it\n');
    await until('it is begun', () => readFileSync(notes, 'utf8').includes('begun'));
    process.kill(-served.pid, 'SIGINT'); // as a terminal does it: to all of its group at once
    await until('it is told', () =>
      served.stderr().includes('SIGINT: nothing new is accepted: 1 at work, which have 60 s'),
    );
    appendFileSync(notes, 'go on\n');
    assert.equal(await answer, 'done with it\n');
    const { code, stderr } = await served.end;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /closed after 1 connection and 1 message, no errors/);
  }
});

test('A second Ctrl-C ends serve at once, and so does the time to drain', async () => {
  const words = [`${HANDLERS}#stuck`, '--tcp', '0', '--framing', 'lines'];
  const begin = async (more: readonly string[]): Promise<{ served: Served; answer: Promise<string> }> => {
    const notes = file('');
    const served = await serve([...words, ...more], { env: { NOTES: notes }, isJob: true });
    const answer = say(served, 'it\n').catch((error: unknown) =>
      String((error as NodeJS.ErrnoException).code),
    );
    await until('it is begun', () => readFileSync(notes, 'utf8').includes('begun'));
    return { served, answer };
  };
  const twice = await begin(['-w', '1', '--drain', '1h']);
  process.kill(-twice.served.pid, 'SIGINT');
  await until('it is told', () => twice.served.stderr().includes('nothing new is accepted'));
  const begunMs = performance.now();
  await until('nobody takes it for the same', () => performance.now() - begunMs > 250);
  process.kill(-twice.served.pid, 'SIGINT');
  assert.equal((await twice.served.end).code, 130);
  await twice.answer;

  const once = await begin(['--drain', '50ms']);
  process.kill(once.served.pid, 'SIGTERM');
  const { code, stderr } = await once.served.end;
  assert.equal(code, 143, stderr);
  await once.answer;
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

test('With --json what handlers print goes to standard error; a reader that leaves ends nothing', async () => {
  for (const kind of [[], ['-w', '1'], ['-w', '1', '--concurrency', 'threads']]) {
    const served = await serve([`${HANDLERS}#chatty`, '--tcp', '0', '--framing', 'lines', ...kind]);
    assert.equal(await say(served, 'a\n'), 'ok\n');
    served.leave();
    assert.equal(await say(served, 'b\n'), 'ok\n');
    process.kill(served.pid, 'SIGTERM');
    const { code, stdout, stderr } = await served.end;
    assert.equal(code, 143, stderr);
    assert.doesNotMatch(stdout, /said|written/);
    const ofHandlers = stderr.replace(/^duodao serve: .*\n/gm, ''); // those of threads take a while
    assert.equal(ofHandlers, 'said a\nwritten\nsaid b\nwritten\n');
    assert.match(stderr, /closed after 2 connections/);
  }
});

test('serve ends though its module has left a timer, and --check only looks', async () => {
  const module = file('setInterval(() => {}, 1000); export const handler = () => {};', '.mjs');
  const served = await serve([module, '--tcp', '0']);
  await interrupt(served);
  for (const kind of [[], ['-w', '3']]) {
    const { code, stdout, stderr } = await serveInVain([module, '--tcp', '80', '--check', ...kind]);
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /file\d+\.mjs#handler can be served by tcp, framing raw/);
  }
});
