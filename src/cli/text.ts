/**
 * Text on a terminal: how many columns it takes, and making it take exactly so many.
 *
 * A character takes no column (a combining mark), one, or two (Chinese, Japanese, Korean, emoji). The ranges
 * are those of Unicode's EastAsianWidth W and F, rounded to whole blocks. Ambiguous characters count as one,
 * and our own drawings use ASCII only, since terminals set up for Chinese draw ambiguous ones in two.
 *
 * Names come out of files, so control characters are replaced before they reach a terminal.
 *
 * @module
 */

const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Controls, and what turns the direction of writing. */
const DRIVING = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** The colour codes our own lines carry: they take no room. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g;

/** How many columns a text takes on a terminal; colours take none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of withoutColour(text)) columns += widthOf(character);
  return columns;
}

export function withoutColour(text: string): string {
  return text.replace(COLOUR, '');
}

/** The start of a plain text that fits into so many columns. */
export function clip(text: string, columns: number): string {
  let room = columns;
  let end = 0;
  for (const character of text) {
    room -= widthOf(character);
    if (room < 0) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** A plain text in exactly so many columns, cut or filled up with spaces on the right. */
export function padRight(text: string, columns: number): string {
  const cut = clip(text, columns);
  return cut + ' '.repeat(columns - columnsOf(cut));
}

/** A plain text in exactly so many columns, cut or filled up with spaces on the left. */
export function padLeft(text: string, columns: number): string {
  const cut = clip(text, columns);
  return ' '.repeat(columns - columnsOf(cut)) + cut;
}

/** A text without anything that would move the cursor or start a line. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '?');
}

/**
 * A text of another program, with everything visible that would drive a terminal or turn its writing around: as
 * JSON writes it.
 */
export function escaped(text: string): string {
  return text.replace(DRIVING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** JSON that a terminal can show: JSON itself lets through what drives some. */
export function jsonText(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** A whole number as people read it: 12,345. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 process`, `2 processes`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

function widthOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
