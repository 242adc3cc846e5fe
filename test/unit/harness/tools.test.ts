/** Tools are found where they are, in the right order, and each that is here runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { needs, pythons, tool, type ToolName } from '../../harness/tools.ts';

/** What each is asked, and what it says about itself. */
const WORDS: Readonly<Record<ToolName, readonly [string[], RegExp]>> = {
  socat: [['-V'], /socat version 1/],
  'nc.openbsd': [['-h'], /OpenBSD netcat/],
  ncat: [['--version'], /Ncat: Version/],
  chronyd: [['-v'], /chronyd \(chrony\) version/],
  rdate: [['-h'], /Usage: rdate/],
  wrk: [['-v'], /^wrk /],
  ab: [['-V'], /ApacheBench/],
  curl: [['--version'], /^curl \d/],
  openssl: [['version'], /^OpenSSL/],
  ntplib: [['-c', 'import ntplib; print(ntplib.NTPClient)'], /NTPClient/],
};

for (const [name, [args, words]] of Object.entries(WORDS)) {
  test(`${name} runs`, (t) => {
    const found = needs(t, name as ToolName);
    if (!found) return;
    const { stdout, stderr } = spawnSync(found.command, args, { env: found.env, encoding: 'utf8' });
    assert.match(stdout + stderr, words);
  });
}

test('tool() prefers the path to what was unpacked, and finds nothing that cannot be run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  const write = (file: string, mode: number): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '', { mode });
  };
  try {
    const places = {
      path: `:${join(folder, 'first')}:${join(folder, 'second')}`,
      root: join(folder, 'root'),
    };
    const at = (name: ToolName): string | undefined => tool(name, places)?.command.slice(folder.length);
    write('root/usr/sbin/socat', 0o755);
    write('second/rdate', 0o644); // nobody may run it
    mkdirSync(join(folder, 'first/rdate'), { recursive: true });
    assert.equal(at('socat'), '/root/usr/sbin/socat');
    assert.match(tool('socat', places)?.env['LD_LIBRARY_PATH'] ?? '', /\/root\/usr\/lib\/\w+/);
    write('second/socat', 0o755);
    assert.equal(at('socat'), '/second/socat');
    assert.equal(tool('socat', places)?.env['LD_LIBRARY_PATH'], process.env['LD_LIBRARY_PATH']);
    assert.equal(at('rdate'), undefined);
    assert.equal(at('ncat'), undefined);
    assert.equal(at('ntplib'), undefined, 'no Python, no module of Python');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('needs() skips the test and says how to get the tool, or fails where tools are required', () => {
  const nowhere = { path: '', root: '/nowhere' };
  const said: unknown[] = [];
  const t = { skip: (why?: string) => void said.push(why) };
  const before = process.env['DUODAO_TOOLS'];
  try {
    delete process.env['DUODAO_TOOLS'];
    assert.equal(needs(t, 'socat', nowhere), undefined);
    assert.deepEqual(said, ['socat is not on this machine: npm run tools fetches it']);
    process.env['DUODAO_TOOLS'] = 'required';
    assert.throws(() => needs(t, 'socat', nowhere), /socat is not on this machine.*npm run tools/);
    assert.equal(said.length, 1);
  } finally {
    if (before === undefined) delete process.env['DUODAO_TOOLS'];
    else process.env['DUODAO_TOOLS'] = before;
  }
});

test('pythons() knows each Python by its version, once', (t) => {
  const found = pythons();
  if (found.length === 0) return t.skip('there is no Python 3 on this machine');
  for (const { version, command } of found)
    assert.equal(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout.trim(), `Python ${version}`);
  const versions = found.map(({ version }) => version);
  assert.deepEqual(versions, [...new Set(versions)]);
});
