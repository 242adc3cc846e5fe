/**
 * What it may have been that stood where a length was expected: most often somebody speaks another protocol, or writes
 * numbers in the other byte order. A guess for a person who reads a log; nothing is decided by it.
 *
 * @module
 */
import type { Facts } from '../../base/index.ts';

/** How other protocols begin, as one byte for each character. */
const BEGINNINGS: readonly (readonly [start: string, what: string])[] = [
  ...['GET ', 'POST', 'PUT ', 'HEAD', 'OPTI', 'DELE', 'PATC', 'CONN', 'HTTP', 'PRI '].map(
    (start) => [start, 'HTTP'] as const,
  ),
  ['\x16\x03', 'TLS'],
  ['SSH-', 'SSH'],
  ['PROX', 'a PROXY header'],
];

/** What these first bytes look like; empty if like nothing in particular. */
export function looksLike(start: Uint8Array): string {
  const text = Buffer.from(start).toString('latin1');
  const known = BEGINNINGS.find(([beginning]) => text.startsWith(beginning));
  if (known) return known[1];
  return text.length > 0 && /^[\t\r\n -~]+$/.test(text) ? 'text' : '';
}

/** The end of a sentence about a length that cannot be one, and the facts for it. */
export function suspicion(start: Uint8Array, otherOrder: number, limit: number): [sentence: string, Facts] {
  const head = Buffer.from(start).toString('hex');
  const like = looksLike(start);
  if (like !== '') return [`; it looks like ${like}`, { head, looksLike: like }];
  if (otherOrder > 0 && otherOrder <= limit)
    return [`; in the other byte order it would be ${otherOrder}`, { head, looksLike: 'other byte order' }];
  return ['', { head }];
}
