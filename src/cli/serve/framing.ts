/**
 * The framing that was asked for.
 *
 * @module
 */
import { type Framing, framingNamed } from '../../wire/index.ts';
import { nearest } from '../nearest.ts';
import { quoted, UsageError } from '../usage-error.ts';

const FRAMINGS = ['raw', 'lines', 'length', 'dict', 'python'];

/** @throws {@link UsageError} at a name that is none. */
export function framingFor(name: string): Framing {
  try {
    return framingNamed(name);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    // Of `lenght:4` the first word is what was misspelt.
    const [first = '', ...rest] = name.split(':');
    const guess = FRAMINGS.includes(first) ? undefined : nearest(first, FRAMINGS);
    throw new UsageError(
      '--framing must be raw, lines, length:4 (1 to 8 bytes; then :big, :signed), dict or python: ' +
        `it is ${quoted(name)}${guess === undefined ? '' : `; did you mean ${[guess, ...rest].join(':')}?`}`,
      { cause },
    );
  }
}
