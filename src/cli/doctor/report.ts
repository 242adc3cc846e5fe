/**
 * What the doctor found, as lines of text.
 *
 * @module
 */
import { escaped, grouped, padRight } from '../text.ts';
import type { Check } from './checks.ts';
import type { Leftover } from './leftovers.ts';

export interface Report {
  readonly checks: readonly Check[];
  readonly leftovers: readonly Leftover[];
}

const COLOUR: Readonly<Record<string, number>> = { ok: 32, warn: 33, bad: 31, left: 33, removed: 32 };
const WORD_COLUMNS = 8;

/** Whether everything is supported, and nothing lies about. */
export function isFine({ checks, leftovers }: Report): boolean {
  return checks.every(({ status }) => status !== 'bad') && leftovers.every(({ state }) => state !== 'left');
}

export function reportLines({ checks, leftovers }: Report, colours: boolean): string[] {
  const columns = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const word = (text: string): string => {
    const padded = padRight(text, WORD_COLUMNS);
    return colours && COLOUR[text] ? `\u001b[${COLOUR[text]}m${padded}\u001b[0m` : padded;
  };
  const known = checks.map(
    ({ name, status, found, tried }) =>
      `${word(status)}${padRight(name, columns)}${escaped(found)} (${tried})`,
  );
  const things = leftovers.map(({ path, sizeBytes, state }) => {
    const text = `${escaped(path)}, ${grouped(sizeBytes)} bytes`;
    const more = state === 'left' ? ': nobody lives in it; --clean removes it' : '';
    return `${word(state)}${text}${more}`;
  });
  return [...known, ...(things.length > 0 ? things : [`${word('ok')}no program has left anything`])];
}
