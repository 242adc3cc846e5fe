/**
 * Faces: the objects that programs see, each standing for a shared object of this arena.
 *
 * A handle that arrives twice, or comes home, gives the very same face, for as long as somebody has it.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { here } from './here.ts';
import { kindOf, type Reference } from './kinds.ts';
import type { SharedObject } from './object.ts';

interface Known {
  readonly serial: number;
  readonly face: WeakRef<object>;
}

const references: WeakMap<object, Reference> = new WeakMap();
/** By kind and offset: an object may be sent as more than one kind (the lock of a value). */
const faces: Map<string, Known> = new Map();
const forgotten: FinalizationRegistry<string> = new FinalizationRegistry((key) => {
  if (!faces.get(key)?.face.deref()) faces.delete(key);
});

function keyOf(reference: Reference): string {
  return `${reference.kind}:${reference.offset}`;
}

/** Says that `face` stands for the object, as the given kind. */
export function registerFace(face: object, object: SharedObject, kind: number = object.kind): void {
  const reference = here().objects.referenceOf(object, kind);
  const key = keyOf(reference);
  references.set(face, reference);
  faces.set(key, { serial: reference.serial, face: new WeakRef(face) });
  forgotten.register(face, key);
}

/** Says that `face` stands for nothing any more: should its object come here again, it gets another face. */
export function retireFace(face: object): void {
  const reference = references.get(face);
  if (!reference) return;
  references.delete(face);
  if (faces.get(keyOf(reference))?.face.deref() === face) faces.delete(keyOf(reference));
}

/** The handle of a face; undefined for anything else. */
export function referenceOf(face: object): Reference | undefined {
  return references.get(face);
}

/** The face of a handle: the one we have, or a new one. @throws DuodaoError `closed` when its object is gone. */
export function openFace(reference: Reference): object {
  const known = faces.get(keyOf(reference));
  const face = known?.serial === reference.serial ? known.face.deref() : undefined;
  if (face) return face;
  const kind = kindOf(reference.kind);
  if (!kind) {
    throw new DuodaoError(
      'protocol',
      `Cannot open a shared object of kind ${reference.kind}: this program has none`,
      {
        kind: reference.kind,
      },
    );
  }
  return kind.open(here().objects.open(reference));
}
