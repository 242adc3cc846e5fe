/** A line that is typed: its text, its cursor, and how it looks on a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeyReader } from '../../../examples/chat/keys.ts';
import { draw, EMPTY_LINE, type Line, press, type Step, WIPE } from '../../../examples/chat/line-editor.ts';
import { charactersOf } from '../../../examples/chat/width.ts';
import { Screen } from './screen.ts';

const LEFT = '\u001b[D';
const RIGHT = '\u001b[C';
const UP = '\u001b[A';
const DOWN = '\u001b[B';
const HOME = '\u001b[H';
const DELETE = '\u001b[3~';
const BACKSPACE = '\u007f';

/** What the line is, and what was entered, after these keys. */
function type(keys: string, start: Line = EMPTY_LINE): { line: Line; entered: string[]; last: Step } {
  let last: Step = { line: start };
  const entered: string[] = [];
  for (const key of new KeyReader().read(Buffer.from(keys))) {
    last = press(last.line, key);
    if (last.entered !== undefined) entered.push(last.entered);
  }
  return { line: last.line, entered, last };
}

function shown({ text, at }: Line): string {
  return `${text.slice(0, at)}|${text.slice(at)}`;
}

test('Keys change the line at the cursor', () => {
  const table: Readonly<Record<string, string>> = {
    abc: 'abc|',
    [`ac${LEFT}b`]: 'ab|c',
    [`abc${HOME}x`]: 'x|abc',
    [`abc${HOME}${RIGHT}${RIGHT}x`]: 'abx|c',
    [`abc${LEFT}${LEFT}${LEFT}${LEFT}${LEFT}`]: '|abc',
    [`abc${RIGHT}x`]: 'abcx|',
    [`abc${BACKSPACE}${BACKSPACE}`]: 'a|',
    [`a${BACKSPACE}${BACKSPACE}b`]: 'b|',
    [`abc${HOME}${DELETE}`]: '|bc',
    [`abc${DELETE}`]: 'abc|',
    'abc\u0001\u0004': '|bc',
    'one two \u0017x': 'one x|',
    'one two\u0001\u001bf\u0017': '| two',
    'one two\u001bb\u001bbx': 'x|one two',
    [`one two${LEFT}${LEFT}\u0015`]: '|wo',
    [`one two${LEFT}${LEFT}\u000b`]: 'one t|',
  };
  for (const [keys, line] of Object.entries(table))
    assert.equal(shown(type(keys).line), line, JSON.stringify(keys));
});

test('A character of several parts is passed and removed as one', () => {
  for (const character of ['中', '😀', 'e\u0301', '👩‍👩‍👧', '🇨🇳', '❤️']) {
    assert.equal(shown(type(`a${character}b${LEFT}${LEFT}`).line), `a|${character}b`);
    assert.equal(shown(type(`a${character}b${LEFT}${BACKSPACE}`).line), 'a|b');
    assert.equal(shown(type(`${character}${HOME}${DELETE}`).line), '|');
  }
});

test('A mark that is typed joins the character before it, and the cursor stays behind that', () => {
  assert.equal(shown(type(`ab${LEFT}\u0301`).line), 'a\u0301|b');
  const whole = type(`\u0301b${HOME}a`).line; // what stands behind the cursor joins what is typed
  assert.equal(shown(whole), 'a\u0301|b');
});

test('The cursor is never inside a character, whatever is typed', () => {
  const key = fc.constantFrom(
    LEFT,
    RIGHT,
    HOME,
    BACKSPACE,
    DELETE,
    'a',
    ' ',
    '中',
    '\u0301',
    '👩',
    '\u200d',
    '👧',
    '🇨',
    '🇳',
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 40 }), (keys) => {
      const { text, at } = type(keys.join('')).line;
      let start = 0;
      const starts = [0, ...charactersOf(text).map((character) => (start += character.length))];
      assert.ok(starts.includes(at), `${at} in ${JSON.stringify(text)}`);
    }),
    { numRuns: 500 },
  );
});

test('Enter gives the line and begins a new one', () => {
  const { line, entered } = type('one\rtwo\r\rthree');
  assert.deepEqual(entered, ['one', 'two', '']);
  assert.equal(shown(line), 'three|');
});

