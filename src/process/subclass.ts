/**
 * A subclass of Process or Thread as the work of one: what of an instance travels, and what cannot.
 *
 *     parent   new Counter(5).start()   →  address of the class Counter, fields { from: 5 }, arguments
 *     child    an object with the prototype of Counter and these fields; no constructor of a subclass runs there
 *
 * What travels are the instance's own enumerable fields, as they are when it starts. `#private` fields cannot be read
 * from here, and the child's object would lack them, so a class that has some is refused.
 *
 * @module
 */
import { types } from 'node:util';
import { DuodaoError } from '../base/index.ts';
import { hasPrivateFields } from '../wire/index.ts';
import type { Addressable, AnyFunction } from './address/task.ts';

/** What a child or thread passes to the constructor to be given the object for what it runs in. */
export class InsideOfIt {}

/** What it is to be, and the class that it is or extends. */
export interface Form {
  readonly noun: 'process' | 'thread';
  readonly base: Addressable;
}

/** Whether a class, or one between it and `base`, overrides `run`. */
export function overridesRun(derived: Addressable, base: Addressable): boolean {
  const method = (each: Addressable): unknown => Reflect.get(each.prototype as object, 'run');
  return method(derived) !== method(base);
}

/** Refuses one that has nothing to do, or two things, or something that never comes back. */
export function checkForm(target: unknown, derived: Addressable, { noun, base }: Form): void {
  const isSubclass = overridesRun(derived, base);
  if (isSubclass && target !== undefined) {
    throw new TypeError(`Cannot make a ${derived.name} as it has both a target and a run() of its own`);
  }
  if (!isSubclass && typeof target !== 'function') {
    const what = 'its target must be a function, or a subclass must override run()';
    throw new TypeError(`Cannot make a ${noun} as ${what}: the target is ${typeof target}`);
  }
  const work: unknown = isSubclass ? Reflect.get(derived.prototype as object, 'run') : target;
  if (types.isGeneratorFunction(work)) {
    const what = 'its work must not be a generator, which gives nothing back by itself';
    throw new TypeError(`Cannot make a ${noun} as ${what}: it is ${(work as AnyFunction).name}`);
  }
}

/**
 * The fields of an instance that travel.
 *
 * @throws TypeError for a field that hides a part of the base; DuodaoError `not-cloneable` for `#private` ones.
 */
export function fieldsOf(instance: object, derived: Addressable, base: Addressable): Record<string, unknown> {
  for (let each: unknown = derived; typeof each === 'function' && each !== base; each = parentOf(each)) {
    if (!hasPrivateFields(each)) continue;
    const { name } = each;
    throw new DuodaoError(
      'not-cloneable',
      `Cannot send this as it is an instance of ${name}, which keeps #private state that cannot be copied: ` +
        'make it a field without #, or have run() make it',
      { path: 'this', class: name },
    );
  }
  const fields = { ...instance };
  for (const key of Object.keys(fields)) {
    if (!(key in base.prototype)) continue;
    const remedy =
      key === 'run' ? 'make it a method' : `set this.${key} in the constructor, or pass it to super()`;
    throw new TypeError(
      `Cannot start a ${derived.name} as its field "${key}" hides that of ${base.name}: ${remedy}`,
    );
  }
  return fields;
}

function parentOf(derived: object): unknown {
  return Object.getPrototypeOf(derived);
}

/**
 * The object that a child calls `run()` of: of a subclass, without its constructor, with these fields.
 *
 * @throws DuodaoError `unsupported` when the class extends another copy of `base`.
 */
export function embody<P extends object>(
  base: new (inside: never) => P,
  derived: unknown,
  fields: object,
): P {
  if (typeof derived !== 'function' || !(derived.prototype instanceof base)) {
    throw new DuodaoError(
      'unsupported',
      `Cannot run this class as it does not extend the ${base.name} of this copy of duodao: is there a second copy?`,
    );
  }
  const self = Reflect.construct(base, [new InsideOfIt()], derived) as P;
  // Defined, not assigned: a setter of the class is user code that the parent's object did not run either.
  return Object.defineProperties(self, Object.getOwnPropertyDescriptors(fields));
}
