/**
 * Programs that everybody has, as clients: what they send is served, and what they are answered is what they print.
 * Each is skipped where it is not; `npm run tools` fetches those that are packages of Debian.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test, { type TestContext } from 'node:test';
import { lines, raw, type SocketConnection, TcpServer, UnixServer } from '../../../src/net/index.ts';
import { cert, key } from '../../fixtures/net/certificate.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { needs, type ToolName } from '../../harness/tools.ts';
import { until } from '../../harness/tree.ts';

type Texts = SocketConnection<string, [string]>;
type Bytes = SocketConnection<Buffer, [Uint8Array | string]>;

/** Answers late, as those hear who have only ended their own side. */
const late = async (connection: Texts): Promise<void> => {
  const heard: string[] = [];
  for await (const line of connection) heard.push(line);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await connection.send(`late: ${heard.join(' ')}`);
};
/** The shortest server of HTTP. */
const http = async (connection: Bytes): Promise<void> => {
  let head = '';
  for await (const piece of connection) {
    head += String(piece);
    if (!head.endsWith('\r\n\r\n')) continue;
    const body = `you asked for ${head.split(' ')[1]}\n`;
    await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    head = '';
  }
};

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool with something to read, which then ends; undefined where it is not. */
async function run(
  t: TestContext,
  name: ToolName,
  args: readonly string[],
  input: string,
): Promise<Ran | undefined> {
  const tool = needs(t, name);
  if (!tool) return undefined;
  const child = spawn(tool.command, args, { env: tool.env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  child.stdin.on('error', () => undefined).end(input); // it may have ended before it read
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

const path = `/tmp/duodao-tools-${process.pid}`;
const tcp = new TcpServer({ handler: late, framing: lines });
const unix = new UnixServer({ handler: late, framing: lines, path });
const web = new TcpServer({ handler: http, framing: raw });
const tls = new TcpServer({ handler: late, framing: lines, tls: { key, cert } });
const servers = [tcp, unix, web, tls];
test.before(() => Promise.all(servers.map((server) => server.listen())));
test.after(() => Promise.all(servers.map((server) => server.close())));

/** A tool that sends two lines, ends, and waits for the answer. */
const CLIENTS: readonly (readonly [tool: ToolName, how: string, args: () => readonly string[]])[] = [
  ['nc.openbsd', 'a port', () => ['-N', '127.0.0.1', String(tcp.address.port)]],
  ['nc.openbsd', 'a path', () => ['-N', '-U', path]],
  ['socat', 'a port', () => ['-t5', '-', `TCP:127.0.0.1:${tcp.address.port}`]],
  ['socat', 'a path', () => ['-t5', '-', `UNIX-CONNECT:${path}`]],
  ['socat', 'TLS', () => ['-t5', '-', `OPENSSL:127.0.0.1:${tls.address.port},verify=0`]],
  ['ncat', 'a port', () => ['127.0.0.1', String(tcp.address.port)]],
  ['ncat', 'a path', () => ['-U', path]],
];

for (const [tool, how, args] of CLIENTS) {
  test(`${tool} at ${how} ends its side, and is answered after that`, async (t) => {
    const ran = await run(t, tool, args(), 'one\ntwo\n');
    if (ran) assert.deepEqual({ ...ran, stderr: '' }, { code: 0, stdout: 'late: one two\n', stderr: '' });
  });
}

test('bash with its own sockets is answered', async (t) => {
  const script = `exec 7<>/dev/tcp/127.0.0.1/${web.address.port}; printf 'GET /bash HTTP/1.0\\r\\n\\r\\n' >&7; head -4 <&7`;
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  const failed = await new Promise<unknown>((resolve) => child.once('close', resolve).once('error', resolve));
  if (failed instanceof Error) return t.skip('there is no bash');
  assert.match(stdout, /you asked for \/bash/);
});

test('curl speaks HTTP with a handler of raw bytes, twice on one connection', async (t) => {
  const { accepted } = web.stats();
  const urls = ['a', 'b'].map((name) => `http://127.0.0.1:${web.address.port}/${name}`);
  const ran = await run(t, 'curl', ['-sS', '--max-time', '20', ...urls], '');
  if (!ran) return;
  assert.deepEqual(ran, { code: 0, stdout: 'you asked for /a\nyou asked for /b\n', stderr: '' });
  assert.equal(web.stats().accepted, accepted + 1);
});

test('openssl speaks TLS with us', async (t) => {
  const args = [
    's_client',
    '-connect',
    `127.0.0.1:${tls.address.port}`,
    '-quiet',
    '-no_ign_eof',
    '-verify_quiet',
  ];
  const ran = await run(t, 'openssl', args, '');
  if (!ran) return;
  assert.equal(ran.code, 0, ran.stderr);
});

for (const version of ['-tls1', '-tls1_1'] as const) {
  test(`openssl is refused with ${version}, and that is counted`, async (t) => {
    const { authFailed } = tls.stats();
    const cipher = ['-cipher', 'ALL:@SECLEVEL=0'];
    const args = ['s_client', '-connect', `127.0.0.1:${tls.address.port}`, version, ...cipher];
    const ran = await run(t, 'openssl', args, '');
    if (!ran) return;
    assert.notEqual(ran.code, 0);
    assert.match(ran.stderr + ran.stdout, /alert|protocol|no protocols/i);
    if (/no protocols|unknown option/i.test(ran.stderr)) return t.skip(`this openssl has no ${version}`);
    await until('it is counted', () => tls.stats().authFailed === authFailed + 1);
    assert.equal(tls.stats().failed, 0);
    return undefined;
  });
}

test('Plain text at a port of TLS is refused, and counted', async (t) => {
  const { authFailed } = tls.stats();
  const ran = await run(t, 'curl', ['-sS', `http://127.0.0.1:${tls.address.port}/`], '');
  if (!ran) return;
  assert.notEqual(ran.code, 0);
  await until('it is counted', () => tls.stats().authFailed === authFailed + 1);
  await until('it is gone', () => tls.stats().active === 0);
});

// Here, as what was opened last is looked at last.
endsClean();
