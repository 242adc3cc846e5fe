/** A refusal says which function, where it was written, why, and what to do; its facts say it to programs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '../../../../src/process/address/locate.ts';
import { noInspector, notExported } from '../../../../src/process/address/unaddressable.ts';

const place: Place = {
  url: 'file:///app/work.js',
  isModule: true,
  source: '',
  line: 3,
  column: 9,
  variables: undefined,
  isClosure: false,
};

function work(): void {}

test('notExported() names the function and the place, counted from 1', () => {
  const error = notExported(work, 'its module does not export it', place);
  assert.equal(error.code, 'not-exported');
  assert.equal(
    error.message,
    'Cannot send function "work" (file:///app/work.js:4:10) to another process ' +
      'as its module does not export it: ' +
      "export it at the top level of a module, or name its export with task(import.meta.url, 'work')",
  );
  assert.deepEqual(error.facts, { name: 'work', url: 'file:///app/work.js', line: 4, column: 10 });
  assert.equal('cause' in error, false);
});

test('notExported() leaves out what is not known, and keeps the cause', () => {
  const cause = new Error('why');
  const error = notExported(() => {}, 'it was made from a string of code', undefined, cause);
  assert.match(error.message, /^Cannot send an anonymous function to another process as .*'name'\)$/);
  assert.deepEqual(error.facts, { name: '' });
  assert.equal(error.cause, cause);
});

test('notExported() does not repeat code that is in a URL', () => {
  const error = notExported(work, 'its code is in no file', {
    ...place,
    url: 'data:text/javascript,secret()',
  });
  assert.match(error.message, /\(data::4:10\)/);
  assert.equal(error.facts['url'], 'data:');
});

test('noInspector() says what the inspector said', () => {
  const cause = new Error('Access to this API has been restricted');
  const error = noInspector([work], cause);
  assert.equal(error.code, 'unsupported');
  assert.match(
    error.message,
    /"work".*\(Access to this API has been restricted\).*task\(import\.meta\.url, 'work'\)/,
  );
  assert.equal(error.cause, cause);
});
