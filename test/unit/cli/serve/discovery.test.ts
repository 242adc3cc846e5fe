/** What was found of the handler, in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from '../../../../src/cli/serve/discovery.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { says } from '../scratch.ts';

const target = { url: 'file:///e.ts', module: 'e.ts', name: undefined };
const WHAT = 'export a function, or a class that extends RequestHandler of duodao/net';

test('The name of a handler that was found is that', () => {
  assert.equal(nameOf({ kind: 'found', name: 'echo' }, target), 'echo');
});

test('Several handlers are named, to choose from', () => {
  assert.throws(
    () => nameOf({ kind: 'several', handlers: ['a', 'b'] }, target),
    says(UsageError, 'Cannot choose a handler of e.ts as it exports several: write e.ts#a or e.ts#b'),
  );
});

test('A name that is missing is answered with the one that was meant, or with all', () => {
  const missing = { kind: 'missing', handlers: ['echo', 'shout'], others: ['limit'] } as const;
  assert.throws(
    () => nameOf(missing, { ...target, name: 'ecko' }),
    says(UsageError, 'Cannot serve e.ts#ecko as it exports no such handler; did you mean echo?'),
  );
  assert.throws(() => nameOf(missing, { ...target, name: 'x' }), /it exports echo or shout$/);
  assert.throws(
    () => nameOf(missing, { ...target, name: 'limit' }),
    says(UsageError, `Cannot serve e.ts#limit as it is no handler: ${WHAT}`),
  );
});

test('A module without handlers is told what it exports instead', () => {
  const none = { kind: 'missing', handlers: [], others: ['limit', 'Shelf'] } as const;
  assert.throws(
    () => nameOf(none, target),
    says(UsageError, `Cannot serve e.ts as it exports limit or Shelf, and no handler: ${WHAT}`),
  );
  assert.throws(
    () => nameOf({ ...none, others: [] }, target),
    /as it exports nothing at all, and no handler/,
  );
});

test('A module that cannot be loaded is told of with its error', () => {
  assert.throws(
    () => nameOf({ kind: 'broken', error: 'Error: x\n    at \u001b[2J' }, target),
    says(UsageError, 'Cannot load e.ts as it failed:\nError: x\n    at \\u001b[2J'),
  );
});
