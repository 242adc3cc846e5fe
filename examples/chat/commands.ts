/**
 * What a line means that a guest has sent. What begins with a slash is for the room; `//` says a slash.
 *
 * @module
 */

/** What a guest wants. */
export type Command =
  | { readonly kind: 'say' | 'me' | 'name'; readonly text: string }
  | { readonly kind: 'who' | 'help' | 'quit' | 'nothing' }
  | { readonly kind: 'unknown'; readonly text: string };

const WITH_TEXT = new Set(['me', 'name']);
const ALONE = new Set(['who', 'help', 'quit']);

export const COMMANDS_TEXT =
  '/who /name NAME /me DOES-SOMETHING /quit, and // for a line that begins with a slash';

/** The command in a line. */
export function commandIn(line: string): Command {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (!text.startsWith('/')) return { kind: 'say', text };
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) };
  const [, word = '', rest = ''] = /^\/(\S*)\s*([^]*)$/.exec(text) ?? [];
  if (WITH_TEXT.has(word)) return { kind: word as 'me' | 'name', text: rest };
  if (ALONE.has(word) && rest === '') return { kind: word as 'who' | 'help' | 'quit' };
  return { kind: 'unknown', text };
}
