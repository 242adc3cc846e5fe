/**
 * Framings by name, for command lines: `lines`, `length:4`, `length:2:big`; or by the name of the function that makes
 * one,
 * `dictHeader`, in either way of writing it.
 *
 * @module
 */
import type { Framing, FramingSpec } from './framing.ts';
import { shown } from './payload.ts';
import { framingOf } from './spec.ts';

const LENGTH =
  /^length(?:-?prefixed)?(?::(?<bytes>[1-8]))?(?::(?<endian>little|big))?(?::(?<sign>signed|unsigned))?$/;

/** What can be asked for, for a sentence. */
const KNOWN = `raw, lines, length:<1 to 8>[:little|:big][:signed], dict, python`;

/** The framing of this name. @throws RangeError at a name that is none */
export function framingNamed(text: string): Framing {
  const spec = specNamed(text);
  if (spec) return framingOf(spec);
  throw new RangeError(
    `Cannot find the framing as it must be one of ${KNOWN}: current value is ${shown(text)}`,
  );
}

function specNamed(text: string): FramingSpec | undefined {
  // Names of functions, as they stand in code.
  const name = /^[a-z]+[A-Z][a-z]+/.test(text)
    ? text.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`)
    : text;
  switch (name) {
    case 'raw':
      return { kind: 'raw' };
    case 'lines':
      return { kind: 'lines', newline: '\n', encoding: 'utf8' };
    case 'dict':
    case 'dict-header':
      return { kind: 'dict-header' };
    case 'python':
    case 'python-connection':
      return { kind: 'python-connection' };
    default: {
      const parts = LENGTH.exec(name)?.groups;
      if (!parts) return undefined;
      return {
        kind: 'length-prefixed',
        bytes: Number(parts['bytes'] ?? 4),
        endian: parts['endian'] === 'big' ? 'big' : 'little',
        signed: parts['sign'] === 'signed',
      };
    }
  }
}
