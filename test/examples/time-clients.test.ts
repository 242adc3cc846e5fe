/** The time server, asked by clients that others have written. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs, type Tool } from '../harness/tools.ts';
import { end, isAhead, open } from './time-servers.ts';

async function said(tool: Tool, ...args: string[]): Promise<string> {
  const child = spawn(tool.command, args, { env: tool.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(child, 'close');
  return text;
}

test('chrony finds how far our server is ahead', async (t) => {
  const chronyd = needs(t, 'chronyd');
  if (!chronyd) return;
  const { server, port } = await open('time/server.ts', '--ahead', '1.5');
  const user = process.getuid?.() === 0 ? 'root' : 'nobody';
  const options = ['-U', '-Q', '-t', '20', '-f', '/dev/null', '-u', user];
  const source = `server 127.0.0.1 port ${port} iburst maxsamples 1`;
  // It removes the file of its pid when it ends, whatever that is.
  const folder = mkdtempSync(join(tmpdir(), 'duodao-chrony-'));
  const text = await said(chronyd, ...options, source, 'cmdport 0', `pidfile ${join(folder, 'pid')}`);
  rmSync(folder, { recursive: true });
  const offset = Number(/System clock wrong by (-?[\d.]+) seconds/.exec(text)?.[1] ?? Number.NaN);
  assert.ok(isAhead(offset, 1.5), text);
  await end(server);
});

test('rdate and ntplib find how far our server is ahead', async (t) => {
  const rdate = needs(t, 'rdate');
  const ntplib = needs(t, 'ntplib');
  if (!rdate || !ntplib) return;
  const { server, port } = await open('time/server.ts', '--ahead', '1.5', '--stratum', '2');
  const adjusted = await said(rdate, '-n', '-p', '-v', '-o', `${port}`, '127.0.0.1');
  const [, by] = /adjust local clock by (-?[\d.]+) seconds/.exec(adjusted) ?? [];
  assert.ok(isAhead(Number(by), 1.5), adjusted);
  for (const version of [2, 3, 4]) {
    const script = `import ntplib
answer = ntplib.NTPClient().request('127.0.0.1', port=${port}, version=${version})
print(answer.offset, answer.version, answer.stratum, answer.leap, answer.mode)`;
    const [offset, ...rest] = (await said(ntplib, '-c', script)).trim().split(' ').map(Number);
    assert.ok(isAhead(offset ?? null, 1.5), `${offset}`);
    assert.deepEqual(rest, [version, 2, 0, 4]);
  }
  await end(server);
});
