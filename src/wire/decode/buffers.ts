/**
 * The bytes behind views, on their way in. They stand behind the value, and are copied at the first view on them.
 *
 * @module
 */
import { malformed, VIEW_CLASSES } from '../format.ts';
import { itemAt, type Source } from './source.ts';

interface Carried {
  /** All of it, on a buffer of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where in the original buffer our first byte was. */
  readonly start: number;
  /** `bytes` itself has become part of the value. */
  given: boolean;
}

type ViewClass = (new (
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
) => ArrayBufferView) & {
  readonly BYTES_PER_ELEMENT?: number;
};

// Node 20 has no Float16Array.
const CLASSES = VIEW_CLASSES.map((name) => Reflect.get(globalThis, name) as ViewClass | undefined);

export class CarriedBuffers {
  readonly #carried: Carried[] = [];

  constructor(source: Source) {
    for (let count = source.count(2); count > 0; count--) {
      const start = source.size();
      this.#carried.push({ start, bytes: source.copy(source.count()), given: false });
    }
    if (source.left > 0) throw malformed('something stands behind its buffers');
  }

  whole(index: number): ArrayBuffer {
    const { bytes, start } = itemAt(this.#carried, index, 'buffer');
    if (start !== 0) throw malformed('a buffer is only there in part');
    return bytes.buffer;
  }

  /** Reads a view after its tag. */
  readView(source: Source): ArrayBufferView {
    const classIndex = source.u8();
    const carried = itemAt(this.#carried, source.size(), 'buffer');
    const { bytes } = carried;
    const offset = source.size() - carried.start;
    const length = source.size();
    const View = CLASSES[classIndex];
    if (View === undefined)
      throw malformed(`view class ${classIndex} does not exist, or not in this version of Node`);
    const unit = View.BYTES_PER_ELEMENT ?? 1;
    if (offset < 0 || offset % unit !== 0 || offset + length * unit > bytes.length)
      throw malformed('a view reaches beyond its buffer');
    // The usual view shows all of its buffer, and is the one that we copied into. Its `buffer` may not even exist yet.
    if (View === (Uint8Array as ViewClass) && length === bytes.length && !carried.given) {
      carried.given = true;
      return bytes;
    }
    return new View(bytes.buffer, offset, length);
  }
}
