/**
 * The checks that need no run of the tests: each is a command that is silent when all is well.
 *
 * The tools are called by their files rather than through npx, which costs half a second each time.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const CHECKS = [
  { name: 'types', command: ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', command: ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['@biomejs/biome/bin/biome', 'format', '.'] },
  { name: 'package', command: ['publint/src/cli.js', 'run', '.', '--strict'] },
];

/** Runs one check. `output` is what its tool printed. */
export function runCheck({ command: [tool, ...args] }) {
  // oxlint looks for tsgolint on the path.
  const path = [`${ROOT}node_modules/.bin`, process.env.PATH].join(delimiter);
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [`${ROOT}node_modules/${tool}`, ...args],
    { cwd: ROOT, env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
  );
  return { isOk: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim() };
}
