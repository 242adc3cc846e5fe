/** The words after `duodao serve`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServe, type ServeOptions } from '../../../../src/cli/serve/options.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

const parse = (line: string): ServeOptions => parseServe(line.split(' '), 8);

test('parseServe has defaults for what is left out', () => {
  assert.deepEqual(parse('echo.ts#echo --tcp 8000'), {
    target: 'echo.ts#echo',
    place: { kind: 'tcp', host: '127.0.0.1', port: 8000 },
    framing: 'raw',
    concurrency: 'async',
    workers: 8,
    maxConnections: undefined,
    idleTimeoutMs: undefined,
    maxMessageBytes: undefined,
    authKeyFile: undefined,
    legacyAuth: false,
    tls: undefined,
    backlog: undefined,
    drainMs: 5000,
    stats: false,
    json: false,
    check: false,
  });
});

test('parseServe takes all that can be asked for, wherever the module stands', () => {
  const line =
    '--unix ./a.sock --framing length:2:big --concurrency threads -w 50% --max-connections 9 --idle-timeout 30s ' +
    '--max-message 64K --auth-key-file key --legacy-auth --tls-key k --tls-cert c --backlog 7 --mode 660 ' +
    '--drain 0 --stats --json --check echo.ts';
  assert.deepEqual(parse(line), {
    target: 'echo.ts',
    place: { kind: 'unix', path: './a.sock', mode: 0o660 },
    framing: 'length:2:big',
    concurrency: 'threads',
    workers: 4,
    maxConnections: 9,
    idleTimeoutMs: 30_000,
    maxMessageBytes: 65_536,
    authKeyFile: 'key',
    legacyAuth: true,
    tls: { keyFile: 'k', certFile: 'c' },
    backlog: 7,
    drainMs: 0,
    stats: true,
    json: true,
    check: true,
  });
});

test('parseServe has processes when it is told how many workers', () => {
  const { concurrency, workers } = parse('echo.ts --tcp 1 -w 3');
  assert.deepEqual([concurrency, workers], ['processes', 3]);
  assert.throws(() => parse('echo.ts --tcp 1 -w 3 --concurrency async'), /say threads or processes/);
  assert.throws(() => parse('echo.ts --tcp 1 --concurrency proceses'), /did you mean processes\?$/);
});

test('parseServe refuses for datagrams what only connections have', () => {
  for (const words of [
    '--framing lines',
    '--max-connections 1',
    '--idle-timeout 1s',
    '--backlog 1',
    '--tls-key k',
  ])
    assert.throws(
      () => parse(`echo.ts --udp 1 ${words}`),
      /Cannot use --[a-z-]+ with --udp, where there are no connections/,
      words,
    );
  assert.equal(parse('echo.ts --udp 1 --max-message 512').maxMessageBytes, 512);
  assert.throws(() => parse('echo.ts --udp 1 --max-message 64K'), /at most 65507 bytes/);
});

test('parseServe refuses what makes no sense', () => {
  assert.throws(() => parse('--tcp 1'), /Cannot serve without a handler/);
  assert.throws(() => parse('a.ts b.ts --tcp 1'), /the word "b\.ts": one module is served/);
  assert.throws(() => parse('a.ts --tcp 1 --tls-key k'), /with --tls-key alone: --tls-cert FILE/);
  assert.throws(() => parse('a.ts --tcp 1 --tls-cert c'), /with --tls-cert alone: --tls-key FILE/);
  assert.throws(() => parse('a.ts --tcp 1 --legacy-auth'), /without --auth-key-file/);
  assert.throws(() => parse('a.ts --tcp 1 --farming x'), /did you mean --framing\?/);
  for (const words of [
    '--drain x',
    '--idle-timeout 0',
    '--max-message 0',
    '--max-connections 0',
    '-w 0',
    '-w',
  ])
    assert.throws(() => parse(`a.ts --tcp 1 ${words}`), UsageError, words);
});
