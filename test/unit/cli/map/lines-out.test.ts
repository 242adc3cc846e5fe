/** How results and failures are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuodaoError } from '../../../../src/index.ts';
import {
  failureLine,
  failureSentence,
  type LineForm,
  resultLine,
} from '../../../../src/cli/map/lines-out.ts';

const plain: LineForm = { json: false, tag: false, form: 'text' };
const begun = { index: 3, item: 'a.png', key: undefined };

test('A result is a line of JSON, behind its item if that is wanted', () => {
  assert.equal(resultLine(begun, '{"x":1}', plain), '{"x":1}\n');
  assert.equal(resultLine(begun, '1', { ...plain, tag: true }), 'a.png\t1\n');
  assert.equal(resultLine(begun, '1', { ...plain, json: true }), '{"index":3,"value":1}\n');
  assert.equal(
    resultLine(begun, '1', { json: true, tag: true, form: 'text' }),
    '{"index":3,"item":"a.png","value":1}\n',
  );
});

test('An item that is JSON stays as it was written, and one that is none is a text', () => {
  const how: LineForm = { json: true, tag: true, form: 'json' };
  assert.equal(
    resultLine({ ...begun, item: ' {"a": 1.0} ' }, '2', how),
    '{"index":3,"item":{"a": 1.0},"value":2}\n',
  );
  assert.equal(failureLine({ ...begun, item: '{' }, new Error('x'), how).includes('"item":"{"'), true);
  assert.equal(failureLine({ ...begun, item: undefined }, new Error('x'), how).includes('"item":null'), true);
});

test('A failure is a line only with --json', () => {
  assert.equal(failureLine(begun, new Error('x'), plain), '');
  const error = Object.assign(new TypeError('no such'), { code: 'ENOENT' });
  assert.deepEqual(JSON.parse(failureLine(begun, error, { ...plain, json: true })), {
    index: 3,
    error: { name: 'TypeError', message: 'no such', code: 'ENOENT' },
  });
  assert.deepEqual(JSON.parse(failureLine(begun, { x: 1 }, { ...plain, json: true })), {
    index: 3,
    error: { name: 'Error', message: '{"x":1}' },
  });
});

test('failureSentence names the item, the error, and the place of the user that it is from', () => {
  const error = new TypeError('no\nsecond line');
  error.stack = `TypeError: no\n    at node:internal/x:1:1\n    at f (file://${process.cwd()}/a/mod.ts:3:9)\n`;
  assert.equal(failureSentence(begun, error, 1), 'item 3 ("a.png") failed: TypeError: no … (a/mod.ts:3:9)');
  assert.match(failureSentence(begun, error, 3), /failed in 3 attempts: /);
});

test('failureSentence says an error of ours in its own words, and drives no terminal', () => {
  const ours = new DuodaoError('timed-out', 'It took too long');
  assert.equal(failureSentence({ ...begun, item: undefined }, ours, 1), 'item 3 failed: It took too long');
  assert.equal(failureSentence(begun, 'evil\u001b[2J', 1).includes('\u001b'), false);
});
