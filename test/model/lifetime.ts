/**
 * Model of how shared objects live and end: held, sent, let go, taken down, safe against a kill at any step.
 *
 *     send      flights up; then the message is put                              count, put
 *     receive   lease the message; hold what it refers to; DONE; flights down    lease, hold, done, uncount
 *     let go    clear my holder bit; who says so himself counts anew before      drop, leave
 *     verdict   the last thing inside a guard whose object I changed: if nobody holds it, nothing flies and
 *               it has no name, then I am its freer, and it is DYING. If something flies, but a death left
 *               the number in doubt: recount
 *     recount   note the version; look into each container, one guard at a time; if the version is the same
 *               and nobody else holds it, what was found is the number           recount, tally, settle
 *     take down take out or put in doubt what lies inside; give back the run in the object's name; inside
 *               the guard make the block mine; give it back in my name           inside, giveRun, claim, give
 *     build     take run and block in my name; write the header; the block is an object (the commit), the
 *               run is the object's                                              takeRun .. commitRun
 *     reap      each object: its run from the dead to itself; inside its guard, if the dead is not buried
 *               yet: clear his bit, doubt what flies, free his leases, and be the freer in his place. Then
 *               give back what is in his name. Then bury him                     walk .. bury
 *
 * A participant is a stack of what it has to do, a `Frame` each: a step takes the uppermost off, and may lay
 * others upon it. An operation inside a guard is one step, cut short at any store (stores.ts); only those who
 * may come too late, the reapers, look in one step and change in another.
 *
 * The version of an object is no number here. All that matters is whether it is still what a recounter noted:
 * `fresh` in his frame says so, and whatever raises the version makes it false.
 *
 * Not here: the heap's own words (allocator.ts), records (lease.ts; a message here is put, leased, done or
 * freed by one store), waiting. What the steps do: lifetime-steps.ts. Starts, kills, promises:
 * lifetime-world.ts. Why numbers may only be too high: docs/design/0004.
 *
 * @module
 */
import type { Crowd } from './explore.ts';
import type { Stores } from './stores.ts';

export const FREE = 0;
/** Owner word of a block that holds a finished object. */
export const OBJECT = 99;
export const NOBODY = -1;

export type Task =
  | 'count'
  | 'put'
  | 'lease'
  | 'hold'
  | 'done'
  | 'uncount'
  | 'drop'
  | 'leave'
  | 'recount'
  | 'tally'
  | 'settle'
  | 'inside'
  | 'takeOut'
  | 'doubt'
  | 'giveRun'
  | 'claim'
  | 'give'
  | 'takeRun'
  | 'takeBlock'
  | 'zero'
  | 'begin'
  | 'commit'
  | 'commitRun'
  | 'walk'
  | 'handRun'
  | 'look'
  | 'reap'
  | 'sweep'
  | 'bury';

export interface Frame {
  readonly task: Task;
  readonly place: number;
  /** Which object is meant. */
  readonly serial: number;
  /** A place for what goes into the container (`put`), a number (`settle`), the tag of a dead one (`reap`). */
  readonly n: number;
  /** Whose block it was when a walker looked. */
  readonly birth: number;
  readonly fresh: boolean;
}

/** A message or a field that refers to an object. */
export interface Handle {
  readonly place: number;
  readonly serial: number;
  /** Who has leased the message. */
  readonly lessee: number;
}

/** A block and the object in it; and beside it the run for the object's data. */
export interface Block {
  /** FREE, a tag, or OBJECT. */
  owner: number;
  /** FREE, a tag, or minus the serial number of the object. */
  run: number;
  serial: number;
  named: boolean;
  hasRun: boolean;
  /** Its kind takes its handles out one by one when it is taken down; or they only cease to count. */
  releases: boolean;
  holders: number;
  flights: number;
  doubt: boolean;
  dying: boolean;
  freer: number;
  handles: readonly Handle[];
  /** The guard: who stays inside for more than one step, and whether its last owner died inside. */
  inside: number;
  died: boolean;
  /** A death has left the body torn, and it is not repaired yet. */
  torn: boolean;
  /** Raised each time somebody takes the block. */
  birth: number;
}

export interface Person {
  readonly program: readonly Frame[];
  at: 'alive' | 'dead' | 'buried';
  generation: number;
  stack: readonly Frame[];
  /** By place: the serial number of the object that it has in its hands; 0: none. */
  hands: readonly number[];
}

export interface State extends Crowd<Person> {
  blocks: Block[];
  births: number;
  newcomers: number;
  crashes: number;
  fault: string;
}

export type LifetimeMutation =
  | 'a receiver counts down before DONE'
  | 'a receiver holds after DONE'
  | 'an object is freed when nobody holds it, whatever flies'
  | 'a recount does not look at the version'
  | 'the version is raised after the change'
  | 'a recount does not look at the holders'
  | 'a recount does not end when the object is gone'
  | 'a reaper does not look at the generation'
  | 'a reaper does not doubt what flies'
  | 'a reaper leaves a dead freer'
  | 'a reaper leaves the run to the dead'
  | 'a reaper hands the run over outside the guard'
  | 'a reaper frees the slot before it walks'
  | 'what is inside a dying object is forgotten'
  | 'a handle is taken out by one who does not hold it'
  | 'a run is given back whoever has it'
  | 'a block is given back in the name of all objects'
  | 'a dying object is repaired'
  | 'who comes late repairs nothing';

/** One step of one participant, and what it may change. */
export interface Step {
  readonly s: State;
  readonly p: Person;
  readonly i: number;
  readonly stores: Stores;
  readonly mutation: LifetimeMutation | undefined;
}

export function frame(task: Task, place: number, more: Partial<Frame> = {}): Frame {
  return { task, place, serial: 0, n: 0, birth: 0, fresh: false, ...more };
}

/** Lays upon the stack what is to be done next, in this order. */
export function doNext(p: Person, ...frames: readonly Frame[]): void {
  p.stack = [...p.stack, ...frames.toReversed()];
}

export function tagOf(slot: number, generation: number): number {
  return 1 + slot + 8 * generation;
}
export function slotOf(tag: number): number {
  return (tag - 1) % 8;
}

export function isThere(block: Block, serial: number): boolean {
  return block.owner === OBJECT && block.serial === serial;
}

/** Raises the version of an object: what recounters have noted is of no use now. */
export function raiseVersion(s: State, place: number): void {
  for (const p of s.people) {
    const isStale = (f: Frame): boolean => f.fresh && f.place === place;
    if (p.stack.some(isStale)) p.stack = p.stack.map((f) => (isStale(f) ? { ...f, fresh: false } : f));
  }
}
