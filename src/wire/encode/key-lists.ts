/**
 * Lists of keys, so that objects of one shape name their keys once in a message, and cost no formatting at all.
 *
 * All key lists seen by this thread form a tree: an object's list is the path its keys take from the root. A step is
 * one comparison when the same kind of object comes again, since each node remembers where it was left last. At the
 * end of the path lies the list as ready-made bytes. Lists too wide or keys too long are not kept, and the
 * tree is thrown away when it has grown too large, so that objects used as dictionaries cannot fill the memory.
 *
 * @module
 */
import { LIST_KEYS_MAX } from '../format.ts';
import { Sink } from './sink.ts';

const KEY_CHARS_MAX = 64;
const NODES_MAX = 4096;
const ZERO = 0x30;
const NINE = 0x39;

const draft: Sink = new Sink();
let nodes = 0;

export class KeyList {
  readonly #key: string;
  readonly #before: KeyList | undefined;
  readonly #width: number;
  #leftBy: string | undefined;
  #leftTo: KeyList | undefined;
  #nexts: Map<string, KeyList> | undefined;
  #keys: readonly string[] | undefined;
  #bytes: Uint8Array | undefined;
  /** The message that last defined this list, and its number there. Belongs to the writer. */
  message = 0;
  number = 0;

  constructor(key: string, before: KeyList | undefined) {
    this.#key = key;
    this.#before = before;
    this.#width = before === undefined ? 0 : before.#width + 1;
  }

  /** This list with one more key, or `undefined` when such a list is not kept. */
  next(key: string): KeyList | undefined {
    return this.#leftBy === key ? this.#leftTo : this.#turn(key);
  }

  #turn(key: string): KeyList | undefined {
    this.#nexts ??= new Map();
    let next = this.#nexts.get(key);
    if (next === undefined) {
      if (this.#width === LIST_KEYS_MAX || key.length > KEY_CHARS_MAX || isNumeric(key)) return undefined;
      next = new KeyList(key, this);
      this.#nexts.set(key, next);
      if (++nodes > NODES_MAX) forget();
    }
    this.#leftBy = key;
    this.#leftTo = next;
    return next;
  }

  get keys(): readonly string[] {
    return (this.#keys ??= this.#before === undefined ? [] : [...this.#before.keys, this.#key]);
  }

  /** The list as the format wants it. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= formatted(this.keys));
  }
}

let root: KeyList = new KeyList('', undefined);

/** The list without a key, where every object's path begins. */
export function emptyKeyList(): KeyList {
  return root;
}

function forget(): void {
  root = new KeyList('', undefined);
  nodes = 0;
}

/** Objects with numbers for keys are dictionaries. Such keys come first in an object, so that its first key tells. */
function isNumeric(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= ZERO && code <= NINE;
}

function formatted(keys: readonly string[]): Uint8Array {
  draft.restart(5);
  for (const key of keys) draft.string(key);
  const bytes = draft.written().slice();
  const view = new DataView(bytes.buffer);
  let hint = keys.length;
  for (let index = 5; index < bytes.length; index++) hint = (Math.imul(hint, 31) + bytes[index]!) & 0xffff;
  view.setUint16(0, hint, true);
  view.setUint16(2, bytes.length - 4, true);
  view.setUint8(4, keys.length);
  return bytes;
}
