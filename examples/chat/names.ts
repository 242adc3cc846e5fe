/**
 * What a guest of the room may be called.
 *
 * A name stands in front of what others read, so it must be one that they can read, tell from others, and not mistake
 * for a line of the room: letters and digits of any script, and `_ . ' -` or a single space between them.
 *
 * @module
 */

export const NAME_LENGTH_MAX = 32;
/** What one character of a script needs at most. More marks would pile up over the lines of others. */
const MARKS = /\p{M}{4}/u;
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.' -]*$/u;

/** Why a name is not taken, in words that follow "Cannot take this name as". */
export class BadName extends Error {}

/** The name that is asked for, in the form in which it is kept. @throws BadName */
export function nameOf(text: string): string {
  const name = text.trim().normalize('NFC');
  if (name === '') throw new BadName('it is empty');
  const { length } = Array.from(name);
  if (length > NAME_LENGTH_MAX)
    throw new BadName(`it has ${length} characters: ${NAME_LENGTH_MAX} are the most`);
  if (!NAME.test(name) || name.includes('  ') || MARKS.test(name))
    throw new BadName("it is not made of letters and digits, and of _ . ' - or a space between them");
  return name;
}

/** What two names have in common that people would mistake for each other: Bob, bob, and ＢＯＢ. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ _.'-]/g, '');
}
