/**
 * Runs everything a reviewer would: types, lint, format, the package, the tests, and then looks for leaks.
 *
 *     node scripts/test.js                          everything
 *     node scripts/test.js test/unit/wire           only the tests at or below these paths
 *     node scripts/test.js --name 'Lock does'       only the tests whose name matches
 *     node scripts/test.js --node /path/to/node     only the tests, on another Node
 *     node scripts/test.js --timeout 5000           a test may take 5 s instead of five minutes
 *
 * The last line is `N passed, N failed`: each check and each test counts as one, each leak as one failure. What failed
 * is said again before it, at the end: each a line with `failed: `, and indented lines with its reason.
 * The exit code is 0 only when nothing failed and at least one test ran.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CHECKS, runCheck } from './checks.js';
import { before, processesLeft, settledLeaks } from './leaks.js';
import { describeNode, runNodeTests, testFiles } from './node-tests.js';
import { kill } from './proc.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: 'string' },
      name: { type: 'string' },
      timeout: { type: 'string', default: '300000' },
    },
  });
  const timeoutMs = Number(values.timeout);
  if (!(timeoutMs > 0)) throw new Error(`Cannot run the tests with a timeout of ${values.timeout} ms`);
  const paths = positionals.map((path) => resolve(path));
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new Error(`Cannot run the tests of ${missing} as it does not exist`);
  const files = (paths.length > 0 ? paths : [join(ROOT, 'test')]).flatMap(testFiles);
  return {
    // A name without a slash is looked up on the path.
    node: values.node?.includes('/') ? resolve(values.node) : (values.node ?? process.execPath),
    files: [...new Set(files)],
    name: values.name,
    timeoutMs,
    isWhole: paths.length === 0 && values.node === undefined && values.name === undefined,
  };
}

/** Runs a check and says whether it passed; if not, what it printed. */
function check(one) {
  const startedAt = performance.now();
  const { isOk, output } = runCheck(one);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${one.name.padEnd(8)} ${isOk ? 'ok' : 'FAILED'} (${seconds} s)`);
  return isOk ? [] : [`${one.name}: ${output}`];
}

/** Runs the tests between two looks at the machine, and ends what they left behind. */
async function test({ node, files, name, timeoutMs }) {
  const interrupt = new AbortController();
  const end = () => interrupt.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const tmp = mkdtempSync(join(tmpdir(), 'duodao-run-'));
  try {
    const past = before({ marker: randomBytes(8).toString('hex'), tmp });
    const outcome = await runNodeTests({ node, files, past, name, timeoutMs, signal: interrupt.signal });
    const leaks = await settledLeaks(past, Math.min(5000, timeoutMs));
    if (leaks.length > 0) kill(processesLeft(past));
    const interrupted = interrupt.signal.aborted ? ['interrupted'] : [];
    const problems = [...outcome.problems, ...leaks.map((leak) => `left behind: ${leak}`), ...interrupted];
    return { ...outcome, failed: outcome.failed + leaks.length + interrupted.length, problems };
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

async function main() {
  const run = readArguments();
  const checks = run.isWhole ? CHECKS : [];
  const failedChecks = checks.flatMap(check);
  const { version, arch } = describeNode(run.node);
  console.log(`Node ${version} ${arch}, ${run.files.length} test files`);
  const outcome = await test(run);
  for (const problem of [...failedChecks, ...outcome.problems]) {
    console.log(`failed: ${problem.replaceAll(ROOT, '').replaceAll('\n', '\n    ')}`);
  }
  if (outcome.skipped + outcome.todo > 0) console.log(`${outcome.skipped} skipped, ${outcome.todo} to do`);
  const passed = outcome.passed + checks.length - failedChecks.length;
  const failed = outcome.failed + failedChecks.length;
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
