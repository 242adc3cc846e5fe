/** How the doctor says what it found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFine, reportLines } from '../../../../src/cli/doctor/report.ts';

const CHECKS = [
  { name: 'memfd', status: 'ok', found: 'works', tried: 'made one' },
  { name: 'autogroup', status: 'warn', found: 'on', tried: 'read it' },
] as const;

function thing(state: 'in use' | 'left' | 'removed'): {
  path: string;
  sizeBytes: number;
  state: typeof state;
} {
  return { path: '/dev/shm/x', sizeBytes: 8192, state };
}

test('The report has a line for each check and each thing that has a name', () => {
  const leftovers = [thing('in use'), thing('left'), thing('removed')];
  assert.deepEqual(reportLines({ checks: CHECKS, leftovers }, false), [
    'ok      memfd      works (made one)',
    'warn    autogroup  on (read it)',
    'in use  /dev/shm/x, 8,192 bytes',
    'left    /dev/shm/x, 8,192 bytes: nobody lives in it; --clean removes it',
    'removed /dev/shm/x, 8,192 bytes',
  ]);
  const empty = reportLines({ checks: CHECKS, leftovers: [] }, false);
  assert.equal(empty.at(-1), 'ok      no program has left anything');
});

test('Colours are for the first word, when they are wanted', () => {
  const [first] = reportLines({ checks: CHECKS, leftovers: [] }, true);
  assert.equal(first, '\u001b[32mok      \u001b[0mmemfd      works (made one)');
});

test('All is well with warnings and with what is in use, not with what is bad or left', () => {
  assert.equal(isFine({ checks: CHECKS, leftovers: [thing('in use'), thing('removed')] }), true);
  assert.equal(isFine({ checks: CHECKS, leftovers: [thing('left')] }), false);
  const bad = { ...CHECKS[0], status: 'bad' } as const;
  assert.equal(isFine({ checks: [bad], leftovers: [] }), false);
});
