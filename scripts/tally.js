/**
 * A reporter for `node --test` that only counts. Its answer is one line of JSON.
 *
 * Counted as Node counts itself, from the events, as their form is the same on all versions we support: a
 * suite is no test, a failing test marked as to do is no failure. Files that hold no test are named in
 * `empty` rather than counted as a test that passed.
 *
 * @module
 */
import { resolve } from 'node:path';

export default async function* tally(events) {
  const counts = { passed: 0, failed: 0, skipped: 0, todo: 0, empty: [] };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isSuite = data.details?.type === 'suite';
    // A file stands for itself only when it reported no test: the name is then its path.
    const isFile = data.nesting === 0 && data.file !== undefined && resolve(data.name) === data.file;
    if (type === 'test:fail') {
      if (data.todo !== undefined && data.todo !== false) counts.todo++;
      else if (!isSuite || data.details.error?.failureType !== 'subtestsFailed') counts.failed++;
    } else if (isFile) counts.empty.push(data.file);
    else if (isSuite) continue;
    else if (data.skip !== undefined && data.skip !== false) counts.skipped++;
    else if (data.todo !== undefined && data.todo !== false) counts.todo++;
    else counts.passed++;
  }
  yield `${JSON.stringify(counts)}\n`;
}
