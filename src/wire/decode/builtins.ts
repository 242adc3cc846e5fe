/**
 * Values that are neither plain objects nor arrays without holes: what the engine gives a meaning of its own.
 *
 * @module
 */
import {
  ARRAY_NAMED,
  ARRAY_SPARSE,
  BIGINT,
  BIGINT64,
  BIGINT_NEGATIVE,
  BOXED,
  BUFFER,
  DATE,
  ERROR,
  malformed,
  MAP,
  REGEXP,
  SET,
  SHORT_STRING,
  TRUE,
  UTF16,
  VIEW,
} from '../format.ts';
import { readError } from './failures.ts';
import { storeSparsely } from './properties.ts';
import type { Reader } from './reader.ts';
import type { Source } from './source.ts';

const ARRAY_LENGTH_MAX = 2 ** 32 - 1;
/** Entries that the engine allows in one Map or Set. */
const COLLECTED_MAX = 2 ** 24;

/** Reads the value with this tag, or refuses the tag. */
export function readBuiltin(reader: Reader, tag: number): unknown {
  const { source } = reader;
  switch (tag) {
    case BIGINT64:
      return source.i64();
    case BIGINT:
    case BIGINT_NEGATIVE:
      return source.bigint(tag);
    case ARRAY_NAMED:
      return readNamed(reader);
    case ARRAY_SPARSE:
      return readSparse(reader);
    case MAP:
      return reader.container(new Map<unknown, unknown>(), (map) => readPairs(reader, map));
    case SET:
      return reader.container(new Set<unknown>(), (set) => readMembers(reader, set));
    case DATE:
      return reader.met(new Date(source.f64()));
    case REGEXP:
      return reader.met(regexp(source.string(), source.string()));
    case BOXED:
      return reader.met(boxed(reader));
    case ERROR:
      return readError(reader);
    case BUFFER:
      return reader.met(reader.buffers.whole(source.size()));
    case VIEW:
      return reader.met(reader.buffers.readView(source));
    default:
      throw malformed(`tag ${tag} has no meaning here`);
  }
}

function readNamed(reader: Reader): unknown[] {
  const length = reader.source.count();
  return reader.container([] as unknown[], (array) => {
    reader.elements(array, length);
    reader.entries(array);
  });
}

function readSparse(reader: Reader): unknown[] {
  const length = reader.source.size();
  if (length > ARRAY_LENGTH_MAX) throw malformed(`an array has ${length} elements`);
  const array: unknown[] = [];
  storeSparsely(array, length);
  return reader.container(array, () => reader.entries(array, length));
}

function readPairs(reader: Reader, map: Map<unknown, unknown>): void {
  for (let left = collected(reader.source, 2); left > 0; left--) map.set(reader.value(), reader.value());
}

function readMembers(reader: Reader, set: Set<unknown>): void {
  for (let left = collected(reader.source, 1); left > 0; left--) set.add(reader.value());
}

function collected(source: Source, bytesEach: number): number {
  const count = source.count(bytesEach);
  if (count > COLLECTED_MAX) throw malformed(`a Map or Set has ${count} entries`);
  return count;
}

function boxed(reader: Reader): object {
  const tag = reader.source.u8();
  const isPrimitive = tag >= SHORT_STRING || (tag >= TRUE && tag <= UTF16);
  if (!isPrimitive) throw malformed(`tag ${tag} stands where a primitive has to be`);
  return Object(reader.tagged(tag)) as object;
}

function regexp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw malformed(`a regular expression is none: ${(error as Error).message}`);
  }
}
