/**
 * Shapes of fixed-size records, written once as a table and proved when the module loads.
 *
 * @module
 */
import { assert } from './errors.ts';

/** The types a field can have. `pad` is room kept free on purpose, often to fill a cache line. */
export type FieldType = 'u8' | 'u16' | 'i32' | 'u32' | 'f64' | 'u64' | 'pad';

const SIZES: Record<Exclude<FieldType, 'pad'>, number> = { u8: 1, u16: 2, i32: 4, u32: 4, f64: 8, u64: 8 };

/** `[offset, type]`, or `[offset, type, count]` for an array of them. Offsets and sizes are bytes. */
export type Field = readonly [offset: number, type: FieldType, count?: number];

/** The byte offset of each field, and the size of the whole. */
export type Offsets<Fields extends string> = { readonly [F in Fields | 'sizeBytes']: number };

/**
 * Declares the shape of a fixed-size record and proves it: fields are in order, aligned to their size,
 * leave no hole, and fill the record exactly.
 */
export function layout<Fields extends string>(
  name: string,
  sizeBytes: number,
  fields: { readonly [F in Fields]: Field },
): Offsets<Fields> {
  const offsets: Record<string, number> = {};
  let end = 0;
  for (const [field, [offset, type, count = 1]] of Object.entries<Field>(fields)) {
    const unit = type === 'pad' ? 1 : SIZES[type];
    assert(field !== 'sizeBytes', `${name} names no field sizeBytes: that is its own size`);
    assert(offset === end, `${name}.${field} starts at ${end}, not at ${offset}`);
    assert(offset % unit === 0, `${name}.${field} is aligned to ${unit} bytes`);
    offsets[field] = offset;
    end = offset + unit * count;
  }
  assert(end === sizeBytes, `${name} is ${end} bytes, not ${sizeBytes}`);
  return Object.freeze({ ...offsets, sizeBytes }) as Offsets<Fields>;
}
