/** What a guest may be called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadName, keyOf, nameOf } from '../../../examples/chat/names.ts';

test('Names of any script are taken, as they are usually written', () => {
  for (const name of [
    'bob',
    'Wang Wei',
    '小明',
    "O'Neil",
    'J.-P. Sartre',
    'नमस्ते',
    'R2_D2',
    '7',
    'é',
    'x'.repeat(32),
  ])
    assert.equal(nameOf(`  ${name} `), name);
  assert.equal(nameOf('cafe\u0301'), 'caf\u00e9');
});

test('What nobody can read, or would mistake for something else, is refused', () => {
  const bad = [
    ['', 'empty'],
    ['   ', 'empty'],
    ['x'.repeat(33), '33 characters'],
    ['小'.repeat(33), '33 characters'],
    ...[
      'a\u001b[2J',
      'a\tb',
      'a\nb',
      'a\u0000',
      'a\u202eb',
      'a\u2066b',
      'a\u200bb',
      'a\u00a0b',
      '\u0301a',
      'a\u0301\u0302\u0303\u0304\u0305\u0306',
      'a  b',
      'bob:',
      '* bob',
      '-- bob',
      '!! bob',
      '[12:01] bob',
      '/quit',
      '\ud800',
      '<b>',
    ].map((name) => [name, 'not made of letters']),
  ] as const;
  for (const [name, why] of bad)
    assert.throws(
      () => nameOf(name),
      (error: Error) => error instanceof BadName && error.message.includes(why),
      JSON.stringify(name),
    );
});

test('Names that people would mistake for each other are the same', () => {
  for (const [one, other] of [
    ['Bob', 'bob'],
    ['ＢＯＢ', 'bob'],
    ['anna-maria', 'Anna Maria'],
    ['ﬁn', 'FIN'],
  ] as const)
    assert.equal(keyOf(one), keyOf(other));
  assert.notEqual(keyOf('bob'), keyOf('rob'));
});
