/**
 * How text is divided into what people take for one character, and how many columns of a terminal each one takes.
 *
 * Nobody can know that for sure, as terminals differ; this is what most of them do: none for marks, two for Chinese,
 * Japanese, Korean and emoji (whatever an emoji is made of), one for all else.
 *
 * @module
 */

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const EMOJI =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}.*\ufe0f|\p{Regional_Indicator}{2}|.\ufe0f?\u20e3)/u;
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
  [0x20000, 0x3fffd],
];

/** The characters of a text, as people count them. */
export function charactersOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
}

/** How many columns a text takes. */
export function columnsOf(text: string): number {
  return charactersOf(text).reduce((sum, character) => sum + widthOf(character), 0);
}

/** How many columns a character takes, as charactersOf() gives it. */
export function widthOf(character: string): number {
  if (EMOJI.test(character)) return 2;
  let columns = 0;
  for (const part of character) columns += widthOfPart(part);
  return columns;
}

function widthOfPart(part: string): number {
  const code = part.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (NO_WIDTH.test(part)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
