/**
 * The bytes behind views, on their way in. They stand behind the value, and are copied at the first view on them.
 *
 * @module
 */
import { malformed, VIEW_CLASSES } from '../format.ts';
import type { Source } from './source.ts';

interface Carried {
  readonly buffer: ArrayBuffer;
  /** Where in the original buffer our first byte was. */
  readonly start: number;
}

type ViewClass = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

export class CarriedBuffers {
  readonly #carried: Carried[] = [];

  constructor(source: Source) {
    for (let count = source.count(2); count > 0; count--) {
      const start = source.size();
      this.#carried.push({ start, buffer: source.copy(source.count()).buffer });
    }
    if (source.left > 0) throw malformed('something stands behind its buffers');
  }

  whole(index: number): ArrayBuffer {
    const { buffer, start } = this.#at(index);
    if (start !== 0) throw malformed('a buffer is only there in part');
    return buffer;
  }

  /** Reads a view after its tag. */
  readView(source: Source): ArrayBufferView {
    const classIndex = source.u8();
    const { buffer, start } = this.#at(source.size());
    const offset = source.size() - start;
    const length = source.size();
    const name = VIEW_CLASSES[classIndex];
    if (name === undefined) throw malformed(`view class ${classIndex} does not exist`);
    const View = Reflect.get(globalThis, name) as
      | (ViewClass & { readonly BYTES_PER_ELEMENT?: number })
      | undefined;
    if (View === undefined) throw malformed(`it has a ${name}, which this version of Node does not know`);
    const unit = View.BYTES_PER_ELEMENT ?? 1;
    if (offset < 0 || offset % unit !== 0 || offset + length * unit > buffer.byteLength)
      throw malformed('a view reaches beyond its buffer');
    return new View(buffer, offset, length);
  }

  #at(index: number): Carried {
    const carried = this.#carried[index];
    if (carried === undefined) throw malformed(`buffer ${index} does not exist`);
    return carried;
  }
}
