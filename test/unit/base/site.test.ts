/** The line of the user's code in a stack: the innermost that is neither ours nor of Node.js. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { callSite, siteIn } from '../../../src/base/site.ts';

const OURS = fileURLToPath(new URL('../../../src/sync/lock.ts', import.meta.url));
const stack = (...frames: string[]): string =>
  ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n');

test('callSite() names the line that calls us, from the working directory on', () => {
  assert.match(callSite(), /^test\/unit\/base\/site\.test\.ts:\d+:\d+$/);
});

test('siteIn() passes over our own code and that of Node.js', () => {
  const frames = [`Lock.acquire (file://${OURS}:1:2)`, 'process.processTimers (node:internal/timers:519:7)'];
  assert.equal(
    siteIn(stack(...frames, `async Foo.sell [as run] (/far/away/shop.ts:12:5)`)),
    '/far/away/shop.ts:12:5',
  );
});

test('siteIn() reads frames with and without a name, as a path and as a URL, with spaces and other characters', () => {
  assert.equal(siteIn(stack('file:///a/b.js:1:2')), '/a/b.js:1:2');
  assert.equal(siteIn(stack('/a/b.js:1:2')), '/a/b.js:1:2');
  assert.equal(siteIn(stack('new Shop (/my shop/b.js:1:2)')), '/my shop/b.js:1:2');
  assert.equal(siteIn(stack('sell (file:///b%C3%BCcher/b.js:1:2)')), '/bücher/b.js:1:2');
  assert.equal(siteIn(stack(`sell (${process.cwd()}/in/b.js:1:2)`)), 'in/b.js:1:2');
});

test('siteIn() gives nothing for a stack of another form', () => {
  for (const odd of [
    '',
    'Error',
    stack('<anonymous>'),
    stack('Array.map (<anonymous>)'),
    stack('%E0%A4%A (/a%E0%A4%A:1:2)'),
  ])
    assert.equal(siteIn(odd), '');
});

test('callSite() gives nothing where a program has its own ideas of a stack, and leaves its limit alone', () => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.prepareStackTrace = () => 42;
    Error.stackTraceLimit = 3;
    assert.equal(callSite(), '');
    assert.equal(Error.stackTraceLimit, 3);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
});
