/**
 * A terminal for tests: what stands on its screen after a program has written to it.
 *
 * Only what our programs write is understood; any other escape sequence is an error, as a real terminal would do
 * something that the test does not see.
 *
 * @module
 */

/** One place of the screen: what stands there; '' behind a character that takes two places. */
type Row = string[];

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60\u{1f300}-\u{1faff}]/u;
const MARK = /[\p{Mn}\p{Me}\p{Cf}]/u;

export class Screen {
  readonly columns: number;
  readonly #rows: Row[] = [[]];
  #row = 0;
  #column = 0;
  #rest = '';

  constructor(columns: number) {
    this.columns = columns;
  }

  /** All rows from the first to the last one that was written to. */
  get rows(): string[] {
    return this.#rows.map((row) => row.join('').trimEnd());
  }

  /** The row with the cursor, with `|` where the cursor is. */
  get current(): string {
    const row = this.#rows[this.#row]!;
    const places = Array.from(
      { length: Math.max(row.length, this.#column) },
      (_, index) => row[index] ?? ' ',
    );
    return `${places.slice(0, this.#column).join('')}|${places.slice(this.#column).join('').trimEnd()}`;
  }

  write(text: string): this {
    this.#rest += text;
    while (this.#rest !== '') {
      // oxlint-disable-next-line no-control-regex
      const sequence = /^\u001b(?:\[([0-9;?]*)([A-Za-z])|$|\[[0-9;?]*$)/.exec(this.#rest);
      if (sequence && sequence[2] === undefined) return this; // its end comes with the next text
      if (sequence) this.#control(sequence[2]!, sequence[1]!);
      else if (this.#rest.startsWith('\u001b')) throw new Error(`unknown: ${JSON.stringify(this.#rest)}`);
      else this.#put(String.fromCodePoint(this.#rest.codePointAt(0)!));
      this.#rest = this.#rest.slice(
        sequence?.[0].length ?? String.fromCodePoint(this.#rest.codePointAt(0)!).length,
      );
    }
    return this;
  }

  #control(letter: string, number: string): void {
    if (letter === 'K' && number === '') this.#rows[this.#row]!.length = Math.min(this.#column, this.#length);
    else if (letter === 'D') this.#column = Math.max(0, this.#column - Number(number || 1));
    else throw new Error(`unknown: ESC [ ${number} ${letter}`);
  }

  get #length(): number {
    return this.#rows[this.#row]!.length;
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#down();
    else if (MARK.test(character)) this.#join(character);
    else if (character < ' ') throw new Error(`unknown: ${JSON.stringify(character)}`);
    else this.#place(character, WIDE.test(character) ? 2 : 1);
  }

  #place(character: string, width: number): void {
    if (this.#column + width > this.columns) {
      this.#column = 0;
      this.#down();
    }
    const row = this.#rows[this.#row]!;
    while (row.length < this.#column) row.push(' ');
    row.splice(this.#column, width, character, ...(width === 2 ? [''] : []));
    this.#column += width;
  }

  #join(mark: string): void {
    const row = this.#rows[this.#row]!;
    const at = row[this.#column - 1] === '' ? this.#column - 2 : this.#column - 1;
    row[at] = (row[at] ?? '') + mark;
  }

  #down(): void {
    this.#row++;
    this.#rows[this.#row] ??= [];
  }
}
