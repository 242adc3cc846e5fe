/**
 * Runs test files on a Node binary with `node --test` and says how many tests passed and failed.
 *
 * The files are collected here, as Node 20 takes no globs. Sources are TypeScript run as they are. A Node that strips
 * types itself, and knows `using`, gets no flags for that. One without it (22) gets tsx for what says it. One that
 * strips no types (20) gets read-typescript.cjs, which is faster, and tsx for the tests of what our code does about
 * loaders, as it is tsx that users have: those are a run of their own, after the others.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './erase.cjs';
import { hangGuard } from './hang-guard.js';
import { MARKER } from './leaks.js';

const TALLY = new URL('tally.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const READER = join(ROOT, 'scripts/read-typescript.cjs');
const READING = ['--expose-internals', '--require', READER, '--import', READER];
/** Tests that run as users' programs do on Node 20: of callers, threads, addresses of functions, and standbys. */
const OF_TSX = [
  'test/conformance/callers.test.ts',
  'test/conformance/threads.test.ts',
  'test/crash/listens.test.ts',
  'test/crash/start-storm.test.ts',
  'test/unit/harness',
  'test/unit/process/address',
  'test/unit/process/child',
  'test/unit/process/start',
  'test/unit/process/thread',
];

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

/** What a Node binary calls itself, and whether it reads our tests. */
export function describeNode(node) {
  const ifStrips = 'process.features.typescript === "strip"';
  const ifUsing = 'typeof DisposableStack === "function"'; // it came with this class
  const script = `JSON.stringify([process.version, process.arch, ${ifStrips}, ${ifUsing}])`;
  const { status, stdout, error } = spawnSync(node, ['-p', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot run ${node}: ${error?.message ?? `it ends with ${status}`}`);
  const [version, arch, stripsTypes, knowsUsing] = JSON.parse(stdout);
  return { version, arch, stripsTypes, knowsUsing };
}

/** The files that run with the same flags, and these flags. */
async function partsOf(node, files) {
  const { stripsTypes, knowsUsing } = describeNode(node);
  if (stripsTypes && knowsUsing) return [{ flags: [], files }];
  if (stripsTypes) {
    const hasUsing = (file) => /^\s*(?:await )?using \w/m.test(readFileSync(file, 'utf8'));
    return [
      { flags: [], files: files.filter((file) => !hasUsing(file)) },
      { flags: ['--import', 'tsx'], files: files.filter(hasUsing) },
    ].filter((part) => part.files.length > 0);
  }
  await prepare();
  const ofTsx = new Set(OF_TSX.flatMap((path) => testFiles(join(ROOT, path))));
  return [
    { flags: READING, files: files.filter((file) => !ofTsx.has(file)) },
    { flags: ['--import', 'tsx'], files: files.filter((file) => ofTsx.has(file)) },
  ].filter((part) => part.files.length > 0);
}

function countsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The run broke off before the reporter was done: its exit code says so, and counts as a failure.
    return { passed: 0, failed: 0, skipped: 0, todo: 0, empty: [], failures: [] };
  }
}

/** Runs the files of one part, and counts. */
async function runPart({ node, flags, files, past, name, timeoutMs, signal }) {
  const tally = join(past.tmp, 'tally.json');
  rmSync(tally, { force: true });
  const argv = [
    ...flags,
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
  const env = {
    ...process.env,
    DUODAO_STANDBY: '0', // only the tests of standby have any: the others count processes
    [MARKER]: past.marker,
    TMPDIR: past.tmp,
    // Newer versions of Node keep here what they have compiled, types erased: a start takes a third of the time.
    NODE_COMPILE_CACHE: join(past.tmp, 'compiled'),
  };
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

  const counts = countsIn(tally);
  const problems = [...counts.failures, ...guard.problems];
  if (counts.failed === 0 && exit !== 0) problems.push(`node --test ended with ${exit}`);
  return { counts, problems };
}

/**
 * Runs the files (absolute paths) and counts. `past` is what leaks.js noted before the run; its marker and
 * folder are handed to every process of it. With a `name` only the tests that match it run. A test, and a
 * file of them, may take `timeoutMs`.
 */
export async function runNodeTests({ node, files, name, signal, ...how }) {
  const total = { passed: 0, failed: 0, skipped: 0, todo: 0 };
  const problems = [];
  for (const part of await partsOf(node, files)) {
    if (signal?.aborted) break;
    const { counts, problems: found } = await runPart({ node, name, signal, ...how, ...part });
    for (const key of Object.keys(total)) total[key] += counts[key];
    problems.push(...found);
    // Somebody believes that such a file tests something.
    if (name === undefined) problems.push(...counts.empty.map((file) => `${file} holds no test`));
  }
  if (total.passed + total.failed === 0) problems.push('no test ran');
  // Whatever went wrong beside the tests themselves must not end in a green line.
  if (total.failed === 0) total.failed = problems.length;
  return { ...total, problems };
}
