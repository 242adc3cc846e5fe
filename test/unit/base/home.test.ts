/** Where our own code lies, in sources and in what is built of them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { FORM, HOME, homeOf } from '../../../src/base/home.ts';

test('HOME is the folder of all our code, and FORM what ends the names of its modules', () => {
  assert.equal(HOME, new URL('../../../src/', import.meta.url).href);
  assert.equal(FORM, '.ts');
});

test('homeOf() is above the room of this file, or the folder of the file that it was built into', () => {
  assert.equal(homeOf('file:///in/src/base/home.ts'), 'file:///in/src/');
  assert.equal(homeOf('file:///in/lib/base/home.js'), 'file:///in/lib/');
  assert.equal(homeOf('file:///in/base/dist/shared-A1.js'), 'file:///in/base/dist/');
});
