/**
 * A reporter for `node --test` that only counts. Its answer is one line of JSON.
 *
 * Counted as Node counts itself, from the events, as their form is the same on all versions we support: a
 * suite is no test, a failing test marked as to do is no failure. Files that hold no test are named in
 * `empty` rather than counted as a test that passed. `failures` tells what failed and why, so that the end of a long
 * log can say so again.
 *
 * @module
 */
import { resolve } from 'node:path';
import { inspect } from 'node:util';

const LINES_OF_A_FAILURE = 40;

/** A failed test as lines: its name and file, then the error. */
function failure({ name, file, line, details }) {
  const error = details.error?.cause ?? details.error;
  const text = typeof error === 'string' ? error : inspect(error, { maxStringLength: 2000 });
  const lines = text.split('\n').slice(0, LINES_OF_A_FAILURE);
  return [`${name} (${file}:${line})`, ...lines].join('\n');
}

export default async function* tally(events) {
  const counts = { passed: 0, failed: 0, skipped: 0, todo: 0, empty: [], failures: [] };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isSuite = data.details?.type === 'suite';
    // A file stands for itself only when it reported no test: the name is then its path.
    const isFile = data.nesting === 0 && data.file !== undefined && resolve(data.name) === data.file;
    if (type === 'test:fail') {
      if (data.todo !== undefined && data.todo !== false) counts.todo++;
      else if (!isSuite || data.details.error?.failureType !== 'subtestsFailed') {
        counts.failed++;
        counts.failures.push(failure(data));
      }
    } else if (isFile) counts.empty.push(data.file);
    else if (isSuite) continue;
    else if (data.skip !== undefined && data.skip !== false) counts.skipped++;
    else if (data.todo !== undefined && data.todo !== false) counts.todo++;
    else counts.passed++;
  }
  yield `${JSON.stringify(counts)}\n`;
}
