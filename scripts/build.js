/**
 * Builds dist from src: the TypeScript compiler makes JavaScript and declarations, bundle.js few files of many.
 *
 * The new dist is made beside the old one and takes its place in the end: a build that fails changes nothing,
 * and programs that run from dist meanwhile always find a whole one.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';
import { fingerprint } from './fingerprint.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
// On the same floor as dist, as the source maps name the sources by relative paths.
const FRESH = `${DIST}.${process.pid}`;
const STALE = `${FRESH}.old`;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Removes what builds that were killed have left. */
function clean() {
  for (const name of readdirSync(ROOT)) {
    const [, pid] = /^dist\.(\d+)(?:\.old)?$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(ROOT, name), { recursive: true, force: true });
  }
}

function compile() {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const argv = [tsc, '-p', 'tsconfig.build.json', '--outDir', FRESH, '--noEmitOnError'];
  const { status, error } = spawnSync(process.execPath, argv, { cwd: ROOT, stdio: 'inherit' });
  if (error) throw error;
  return status === 0;
}

/** Drops the fault points (src/base/faults.ts): what is built has nothing that could strike. */
function dropFaultPoints() {
  for (const name of readdirSync(FRESH, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const path = join(FRESH, name);
    const code = readFileSync(path, 'utf8');
    // The line stays, empty, so that the source maps are right.
    const without = code.replace(/^[ \t]*if \(FAULTY\)\n?[ \t]*pass\('[a-z.]+'\);$/gm, (line) =>
      '\n'.repeat(line.split('\n').length - 1),
    );
    if (without !== code) writeFileSync(path, without);
  }
}

/** Puts the new dist into place. Another build may do the same at this moment: the last one stays. */
function replace() {
  for (;;) {
    rmSync(STALE, { recursive: true, force: true });
    try {
      renameSync(DIST, STALE);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    try {
      return renameSync(FRESH, DIST);
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    }
  }
}

clean();
try {
  const word = fingerprint();
  if (compile()) {
    dropFaultPoints();
    await bundle(FRESH);
    writeFileSync(join(FRESH, '.built'), word);
    replace();
  } else {
    console.error('duodao: dist was not built, as src does not compile');
    process.exitCode = 1;
  }
} finally {
  for (const folder of [FRESH, STALE]) rmSync(folder, { recursive: true, force: true });
}