test('Up and down go through what was entered, and come back to what was being typed', () => {
  const past = type('one\rtwo\r').line;
  const table: Readonly<Record<string, string>> = {
    [UP]: 'two|',
    [UP + UP]: 'one|',
    [UP + UP + UP]: 'one|',
    [DOWN]: '|',
    [`new${UP}${UP}${DOWN}${DOWN}`]: 'new|',
    [`new${UP}${DOWN}`]: 'new|',
    [`${UP}!${DOWN}${UP}`]: 'two|', // what was changed there is not kept
  };
  for (const [keys, line] of Object.entries(table))
    assert.equal(shown(type(keys, past).line), line, JSON.stringify(keys));
  assert.deepEqual(type(`${UP}${UP}!\r`, past).entered, ['one!']);
});

test('The past has each line once in a row, no empty ones, and an end', () => {
  assert.deepEqual(type('a\ra\r \rb\r').line.past, ['a', 'b']);
  const many = type(Array.from({ length: 250 }, (_, index) => `${index}\r`).join('')).line.past;
  assert.deepEqual([many.length, many[0], many.at(-1)], [200, '50', '249']);
});

test('A line has a length that it does not exceed', () => {
  const { line } = type('x'.repeat(5000).replaceAll('x', 'x\u0000'));
  assert.equal(line.text.length, 2000);
});

test('Some keys are wishes, and end-of-file is one only in an empty line', () => {
  assert.equal(type('a\u0003').last.wish, 'interrupt');
  assert.equal(type('\u0004').last.wish, 'end-of-file');
  assert.equal(type('a\u0004').last.wish, undefined);
  assert.equal(type('\f').last.wish, 'clear');
  assert.equal(type('\u001a').last.wish, 'suspend');
});

test('A line is drawn with its cursor, after the prompt', () => {
  const look = (keys: string, columns = 40): string =>
    new Screen(columns).write(draw(type(keys).line, '> ', columns)).current;
  assert.equal(look('hello'), '> hello|');
  assert.equal(look(`hello${LEFT}${LEFT}`), '> hel|lo');
  assert.equal(look(`中文e\u0301x${LEFT}${LEFT}`), '> 中文|e\u0301x');
  assert.equal(look(`中文${LEFT}`), '> 中|文');
  assert.equal(look('x', 5), 'x|'); // no room for a prompt
});

test('Of a line that is too long the part around the cursor is drawn, in one row', () => {
  const keys = 'abcdefghijklmnopqrstuvwxyz';
  const look = (more: string): Screen => new Screen(20).write(draw(type(keys + more).line, '> ', 20));
  assert.equal(look('').current, '> jklmnopqrstuvwxyz|');
  assert.equal(look(HOME).current, '> |abcdefghijklmnopq');
  assert.equal(look(HOME + RIGHT.repeat(20)).current, '> defghijklmnopqrst|');
  assert.equal(look('').rows.length, 1);
});

test('A drawn line never leaves its row, and what is typed is drawn up to the cursor', () => {
  const text = fc.array(fc.constantFrom('a', '中', 'e\u0301', '😀', ' ', '한'), { maxLength: 60 });
  fc.assert(
    fc.property(text, fc.nat(60), fc.integer({ min: 4, max: 50 }), (characters, lefts, columns) => {
      const { line } = type(characters.join('') + LEFT.repeat(lefts));
      const screen = new Screen(columns).write(draw(line, 'me> ', columns));
      assert.equal(screen.rows.length, 1);
      const [before = '', after = ''] = screen.current.replace('me> ', '').split('|');
      assert.ok(line.text.slice(0, line.at).endsWith(before), `${before} of ${shown(line)}`);
      assert.ok(line.text.slice(line.at).startsWith(after.trimEnd()), `${after} of ${shown(line)}`);
    }),
  );
});

test('A message above the line leaves the line as it was', () => {
  const { line } = type(`typing 中${LEFT}`);
  const screen = new Screen(30).write(draw(line, '> ', 30));
  screen.write(`${WIPE}[12:01] bob: hi\r\n${draw(line, '> ', 30)}`);
  assert.deepEqual(screen.rows, ['[12:01] bob: hi', '> typing 中']);
  assert.equal(screen.current, '> typing |中');
});
