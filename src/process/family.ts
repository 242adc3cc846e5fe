/**
 * Who is who: this process, its parent, its children.
 *
 * @module
 */
import type { Wait } from '../base/index.ts';
import { checkName, here, type Tag } from '../memory/index.ts';
import type { Process } from './process.ts';

/** What any process may know of itself. */
export interface CurrentProcess {
  /** For people. Setting it renames the process. */
  name: string;
  readonly pid: number;
  readonly ppid: number;
  readonly daemon: boolean;
  readonly isAlive: boolean;
}

/** What a child may know of its parent. */
export interface ParentProcess {
  readonly name: string;
  readonly pid: number;
  readonly isAlive: boolean;
  /**
   * Resolves once the parent has ended. Only a child that is `detached` lives to see it: the others end with it.
   *
   * @throws DuodaoError `timed-out`; the reason of the signal; RangeError or TypeError for a bad `timeoutMs`.
   */
  join(wait?: Wait): Promise<void>;
}

/** Who this process is. It crosses to its threads, each of which has a copy of this module. */
export interface Identity {
  name: string;
  readonly daemon: boolean;
  readonly allowChildren: boolean;
  readonly parent?: { readonly tag: Tag; readonly pid: number; readonly name: string };
}

let self: Identity = { name: 'MainProcess', daemon: false, allowChildren: true };
let childCount = 0;
const children: Set<Process> = new Set();

/** Says who this process is, if it is a child. */
export function introduce(
  name: string,
  kind: { readonly daemon: boolean; readonly allowChildren: boolean },
  parentTag: Tag,
): void {
  const parent = here().slots.describe(parentTag);
  self = {
    name,
    daemon: kind.daemon,
    allowChildren: kind.allowChildren || !kind.daemon,
    parent: { tag: parentTag, pid: process.ppid, name: parent?.name ?? 'MainProcess' },
  };
  here().rename(name);
}

/** Who this process is, for a thread of it. */
export function identity(): Identity {
  return self;
}

/** Says in a thread who its process is. */
export function assumeIdentity(of: Identity): void {
  self = of;
}

/** The name of the next child that is given none: as Python's, with the names of the ancestors in front. */
export function nextChildName(): string {
  childCount++;
  return self.parent ? `${self.name}:${childCount}` : `Process-${childCount}`;
}

export function ownDaemon(): boolean {
  return self.daemon;
}

/** Whether this process may start others: a daemon only if it was made so. */
export function mayHaveChildren(): boolean {
  return self.allowChildren;
}

export function registerChild(child: Process, alive = true): void {
  if (alive) children.add(child);
  else children.delete(child);
}

/** The process that this code runs in. */
export function currentProcess(): CurrentProcess {
  return {
    get name() {
      return self.name;
    },
    set name(name: string) {
      checkName('process', name);
      self.name = name;
      here().rename(name);
    },
    pid: process.pid,
    ppid: process.ppid,
    daemon: self.daemon,
    isAlive: true,
  };
}

/** The process that started this one with duodao; undefined in the first process of a tree. */
export function parentProcess(): ParentProcess | undefined {
  const { parent } = self;
  if (!parent) return undefined;
  return {
    name: parent.name,
    pid: parent.pid,
    get isAlive() {
      return here().isAlive(parent.tag);
    },
    join: (wait) => here().deathOf(parent.tag, `The end of ${parent.name}`, wait),
  };
}

/** The children of this process that are alive. */
export function activeChildren(): Process[] {
  return [...children];
}
