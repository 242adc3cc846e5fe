/**
 * One line that is being typed: a state and a key give a new state, and a state gives what to write to the terminal.
 * Pure; what it is attached to is in terminal.ts.
 *
 * The line stays one line of the terminal: of one that is longer, the part around the cursor is shown. So whatever has
 * to appear above it, such as a message that comes in while somebody types, only needs to wipe that line, write, and
 * draw it again below.
 *
 * @module
 */
import type { Key, KeyName } from './keys.ts';
import { charactersOf, columnsOf, widthOf } from './width.ts';

export interface Line {
  readonly text: string;
  /** Where the cursor is, as an index into the text: before a character, never inside one. */
  readonly at: number;
  /** Lines that were entered, the oldest first. */
  readonly past: readonly string[];
  /** Which of them is shown; the length of `past` for the one being typed. */
  readonly shown: number;
  /** What was being typed when looking at the past began. */
  readonly draft: string;
}

/** What a key asks of others. */
export type Wish = 'interrupt' | 'end-of-file' | 'clear' | 'suspend';

export interface Step {
  readonly line: Line;
  /** The line that was entered. */
  readonly entered?: string;
  readonly wish?: Wish;
}

/** How many lines of the past are kept, and how long a line may be, in UTF-16 units. */
const PAST_LINES_MAX = 200;
const TEXT_LENGTH_MAX = 2000;

export const EMPTY_LINE: Line = { text: '', at: 0, past: [], shown: 0, draft: '' };

/** What the line is after a key. */
export function press(line: Line, key: Key): Step {
  return key.kind === 'text' ? { line: typed(line, key.text) } : KEYS[key.kind](line);
}

const KEYS: Readonly<Record<KeyName, (line: Line) => Step>> = {
  left: (line) => ({ line: { ...line, at: before(line) } }),
  right: (line) => ({ line: { ...line, at: behind(line) } }),
  home: (line) => ({ line: { ...line, at: 0 } }),
  end: (line) => ({ line: { ...line, at: line.text.length } }),
  'word-left': (line) => ({ line: { ...line, at: wordBefore(line) } }),
  'word-right': (line) => ({ line: { ...line, at: wordBehind(line) } }),
  up: (line) => ({ line: look(line, line.shown - 1) }),
  down: (line) => ({ line: look(line, line.shown + 1) }),
  backspace: (line) => ({ line: without(line, before(line), line.at) }),
  delete: (line) => ({ line: without(line, line.at, behind(line)) }),
  'cut-line': (line) => ({ line: without(line, 0, line.at) }),
  'cut-rest': (line) => ({ line: without(line, line.at, line.text.length) }),
  'cut-word': (line) => ({ line: without(line, wordBefore(line), line.at) }),
  enter: (line) => enter(line),
  clear: (line) => ({ line, wish: 'clear' }),
  suspend: (line) => ({ line, wish: 'suspend' }),
  interrupt: (line) => ({ line, wish: 'interrupt' }),
  'end-of-file': (line) => (line.text === '' ? { line, wish: 'end-of-file' } : KEYS.delete(line)),
};

function typed(line: Line, text: string): Line {
  const start = line.text.slice(0, line.at) + text;
  const whole = start + line.text.slice(line.at);
  if (whole.length > TEXT_LENGTH_MAX) return line;
  // What is typed may join what stands before or behind it into one character: the cursor goes behind that.
  return { ...line, text: whole, at: boundaries(whole).find((end) => end >= start.length) ?? whole.length };
}

function without(line: Line, from: number, to: number): Line {
  const text = line.text.slice(0, from) + line.text.slice(to);
  return { ...line, text, at: boundaries(text).find((end) => end >= from) ?? text.length };
}

function enter({ text, past }: Line): Step {
  const isNew = text.trim() !== '' && text !== past.at(-1);
  const kept = (isNew ? [...past, text] : past).slice(-PAST_LINES_MAX);
  return { line: { ...EMPTY_LINE, past: kept, shown: kept.length }, entered: text };
}

function look(line: Line, shown: number): Line {
  if (shown < 0 || shown > line.past.length) return line;
  const draft = line.shown === line.past.length ? line.text : line.draft;
  const text = line.past[shown] ?? draft;
  return { ...line, text, at: text.length, shown, draft };
}

/** Where characters begin, and where the text ends. */
function boundaries(text: string): number[] {
  const found = [0];
  for (const character of charactersOf(text)) found.push(found.at(-1)! + character.length);
  return found;
}

function before({ text, at }: Line): number {
  return boundaries(text).findLast((start) => start < at) ?? 0;
}

function behind({ text, at }: Line): number {
  return boundaries(text).find((start) => start > at) ?? text.length;
}

function wordBefore({ text, at }: Line): number {
  return /\S*\s*$/.exec(text.slice(0, at))!.index;
}

function wordBehind({ text, at }: Line): number {
  return at + /^\s*\S*/.exec(text.slice(at))![0].length;
}

/** Wipes the line that the cursor is in, and goes to its start. */
export const WIPE = '\r\u001b[K';

/** What draws the line where the cursor is, on a terminal of so many columns, and leaves the cursor at its place. */
export function draw(line: Line, prompt: string, columns: number): string {
  const promptColumns = columnsOf(prompt);
  const lead = promptColumns + 10 <= columns ? prompt : '';
  // The last column stays free: a terminal goes to the next line once something stands in it.
  const room = Math.max(1, columns - (lead === '' ? 0 : promptColumns) - 1);
  const left = lastOf(charactersOf(line.text.slice(0, line.at)), room);
  const right = firstOf(charactersOf(line.text.slice(line.at)), room - left.columns);
  const back = right.columns === 0 ? '' : `\u001b[${right.columns}D`;
  return `${WIPE}${lead}${left.text}${right.text}${back}`;
}

interface Part {
  readonly text: string;
  readonly columns: number;
}

function firstOf(characters: readonly string[], room: number): Part {
  let text = '';
  let columns = 0;
  for (const character of characters) {
    const width = widthOf(character);
    if (columns + width > room) break;
    text += character;
    columns += width;
  }
  return { text, columns };
}

function lastOf(characters: readonly string[], room: number): Part {
  let text = '';
  let columns = 0;
  for (const character of characters.toReversed()) {
    const width = widthOf(character);
    if (columns + width > room) break;
    text = character + text;
    columns += width;
  }
  return { text, columns };
}
