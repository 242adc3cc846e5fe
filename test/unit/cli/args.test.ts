/** Options: what was given comes out typed, and what was not meant is refused with a sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseOptions, parseWords } from '../../../src/cli/args.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { says } from './scratch.ts';

const OPTIONS = {
  sellers: { kind: 'whole', value: 'N', about: '', least: 1, most: 64 },
  kill: { kind: 'whole', value: 'N', about: '', least: 0, most: 1000 },
  ledger: { kind: 'text', value: 'FILE', about: '' },
  'no-lock': { kind: 'flag', about: '' },
} as const;

test('parseOptions returns false for flags and undefined for values that were not given', () => {
  const given = parseOptions(OPTIONS, []);
  assert.deepEqual(given, { sellers: undefined, kill: undefined, ledger: undefined, 'no-lock': false });
});

test('parseOptions takes values behind a space and behind an equals sign', () => {
  const given = parseOptions(OPTIONS, ['--sellers', '8', '--kill=0', '--ledger=a=b', '--no-lock']);
  assert.deepEqual(given, { sellers: 8, kill: 0, ledger: 'a=b', 'no-lock': true });
  const sellers: number | undefined = given.sellers;
  const lock: boolean = given['no-lock'];
  assert.deepEqual([sellers, lock], [8, true]);
});

test('parseOptions lets the last one count when an option is given twice', () => {
  assert.equal(parseOptions(OPTIONS, ['--sellers', '2', '--sellers=4']).sellers, 4);
});

test('parseOptions takes a lone dash for a file', () => {
  assert.equal(parseOptions(OPTIONS, ['--ledger', '-']).ledger, '-');
});

for (const [words, message] of [
  [['--sellers', '0'], '--sellers must be a whole number from 1 to 64: it is "0"'],
  [['--sellers=65'], '--sellers must be a whole number from 1 to 64: it is "65"'],
  [['--kill', '-1'], '--kill must be a whole number from 0 to 1000: it is "-1"'],
  [['--kill', 'abc'], '--kill must be a whole number from 0 to 1000: it is "abc"'],
  [['--kill', '1.5'], '--kill must be a whole number from 0 to 1000: it is "1.5"'],
  [['--kill', '1e2'], '--kill must be a whole number from 0 to 1000: it is "1e2"'],
  [['--kill', '0x10'], '--kill must be a whole number from 0 to 1000: it is "0x10"'],
  [['--kill', ' 1'], '--kill must be a whole number from 0 to 1000: it is " 1"'],
  [['--kill'], '--kill needs a value: --kill N'],
  [['--kill='], '--kill needs a value: --kill N'],
  [['--ledger', '--no-lock'], '--ledger needs a value: --ledger FILE'],
  [['--no-lock=yes'], '--no-lock takes no value: it was given "yes"'],
  [['--seller', '2'], 'Unknown option --seller; did you mean --sellers?'],
  [['--nolock'], 'Unknown option --nolock; did you mean --no-lock?'],
  [['--frobnicate'], 'Unknown option --frobnicate'],
  [['-x'], 'Unknown option -x'],
  [['--constructor'], 'Unknown option --constructor'],
  [['--__proto__', '1'], 'Unknown option --__proto__'],
  [['now'], 'Cannot use the word "now" as no option comes before it'],
  [['--no-lock', '--', '--kill'], 'Cannot use the word "--kill" as no option comes before it'],
] as const)
  test(`parseOptions refuses ${words.join(' ')} and says what to write instead`, () => {
    assert.throws(() => parseOptions(OPTIONS, words), says(UsageError, message));
  });

test('parseOptions takes a file whose name begins with a dash behind an equals sign', () => {
  assert.equal(parseOptions(OPTIONS, ['--ledger=-x']).ledger, '-x');
});

test('parseOptions either returns numbers within their limits or throws a UsageError, for any words', () => {
  const word = fc.oneof(
    fc.constantFrom('--sellers', '--kill', '--ledger', '--no-lock', '--', '-', '1', '--sellers=3'),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      try {
        const { sellers = 1, kill = 0 } = parseOptions(OPTIONS, words);
        assert.ok(Number.isInteger(sellers) && sellers >= 1 && sellers <= 64);
        assert.ok(Number.isInteger(kill) && kill >= 0 && kill <= 1000);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
      }
    }),
  );
});

test('parseWords gives what is no option, in order, and everything behind --', () => {
  const table = {
    all: { kind: 'flag', short: 'a', about: '' },
    n: { kind: 'text', value: 'N', about: '' },
  } as const;
  const { given, others } = parseWords(table, ['x', '-a', 'y', '--n', '-', '-', '--', '-a', '--n']);
  assert.deepEqual(given, { all: true, n: '-' });
  assert.deepEqual(others, ['x', 'y', '-', '-a', '--n']);
});

test('A short form takes its value behind it or next to it, and flags go together', () => {
  const table = {
    all: { kind: 'flag', short: 'a', about: '' },
    jobs: { kind: 'text', value: 'N', short: 'j', about: '' },
  } as const;
  for (const words of [['-a', '-j', '4'], ['-aj4'], ['-j4', '-a']])
    assert.deepEqual(parseWords(table, words).given, { all: true, jobs: '4' });
  assert.throws(() => parseWords(table, ['-x']), /^UsageError: Unknown option -x/);
  assert.throws(() => parseWords(table, ['-j']), /^UsageError: -j needs a value: -j N/);
});
