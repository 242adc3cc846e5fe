/** Where the streams of children lead; environment, folder and flags. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { Process } from '../../../../src/index.ts';
import { LinePrefix, standardStreams } from '../../../../src/process/start/stdio.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { run } from '../../../harness/programs.ts';

endsClean();

test('LinePrefix puts its prefix before each whole line, however the bytes come', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' ')));
  fc.assert(
    fc.property(lines, fc.string(), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (all, rest, sizes) => {
      const last = rest.replaceAll('\n', ' ');
      const bytes = Buffer.from([...all, last].join('\n'));
      const written: string[] = [];
      const prefix = new LinePrefix('[p] ', (piece) => written.push(piece.toString()));
      for (let start = 0; start < bytes.length; ) {
        const size = sizes.next().value as number;
        prefix.push(bytes.subarray(start, (start += size)));
      }
      assert.ok(written.every((piece) => piece.startsWith('[p] ') && piece.endsWith('\n')));
      prefix.flush();
      prefix.flush();
      const expected = last === '' ? all : [...all, last];
      assert.equal(written.join(''), expected.map((line) => `[p] ${line}\n`).join(''));
    }),
  );
});

test('LinePrefix cuts a line without an end before it fills the memory', () => {
  const written: number[] = [];
  const prefix = new LinePrefix('', (piece) => written.push(piece.length));
  for (let i = 0; i < 40; i++) prefix.push(Buffer.alloc(64 * 1024, 'x'));
  assert.equal(written.length, 2);
  assert.ok(Math.max(...written) <= 1024 * 1024 + 64 * 1024 + 1);
});

test('standardStreams() leaves stdin to a child whose output gets a prefix', () => {
  assert.deepEqual(standardStreams('prefix'), ['inherit', 'pipe', 'pipe']);
  assert.deepEqual(standardStreams('ignore'), ['ignore', 'ignore', 'ignore']);
});

test('Process with pipes has streams, from the start on', async () => {
  const child = new Process({ target: targets.echoInput, stdio: 'pipe' });
  assert.deepEqual([child.stdin, child.stdout, child.stderr], [undefined, undefined, undefined]);
  await child.start();
  const { stdin, stdout, stderr } = child;
  assert.ok(stdin && stdout && stderr);
  stdin.end('one\ntwo');
  assert.deepEqual(await Promise.all([text(stdout), text(stderr)]), ['one\ntwo', 'complaint']);
  assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
  const quiet = await new Process({
    target: targets.print,
    args: ['nobody reads this'],
    stdio: 'ignore',
  }).start();
  assert.deepEqual([quiet.stdout, (await quiet.join()).how], [undefined, 'exited']);
});

test('Process with prefixes has each line of its output under its name, the last one too', async () => {
  const { stdout, stderr, code } = await run('processes/prefixed.ts').end;
  assert.equal(code, 0, stderr);
  const of = (from: string, name: string): string[] =>
    from.split('\n').filter((line) => line.startsWith(`[${name}] `));
  const numbers = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(i)}`);
  for (const name of ['Process-1', 'second']) {
    assert.deepEqual(
      of(stdout, name),
      [...numbers, 'no end'].map((line) => `[${name}] ${line}`),
    );
    assert.deepEqual(of(stderr, name), [`[${name}] a complaint`]);
  }
  assert.deepEqual(stdout.split('\n').slice(-2), ['all have ended', '']);
});

test('Process runs with the environment, folder and flags that it is given, and those of its parent else', async () => {
  const { execArgv } = process;
  process.env['DUODAO_FIXTURE'] = 'ours';
  try {
    const children = [
      new Process({ target: targets.situation }),
      new Process({ target: targets.situation, env: { ...process.env, DUODAO_FIXTURE: 'its own' } }),
      new Process({ target: targets.situation, env: { PATH: process.env['PATH'] } }),
      new Process({ target: targets.situation, cwd: tmpdir() }),
      new Process({ target: targets.situation, cwd: pathToFileURL(tmpdir()) }),
      new Process({ target: targets.situation, execArgv: [...execArgv, '--stack-trace-limit=7'] }),
    ];
    const told = await Promise.all(children.map(async (child) => (await child.start()).result()));
    for (const child of children) await child.join();
    assert.deepEqual(
      told.map(({ variable }) => variable),
      ['ours', 'its own', undefined, 'ours', 'ours', 'ours'],
    );
    assert.deepEqual(
      told.map(({ cwd }) => cwd),
      [0, 1, 2, 3, 4, 5].map((i) => (i === 3 || i === 4 ? tmpdir() : process.cwd())),
    );
    assert.deepEqual(told[5]?.execArgv, [...execArgv, '--stack-trace-limit=7']);
    assert.ok(!told[0]?.execArgv.includes('--stack-trace-limit=7'));
  } finally {
    delete process.env['DUODAO_FIXTURE'];
  }
});

test('Process in a folder that is not there says so by join', async () => {
  const child = await new Process({ target: targets.nothing, cwd: '/nowhere/at/all' }).start();
  const exit = await child.join();
  assert.ok(exit.how === 'not-started');
  assert.match(exit.reason.message, /^ENOENT: .*\/nowhere\/at\/all/);
});

test('Process refuses an environment, folder, flags and streams that are none', () => {
  const make = (options: object) => (): unknown => new Process({ target: targets.nothing, ...options });
  for (const wrong of [{ env: 'A=1' }, { env: null }, { cwd: 5 }, { execArgv: '-e' }, { execArgv: [5] }])
    assert.throws(make(wrong), TypeError);
  assert.throws(make({ stdio: 'both' }), {
    name: 'RangeError',
    message: /one of inherit, pipe, ignore, prefix/,
  });
  for (const flag of ['-e', '-p', '-pe', '--eval', '--eval=1', '--check', '-i'])
    assert.throws(make({ execArgv: ['--no-warnings', flag] }), { name: 'RangeError' });
  make({ execArgv: ['--experimental-default-config-file', '--enable-source-maps'] })();
});

test('A daemon whose output is read does not keep its parent alive', async () => {
  const program = run('processes/prefixed.ts', ['daemon']);
  await once(program.process, 'exit');
  assert.equal((await program.end).code, 0);
});
