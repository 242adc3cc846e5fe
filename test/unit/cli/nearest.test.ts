/** The word somebody meant: near enough to be useful, never a wild guess. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { didYouMean, nearest } from '../../../src/cli/nearest.ts';

const KNOWN = ['--sellers', '--ledger', '--seed', '--kill'];

test('nearest finds a word with a letter missing, added, replaced or swapped', () => {
  assert.equal(nearest('--seller', KNOWN), '--sellers');
  assert.equal(nearest('--leddger', KNOWN), '--ledger');
  assert.equal(nearest('--sead', KNOWN), '--seed');
  assert.equal(nearest('rsuh', ['rush']), 'rush');
  assert.equal(nearest('ruhs', ['rush']), 'rush');
});

test('nearest prefers the word with fewer slips, then the first', () => {
  assert.equal(nearest('cat', ['cart', 'cat', 'bat']), 'cat');
  assert.equal(nearest('at', ['cat', 'bat']), 'cat');
});

test('nearest says nothing when more than a third of the word would be wrong', () => {
  assert.equal(nearest('--colour', KNOWN), undefined);
  assert.equal(nearest('map', ['rush']), undefined);
  assert.equal(nearest('', ['rush']), undefined);
  assert.equal(nearest('rush', []), undefined);
});

test('nearest finds any word after one slip', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(word, fc.nat(), (known, at) => {
      const place = at % known.length;
      assert.equal(nearest(known.slice(0, place) + known.slice(place + 1), [known]), known);
      assert.equal(nearest(`${known.slice(0, place)}x${known.slice(place)}`, [known]), known);
      assert.equal(nearest(`${known.slice(0, place)}x${known.slice(place + 1)}`, [known]), known);
    }),
  );
});

test('didYouMean is a sentence to put behind another, or nothing', () => {
  assert.equal(didYouMean('--sed', KNOWN), '; did you mean --seed?');
  assert.equal(didYouMean('--xyz', KNOWN), '');
});
