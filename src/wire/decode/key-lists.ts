/**
 * Key lists on their way in, remembered from message to message.
 *
 * A list is taken as known when its bytes equal those of one that we read before; the hint in front of it only says
 * where to look. So a lie in a message costs time and nothing else. The memory is a fixed number of places, each for a
 * short list, the latest one to come there.
 *
 * @module
 */
import { LIST_KEYS_MAX, malformed } from '../format.ts';
import { isInherited } from './properties.ts';
import { Source } from './source.ts';

const PLACES = 1024;
const KEPT_BYTES_MAX = 512;

/** A list of keys that objects of one shape have. */
export interface KnownKeys {
  readonly keys: readonly string[];
  /** No key means anything to an empty object, so that assigning is as good as defining, and faster. */
  readonly assignable: boolean;
}

interface Place extends KnownKeys {
  readonly bytes: Uint8Array;
}

const places: (Place | undefined)[] = new Array(PLACES).fill(undefined);

/** Reads the definition of a key list. */
export function readKeyList(source: Source): KnownKeys {
  const place = source.u16() % PLACES;
  const length = source.u16();
  const kept = places[place];
  if (kept !== undefined && kept.bytes.length === length && source.takeIfEqual(kept.bytes)) return kept;
  const bytes = source.copy(length);
  const read = { ...parsed(new Source(bytes, 0, length)), bytes };
  if (length <= KEPT_BYTES_MAX) places[place] = read;
  return read;
}

function parsed(source: Source): KnownKeys {
  const count = source.u8();
  if (count > LIST_KEYS_MAX) throw malformed(`a key list has ${count} keys`);
  const keys: string[] = [];
  for (let index = 0; index < count; index++) keys.push(source.string());
  if (source.left > 0) throw malformed('something stands behind the keys of a key list');
  // Objects with numbers for keys come as entries. In a list, one far-off number would reserve room in every object.
  if (keys.some(startsWithDigit)) throw malformed('a key list has numbers for keys');
  return { keys, assignable: !keys.some(isInherited) };
}

function startsWithDigit(key: string): boolean {
  return key >= '0' && key < ':';
}
