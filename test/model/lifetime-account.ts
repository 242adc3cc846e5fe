/**
 * What happens inside the guard of a shared object (lifetime.ts): repair, a change of its account, the verdict.
 * The order of stores is that of the sources.
 *
 * @module
 */
import {
  type Block,
  doNext,
  type Frame,
  FREE,
  frame,
  type Handle,
  isThere,
  OBJECT,
  raiseVersion,
  type State,
  type Step,
  tagOf,
} from './lifetime.ts';

export function blockAt(s: State, place: number): Block {
  return s.blocks[place] as Block;
}

export function myTag({ p, i }: Step): number {
  return tagOf(i, p.generation);
}

/** Enters a guard, and repairs whatever object is there if its last owner died inside. True if it is ours. */
export function enter(step: Step, b: Block, serial: number): boolean {
  const isOurs = isThere(b, serial);
  if (b.died) repair(step, b, isOurs);
  // Nobody but its freer looks into a dying body.
  if (isOurs && b.torn && !b.dying) step.s.fault ||= 'somebody works on a torn object';
  return isOurs;
}

function repair({ s, stores, mutation }: Step, b: Block, isOurs: boolean): void {
  stores.set(b, 'doubt', true);
  if (!isOurs && (b.owner !== OBJECT || mutation === 'who comes late repairs nothing')) return;
  if (b.dying && mutation !== 'a dying object is repaired') return;
  if (b.dying && b.hasRun && b.run !== -b.serial) s.fault ||= 'somebody repairs in a run that is not its own';
  stores.set(b, 'torn', false);
}

/** Changes the account of an object inside its guard, with the verdict. False if the object is gone. */
export function change(step: Step, { place, serial }: Frame, act: (b: Block) => void): boolean {
  const b = blockAt(step.s, place);
  const isOurs = enter(step, b, serial);
  if (isOurs) {
    act(b);
    verdict(step, place, b);
  }
  b.died = false;
  return isOurs;
}

export function verdict(step: Step, place: number, b: Block): void {
  const { stores, p, mutation } = step;
  const { serial } = b;
  if (b.dying) {
    if (b.freer !== 0) return;
    stores.set(b, 'freer', myTag(step));
  } else {
    if (b.named || b.holders !== 0) return;
    if (b.flights > 0 && mutation !== 'an object is freed when nobody holds it, whatever flies') {
      if (b.doubt) doNext(p, frame('recount', place, { serial }));
      return;
    }
    stores.set(b, 'freer', myTag(step));
    stores.set(b, 'dying', true);
  }
  doNext(
    p,
    ...(['inside', 'giveRun', 'claim', 'give'] as const).map((task) => frame(task, place, { serial })),
  );
}

export function setFlights(step: Step, place: number, b: Block, flights: number): void {
  raising(step, place, () => step.stores.set(b, 'flights', flights));
}

export function setHolder(step: Step, place: number, b: Block, slot: number, holds: boolean): void {
  const bit = 1 << slot;
  raising(step, place, () => step.stores.set(b, 'holders', holds ? b.holders | bit : b.holders & ~bit));
}

/** Raises the version, and then changes what it stands for. */
function raising({ s, stores, mutation }: Step, place: number, set: () => void): void {
  const isLate = mutation === 'the version is raised after the change';
  if (isLate) set();
  stores.next();
  raiseVersion(s, place);
  if (!isLate) set();
}

/** Changes the handles in a container that is there for sure. */
export function changeHandles(
  step: Step,
  place: number,
  act: (handles: readonly Handle[]) => readonly Handle[],
): void {
  const b = blockAt(step.s, place);
  enter(step, b, b.serial);
  step.stores.set(b, 'handles', act(b.handles));
  b.died = false;
}

/** Takes back what a dead participant had of an object that is not being taken down. */
export function reapLiving(step: Step, { place, n }: Frame, b: Block, slot: number): void {
  const { stores, mutation } = step;
  // Its builder may have died between the two commits. Now the run cannot be anybody else's yet.
  if (b.hasRun && b.run === n && mutation !== 'a reaper leaves the run to the dead')
    stores.set(b, 'run', -b.serial);
  if (b.holders & (1 << slot)) setHolder(step, place, b, slot, false);
  if (b.flights > 0 && mutation !== 'a reaper does not doubt what flies') stores.set(b, 'doubt', true);
  const handles = b.handles.map((handle) => (handle.lessee === n ? { ...handle, lessee: FREE } : handle));
  if (b.handles.some(({ lessee }) => lessee === n)) stores.set(b, 'handles', handles);
}
