/**
 * Scalars in 32-bit words: what most arguments and results are, at a tenth of the cost of a message of their own.
 *
 *     word 0    bits 0–3 what it is, bits 8–15 length of a text
 *     UNDEFINED, NULL, TRUE, FALSE: nothing more
 *     INT       one word: the integer
 *     FLOAT     two words: the bytes of a double
 *     TEXT      as many words as its bytes need, ASCII only
 *
 * Anything else is no cell: it goes through `encode()`.
 *
 * @module
 */

const UNDEFINED = 1;
const NULL = 2;
const TRUE = 3;
const FALSE = 4;
const INT = 5;
const FLOAT = 6;
const TEXT = 7;

/** The longest text in a cell. */
const TEXT_LIMIT = 64;
/** Words of the largest cell. */
export const CELL_WORDS_LIMIT: number = 1 + TEXT_LIMIT / 4;

const double = new Float64Array(1);
const halves: Int32Array = new Int32Array(double.buffer);

/** Whether a value cannot change and is likely to be a cell: what may be written later than it was given. */
export function isScalar(value: unknown): boolean {
  const type = typeof value;
  return (
    type === 'number' || type === 'string' || type === 'boolean' || value === undefined || value === null
  );
}

/** Writes a value at an index, and gives the index behind it; −1 if it is no cell. There must be room for any cell. */
export function writeCell(words: Int32Array, at: number, value: unknown): number {
  if (typeof value === 'number') {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      words[at] = INT;
      words[at + 1] = value;
      return at + 2;
    }
    double[0] = value;
    words[at] = FLOAT;
    words[at + 1] = halves[0] as number;
    words[at + 2] = halves[1] as number;
    return at + 3;
  }
  if (typeof value === 'string') return writeText(words, at, value);
  if (value === undefined) words[at] = UNDEFINED;
  else if (value === null) words[at] = NULL;
  else if (value === true) words[at] = TRUE;
  else if (value === false) words[at] = FALSE;
  else return -1;
  return at + 1;
}

function writeText(words: Int32Array, at: number, text: string): number {
  const { length } = text;
  if (length > TEXT_LIMIT) return -1;
  words[at] = TEXT | (length << 8);
  let next = at + 1;
  let word = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return -1;
    word |= unit << ((index & 3) * 8);
    if ((index & 3) === 3) {
      words[next++] = word;
      word = 0;
    }
  }
  if (length & 3) words[next++] = word;
  return next;
}

/** Where {@link readCell} has come to: the index behind the cell that was read last. */
export const cellCursor: { at: number } = { at: 0 };

/** Reads the cell at the cursor, and moves the cursor behind it. */
export function readCell(words: Int32Array): unknown {
  const { at } = cellCursor;
  const head = words[at] as number;
  switch (head & 15) {
    case INT:
      cellCursor.at = at + 2;
      return words[at + 1];
    case FLOAT:
      cellCursor.at = at + 3;
      halves[0] = words[at + 1] as number;
      halves[1] = words[at + 2] as number;
      return double[0];
    case TEXT:
      return readText(words, at, (head >> 8) & 255);
    default:
      cellCursor.at = at + 1;
      if ((head & 15) === NULL) return null;
      return (head & 15) === UNDEFINED ? undefined : (head & 15) === TRUE;
  }
}

const units: number[] = [];

function readText(words: Int32Array, at: number, length: number): string {
  units.length = length;
  for (let index = 0; index < length; index++)
    units[index] = ((words[at + 1 + (index >> 2)] as number) >> ((index & 3) * 8)) & 127;
  cellCursor.at = at + 1 + ((length + 3) >> 2);
  return String.fromCharCode.apply(null, units);
}
