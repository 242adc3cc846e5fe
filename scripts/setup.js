/**
 * Makes a checkout ready to run: the dependencies that package-lock.json names, and a dist built from src.
 * Does only what is missing, says in one line what it does, and is quiet when there is nothing to do.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);

function read(name) {
  try {
    return readFileSync(new URL(name, ROOT), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuseOldNode() {
  const { node: needed } = JSON.parse(read('package.json')).engines;
  const [major, minor] = needed.match(/\d+/g).map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  console.error(`duodao needs Node ${needed}: this is ${process.version}`);
  process.exit(1);
}

/**
 * Why the dependencies must be installed, if they must. npm notes in node_modules/.package-lock.json what it
 * installed. Compared by content: the times of the two files say only which was written last.
 */
function missing() {
  const note = read('node_modules/.package-lock.json');
  if (note === undefined) return 'node_modules is missing';
  const installed = JSON.parse(note).packages;
  const wanted = Object.entries(JSON.parse(read('package-lock.json')).packages);
  // Optional ones are mostly binaries for other machines; those are rightly absent.
  const isRight = ([path, { version, optional }]) =>
    path === '' || (path in installed ? installed[path].version === version : optional === true);
  const wrong = wanted.find((entry) => !isRight(entry));
  return wrong && `${wrong[0]} is not the one that package-lock.json names`;
}

function run(command, args, stdio) {
  const { status, signal, error } = spawnSync(command, args, { cwd: fileURLToPath(ROOT), stdio });
  if (error || signal) console.error(`duodao: ${command} did not run: ${error ? error.message : signal}`);
  return status;
}

function install() {
  // Nothing we use needs its install script.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (run('npm', ['ci', ...flags], 'ignore') === 0) return 0;
  // npm ci refuses a lock file without the binaries for other machines, and a registry that serves only some
  // of them makes npm write such a one. npm install takes the same versions from it, and says what is wrong.
  return run('npm', ['install', '--no-save', ...flags], ['ignore', 'inherit', 'inherit']);
}

function build() {
  const script = fileURLToPath(new URL('scripts/build.js', ROOT));
  return run(process.execPath, [script], ['ignore', 'inherit', 'inherit']);
}

/** Says why, does it, and stops here when it fails. */
function step(why, action) {
  console.log(`duodao: ${why}`);
  const status = action();
  if (status !== 0) process.exit(status || 1);
}

refuseOldNode();
const reason = missing();
if (reason !== undefined) step(`installing the dependencies, as ${reason}`, install);
const built = read('dist/.built');
const { fingerprint } = await import('./fingerprint.js');
if (built === undefined) step('building dist, as it is missing', build);
else if (built !== fingerprint()) step('building dist, as src has changed', build);
