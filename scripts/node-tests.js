/**
 * Runs test files on a Node binary with `node --test` and says how many tests passed and failed.
 *
 * The files are collected here, as Node 20 takes no globs. Sources are TypeScript run as they are: a Node
 * that strips types itself gets nothing more, another one gets tsx.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hangGuard } from './hang-guard.js';
import { MARKER } from './leaks.js';

const TALLY = new URL('tally.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The test files at or below a path, in order. */
export function testFiles(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const at = join(path, entry.name);
      if (entry.isDirectory()) return testFiles(at);
      return entry.name.endsWith('.test.ts') ? [at] : [];
    });
}

/** What a Node binary calls itself, and what it needs in order to run TypeScript. */
export function describeNode(node) {
  const script = 'JSON.stringify([process.version, process.arch, process.features.typescript === "strip"])';
  const { status, stdout, error } = spawnSync(node, ['-p', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot run ${node}: ${error?.message ?? `it ends with ${status}`}`);
  const [version, arch, stripsTypes] = JSON.parse(stdout);
  return { version, arch, execArgv: stripsTypes ? [] : ['--import', 'tsx'] };
}

function countsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The run broke off before the reporter was done: its exit code says so, and counts as a failure.
    return { passed: 0, failed: 0, skipped: 0, todo: 0, empty: [] };
  }
}

/**
 * Runs the files (absolute paths) and counts. `past` is what leaks.js noted before the run; its marker and
 * folder are handed to every process of it. With a `name` only the tests that match it run. A test, and a
 * file of them, may take `timeoutMs`.
 */
export async function runNodeTests({ node, files, past, name, timeoutMs, signal }) {
  const tally = join(past.tmp, 'tally.json');
  const argv = [
    ...describeNode(node).execArgv,
    '--test',
    '--test-concurrency=2',
    `--test-timeout=${timeoutMs}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${TALLY}`,
    `--test-reporter-destination=${tally}`,
    ...(name === undefined ? [] : [`--test-name-pattern=${name}`]),
    ...files,
  ];
  // Only the tests of standby have any: the others count processes.
  const env = { ...process.env, DUODAO_STANDBY: '0', [MARKER]: past.marker, TMPDIR: past.tmp };
  // Set when a test of ours calls this: Node would take the run for a part of that test, and run nothing.
  delete env.NODE_TEST_CONTEXT;
  const runner = spawn(node, argv, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => runner.kill();
  signal?.addEventListener('abort', end, { once: true });
  const guard = hangGuard({ runner: runner.pid, files, past, timeoutMs });
  const exit = await new Promise((resolve, reject) => {
    runner.once('error', reject);
    runner.once('exit', (code, killedBy) => resolve(killedBy ?? code));
  });
  guard.stop();
  signal?.removeEventListener('abort', end);

  const { empty, ...counts } = countsIn(tally);
  const problems = [...guard.problems];
  // Somebody believes that such a file tests something.
  if (name === undefined) problems.push(...empty.map((file) => `${file} holds no test`));
  if (counts.failed === 0 && exit !== 0) problems.push(`node --test ended with ${exit}`);
  if (counts.passed + counts.failed === 0) problems.push('no test ran');
  // Whatever went wrong beside the tests themselves must not end in a green line.
  if (counts.failed === 0) counts.failed = problems.length;
  return { ...counts, problems };
}
