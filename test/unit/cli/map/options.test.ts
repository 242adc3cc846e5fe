/** The words after `duodao map`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMap } from '../../../../src/cli/map/options.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

const around = { processors: 8, isTerminal: true };
const parse = (line: string): ReturnType<typeof parseMap> => parseMap(line.split(' '), around);

test('parseMap takes the module first, and the other words as items, wherever options stand', () => {
  const { target, input, jobs, ordered } = parse('-k f.ts#g a -j 50% b -- -c --lines');
  assert.equal(target, 'f.ts#g');
  assert.deepEqual(input, { from: 'words', words: ['a', 'b', '-c', '--lines'] });
  assert.equal(jobs, 4);
  assert.equal(ordered, true);
});

test('parseMap has defaults for what is left out', () => {
  const { input, ...rest } = parse('f.ts a');
  assert.deepEqual(input, { from: 'words', words: ['a'] });
  assert.deepEqual(rest, {
    target: 'f.ts',
    jobs: 8,
    threads: false,
    policy: undefined,
    ordered: false,
    chunk: undefined,
    retries: 0,
    timeLimit: undefined,
    halt: undefined,
    memoryBytes: undefined,
    joblog: undefined,
    resume: false,
    tag: false,
    json: false,
    dryRun: false,
    progress: false,
    trace: undefined,
  });
});

test('parseMap takes items from lines, JSON, zero bytes or a pattern', () => {
  assert.deepEqual(parse('f.ts --lines x.txt').input, { from: 'lines', path: 'x.txt' });
  assert.deepEqual(parse('f.ts --ndjson -').input, { from: 'ndjson', path: '-' });
  assert.deepEqual(parse('f.ts -0 -').input, { from: 'null', path: '-' });
  assert.deepEqual(parse('f.ts --glob *.md').input, { from: 'glob', pattern: '*.md' });
});

test('parseMap takes piped lines when nothing else is said, and teaches where nobody pipes', () => {
  assert.deepEqual(parseMap(['f.ts'], { ...around, isTerminal: false }).input, { from: 'lines', path: '-' });
  assert.throws(() => parse('f.ts'), /^UsageError: Cannot map as there are no items: write them behind/);
});

test('parseMap refuses two sources, naming them', () => {
  assert.throws(() => parse('f.ts a --lines x'), /the word "a" and from --lines in one run/);
  assert.throws(() => parse('f.ts --glob *.x --ndjson y'), /from --ndjson and from --glob/);
});

test('parseMap refuses what makes no sense', () => {
  assert.throws(() => parseMap([], around), /Cannot map without a function/);
  assert.throws(() => parse('f.ts a --resume'), /without --joblog FILE/);
  assert.throws(() => parse('f.ts a --joblog -'), /standard output/);
  assert.throws(() => parse('f.ts a --jbos 3'), /did you mean --jobs\?/);
  for (const words of [
    '-j 0',
    '--retries -1',
    '--chunk 0',
    '--halt later',
    '--timeout x',
    '--memory 1',
    '-j',
    '-x',
  ])
    assert.throws(() => parse(`f.ts a ${words}`), UsageError, words);
});
