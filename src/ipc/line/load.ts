/**
 * What a frame carries: a few scalars as cells, or packed bytes, or the reference of a parcel with those in it.
 *
 * @module
 */
import { here, type Reference, type SharedObject } from '../../memory/index.ts';
import { CELL_WORDS_LIMIT, type Handle, isScalar, writeCell } from '../../wire/index.ts';
import { handlesSent, handlesTaken, pack } from '../crossing.ts';
import { parcelOf, parcelReference } from '../parcel.ts';

/** More arguments than this are packed. */
const CELLS_LIMIT = 6;

/** Values that were packed when they were given: whatever becomes of them later, this is what is sent. */
export class Packed {
  readonly bytes: Uint8Array;
  readonly handles: readonly Handle[];
  readonly hasLinks: boolean;

  constructor(bytes: Uint8Array, handles: readonly Handle[], links: boolean) {
    this.bytes = bytes;
    this.handles = handles;
    this.hasLinks = links;
  }
}

/** What can be sent: scalars as they are, or what they were packed into. */
export type Load = readonly unknown[] | Packed;

/**
 * Takes a list of values as they are now.
 *
 * @param root - How the list is called in errors: 'args'.
 * @throws DuodaoError `not-cloneable`, naming the path to what cannot cross.
 */
export function loadOf(values: readonly unknown[], root: string): Load {
  if (values.length <= CELLS_LIMIT && values.every(isScalar) && values.every(isShort)) return values;
  return packedOf(values, root);
}

/** The same for one value that may be anything. */
export function packedOf(value: unknown, root: string): Packed {
  const { bytes, handles, addresses } = pack(value, root);
  return new Packed(bytes.slice(), handles, handles.length + addresses.length > 0);
}

/** Texts may turn out to be no cells, which is found by writing them: a look at their length spares most of that. */
function isShort(value: unknown): boolean {
  return typeof value !== 'string' || value.length <= 64;
}

/** Where cells are written first, as their size is known only then. */
export const stage: Int32Array = new Int32Array(CELLS_LIMIT * CELL_WORDS_LIMIT);

/** Writes values as cells to the stage, and gives how many words that took; −1 if one of them is no cell. */
export function stageCells(values: readonly unknown[]): number {
  let at = 0;
  for (const value of values) {
    at = writeCell(stage, at, value);
    if (at < 0) return -1;
  }
  return at;
}

/** Puts packed bytes into a parcel that this thread holds, and that its handles count for. */
export function parcelFor({ bytes, handles }: Packed): { parcel: SharedObject; reference: Reference } {
  handlesSent(handles);
  try {
    const parcel = parcelOf(bytes);
    return { parcel, reference: parcelReference(parcel) };
  } catch (error) {
    handlesTaken(handles);
    throw error;
  }
}

/** Gives up a parcel that this thread holds. */
export function leaveParcel(parcel: SharedObject): void {
  here().objects.leave(parcel);
}
