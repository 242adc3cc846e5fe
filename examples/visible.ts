/**
 * Text of somebody else on a terminal: whatever would drive the terminal, or turn the direction of writing, is shown
 * as `\u001b` instead of done.
 *
 * Also shown so: halves of characters, and what takes no room and so hides (but joiners, which emoji and several
 * scripts need).
 *
 * @module
 */

const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
/** Letters that nobody can read, but that programs can: they spell what is not shown. */
const TAGS = /[\u{e0000}-\u{e007f}]/gu;

/** The text, with all that would drive a terminal written out. */
export function visible(text: string): string {
  const written = (found: string): string => `\\u{${found.codePointAt(0)!.toString(16)}}`;
  return text
    .replace(HIDDEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(TAGS, written);
}
