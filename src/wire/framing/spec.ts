/**
 * Framings as plain data, and back: so that another thread or process has the same.
 *
 * A key (pythonConnection's) is no part of it.
 *
 * @module
 */
import { dictHeader } from './dict/dict-header.ts';
import type { Framing, FramingSpec } from './framing.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import { lines } from './lines.ts';
import { shown } from './payload.ts';
import { pythonConnection } from './python/python-connection.ts';
import { raw } from './raw.ts';

/** Makes the framing that has this spec. */
export function framingOf(spec: FramingSpec): Framing {
  switch (spec.kind) {
    case 'raw':
      return raw();
    case 'lines':
      return lines(spec);
    case 'length-prefixed':
      return lengthPrefixed(spec);
    case 'dict-header':
      return dictHeader();
    case 'python-connection':
      return pythonConnection();
    default:
      throw new RangeError(
        `Cannot make a framing as its kind must be a known one: current value is ${shown((spec as FramingSpec).kind)}`,
      );
  }
}
