/**
 * The life of `duodao serve`: workers that die and are replaced, signals, readers that leave.
 *
 * That a run has ended means here that all of its output is closed, so none of its workers lives on.
 */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LOADER } from '../harness/loader.ts';
import { fixture } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';
import { HAS_PYTHON, hasEnded, interrupt, python, say, serve, serveInVain, type Served } from './servers.ts';

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

test('serve replaces a worker that is killed, and serves on', async () => {
  const served = await serve([`${HANDLERS}#Shout`, '--tcp', '0', '--framing', 'lines', '-w', '2', '--stats']);
  const workers = served.listening.workers.map(({ pid }) => pid);
  assert.equal(workers.length, 2);
  assert.ok(!workers.includes(served.pid));
  const [, worker] = /^HELLO (\d+)$/m.exec(await say(served, 'hello\n'))!;
  assert.ok(workers.includes(Number(worker)));
  process.kill(workers[0]!, 'SIGKILL');
  process.kill(workers[1]!, 'SIGKILL');
  await until('both have ended', () => workers.every(hasEnded));
  const [, other] = /^AGAIN (\d+)$/m.exec(await say(served, 'again\n'))!;
  assert.ok(!workers.includes(Number(other)));
  const { stats, stderr } = await interrupt(served);
  assert.equal(stats.replaced, 2);
  assert.equal(stats.messagesIn, 2);
  assert.match(stderr, /^\d active, \d accepted, [\d,]+ messages\/s, .* in, no errors$/m);
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
    const end = { isThere: false };
    const replaced = served.event('replaced').finally(() => (end.isThere = true));
    process.kill(served.pid, 'SIGHUP');
    // A worker that ends may have accepted one, and not yet have its message: then that has no answer.
    while (!end.isThere) answers.push(await say(served, 'a\n').catch(notRefused));
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

test('serve ends when its terminal has gone', { skip: !HAS_PYTHON && 'no python3' }, async () => {
  const events = file('');
  const command = [process.execPath, ...LOADER, fileURLToPath(fixture('cli/duodao.ts')), 'serve'];
  const words = [...command, `${HANDLERS}#echo`, '--tcp', '0', '-w', '1', '--json'];
  const code = await python(`
import os, pty, time
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(os.open(${JSON.stringify(events)}, os.O_WRONLY), 1)
    os.execv(${JSON.stringify(words[0])}, ${JSON.stringify(words)})
while b'listening' not in open(${JSON.stringify(events)}, 'rb').read(): time.sleep(0.01)
os.close(terminal)
print(os.waitpid(pid, 0)[1])`);
  assert.equal(code, '1\n'); // by the signal: not 6, an abort
  assert.match(readFileSync(events, 'utf8'), /\n\{"event":"closed","by":"SIGHUP",/);
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
