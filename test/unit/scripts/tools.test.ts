/** npm run tools, with an apt-get and a dpkg that only write down what they are asked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { afterEach, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/tools.js', import.meta.url));

/** Runs in the folder of packages, and finds no other program on the path: whatever this machine has is not there. */
const APT_GET = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
echo "apt-get $*" >> "$LOG"
if [ "$1" = update ]; then
  if [ -z "$OFFLINE" ]; then : > ../lists/debian_Packages; fi
  exit 0
fi
for word; do
  case "$word" in
    "$REFUSED") echo "E: Unable to locate package $word" >&2; exit 100 ;;
    install | download | -*) ;;
    *) : > "$word.deb" ;;
  esac
done
`;
const DPKG = `#!/bin/sh
echo "dpkg $*" >> "$LOG"
`;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'scripts'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(SCRIPT, join(folder, 'scripts/tools.js'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): void {
  writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 });
}

/** Runs it; answers what it said, and what was asked of the programs. */
function run(env: NodeJS.ProcessEnv = {}): { readonly said: string; readonly asked: string } {
  const log = join(folder, 'log');
  rmSync(log, { force: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'scripts/tools.js')], {
    env: { LOG: log, PATH: join(folder, 'bin'), ...env },
    encoding: 'utf8',
  });
  assert.equal(`${status} ${stderr}`, '0 ');
  return { said: stdout, asked: existsSync(log) ? readFileSync(log, 'utf8') : '' };
}

function withPackages(): void {
  program('apt-get', APT_GET);
  program('dpkg', DPKG);
}
const isStamped = (): boolean => existsSync(join(folder, '.cache/tools/stamp'));

test('npm run tools says that there is no apt-get, and ends well', () => {
  const { said, asked } = run();
  assert.match(said, /^duodao: not fetching .*python3-ntplib, as there is no apt-get here\n$/);
  assert.equal(asked, '');
});

test('npm run tools only downloads and unpacks, and the second time nothing', () => {
  withPackages();
  const { said, asked } = run();
  assert.match(said, /^duodao: fetching .*python3-ntplib into \.cache\/tools\n$/);
  const steps = asked.trim().split('\n');
  assert.equal(steps[0], 'apt-get update');
  for (const step of steps.slice(1))
    assert.match(step, /^(?:apt-get (?:install --download-only|download) |dpkg -x .*\.deb .*\/root$)/);
  assert.ok(steps.some((step) => /^dpkg -x .*python3-ntplib\.deb/.test(step)));
  assert.deepEqual(run(), { said: '', asked: '' });
});

test('npm run tools does not fetch what is on the path, nor again once it is', () => {
  program('socat', '#!/bin/sh\n');
  withPackages();
  assert.doesNotMatch(run().asked, /socat/);
  program('ncat', '#!/bin/sh\n');
  assert.deepEqual(run(), { said: '', asked: '' });
  rmSync(join(folder, 'bin/socat'));
  assert.match(run().asked, /install .*socat/);
});

test('npm run tools says that there is no network, and tries again the next time', () => {
  withPackages();
  const { said, asked } = run({ OFFLINE: '1' });
  assert.match(said, /\nduodao: no list of packages is to be had: is there a network\?\n$/);
  assert.equal(asked, 'apt-get update\n');
  assert.equal(isStamped(), false);
  run();
  assert.equal(isStamped(), true);
});

test('npm run tools fetches what there is when a package is not to be had', () => {
  withPackages();
  const { said, asked } = run({ REFUSED: 'python3-ntplib' });
  assert.match(
    said,
    /\nduodao: not to be had: python3-ntplib \(Unable to locate package python3-ntplib\)\n$/,
  );
  assert.doesNotMatch(asked, /dpkg .*ntplib/);
  assert.equal(isStamped(), false);
  const other = run({ REFUSED: 'wrk' });
  assert.match(other.said, /not to be had: wrk \([^)]*\)\n$/);
  assert.match(other.asked, /dpkg .*python3-ntplib\.deb/);
});
