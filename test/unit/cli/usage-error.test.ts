/** The errors of whoever sits at the command line: collected, quoted, and worded without a stack. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Faults, fileError, quoted, systemCode, UsageError } from '../../../src/cli/usage-error.ts';
import { says } from './scratch.ts';

test('Faults throws nothing when there are none', () => {
  new Faults().throwIfAny();
});

test('Faults throws all sentences together, one on each line', () => {
  const faults = new Faults();
  faults.add('a.json:1: one');
  faults.add('a.json:2: two');
  assert.throws(() => faults.throwIfAny(), says(UsageError, 'a.json:1: one\na.json:2: two'));
});

test('Faults shows the first ten and counts the rest', () => {
  const faults = new Faults();
  for (let line = 1; line <= 1234; line++) faults.add(`line ${line}`);
  assert.throws(
    () => faults.throwIfAny(),
    (error: Error) => {
      const lines = error.message.split('\n');
      assert.equal(lines.length, 11);
      assert.deepEqual(lines.slice(-2), ['line 10', 'and 1224 more like these']);
      return true;
    },
  );
});

test('quoted shows a value as JSON, shortened, with nothing in it that could move the cursor', () => {
  assert.equal(quoted(undefined), 'missing');
  assert.equal(quoted('a\u001b[2J\n'), '"a\\u001b[2J\\n"');
  assert.equal(quoted({ seats: null }), '{"seats":null}');
  assert.equal(quoted('x'.repeat(58)), `"${'x'.repeat(58)}"`);
  assert.equal(quoted('x'.repeat(59)).length, 60);
  assert.match(quoted('x'.repeat(100)), /\.\.\.$/);
});

test('fileError words what the system said', () => {
  const cause = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
  const error = fileError('read', 'no.json', cause);
  assert.equal(error.message, 'Cannot read no.json as there is no such file or folder');
  assert.equal(error.cause, cause);
  assert.equal(fileError('write', 'x', new Error('odd')).message, 'Cannot write x as odd');
});

test('systemCode knows the codes of the system and nothing else', () => {
  assert.equal(systemCode(Object.assign(new Error('x'), { code: 'EIO' })), 'EIO');
  assert.equal(systemCode(Object.assign(new Error('x'), { code: 5 })), '');
  assert.equal(systemCode('EIO'), '');
});
