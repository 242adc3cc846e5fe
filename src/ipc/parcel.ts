/**
 * A packed value that lies in shared memory until somebody takes it: the arguments of a process, its result.
 *
 * Body: 64 bytes that are not used yet; data: the packed bytes, behind their length in 8 bytes.
 *
 * @module
 */
import { here, type Kind, type Reference, registerKind, type SharedObject } from '../memory/index.ts';
import { handlesIn, handlesSent, handlesTaken, pack, resolveFunctions, unpack } from './crossing.ts';

const BODY_BYTES = 64;
const LENGTH_BYTES = 8;

const KIND: Kind = {
  id: 6,
  name: 'parcel',
  open: (object) => object,
  repair() {}, // nothing changes after it was made
  reap() {},
  references: (object) => handlesIn(bytesOf(object)),
};
registerKind(KIND);

function bytesOf(object: SharedObject): Uint8Array {
  const data = object.data(BODY_BYTES);
  const length = Math.min(new Float64Array(data, 0, 1)[0] as number, data.byteLength - LENGTH_BYTES);
  return new Uint8Array(data, LENGTH_BYTES, length).slice();
}

/**
 * Packs a value into a parcel that this thread holds.
 *
 * @throws DuodaoError `not-cloneable`, `no-space`; nothing is left behind then.
 */
export function makeParcel(value: unknown, root: string): SharedObject {
  const { bytes, handles } = pack(value, root);
  handlesSent(handles);
  try {
    return parcelOf(bytes);
  } catch (error) {
    handlesTaken(handles);
    throw error;
  }
}

/** Puts packed bytes into a parcel that this thread holds. The handles in them have been counted. */
export function parcelOf(bytes: Uint8Array): SharedObject {
  const size = { bodyBytes: BODY_BYTES, dataBytes: LENGTH_BYTES + bytes.length };
  return here().objects.create(KIND, size, '', (object) => {
    const data = object.data(BODY_BYTES);
    new Float64Array(data, 0, 1)[0] = bytes.length;
    new Uint8Array(data, LENGTH_BYTES).set(bytes);
  });
}

/** The handle of a parcel, to be put into another object. */
export function parcelReference(parcel: SharedObject): Reference {
  return here().objects.referenceOf(parcel, KIND.id);
}

/** The bytes in a parcel. They may refer to others: those are held by the parcel until it is given up. */
export function readParcel(reference: Reference): { bytes: Uint8Array; parcel: SharedObject } {
  const parcel = here().objects.open(reference);
  return { bytes: bytesOf(parcel), parcel };
}

/** The value in a parcel. It may be taken more than once, by several. */
export async function openParcel(reference: Reference): Promise<unknown> {
  const parcel = here().objects.open(reference);
  try {
    const bytes = bytesOf(parcel);
    await resolveFunctions(bytes);
    return unpack(bytes);
  } finally {
    // What is in it must not hang on the garbage collector of this thread.
    here().objects.leave(parcel);
  }
}
