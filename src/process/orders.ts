/**
 * What a child is told in shared memory: what to do, with what, and who it is.
 *
 * @module
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeParcel } from '../ipc/index.ts';
import { here, type Tag } from '../memory/index.ts';
import type { Address } from '../wire/index.ts';
import { addressOf } from './address.ts';
import type { AnyOptions } from './options.ts';
import { ProcessRecord } from './record.ts';
import type { Addressable } from './task.ts';

/** What a child is told in shared memory, beside its arguments. */
export interface ChildOrders {
  /** A function, or a subclass of Process. */
  readonly target: Address;
  readonly isClass: boolean;
  readonly name: string;
  readonly daemon: boolean;
  /** Whether it may have children though it is a daemon. */
  readonly allowChildren: boolean;
  /** The folder to run in, if it is not the parent's. */
  readonly cwd: string | undefined;
  /** process.argv of the parent, without the first. */
  readonly argv: readonly string[];
  readonly parent: Tag;
}

/** A process that is about to start. */
export interface Beginning {
  readonly name: string;
  readonly daemon: boolean;
  /** The function, or the class if there are fields of its instance. */
  readonly work: Addressable;
  readonly fields: object | undefined;
  readonly options: AnyOptions;
}

/** Packs all that the child is told. @throws DuodaoError when something of it cannot cross. */
export function makeRecord({ name, daemon, work, fields, options }: Beginning): ProcessRecord {
  const { args = [], allowChildren = false, cwd } = options;
  const orders: ChildOrders = {
    target: { ...addressOf(work) },
    isClass: fields !== undefined,
    name,
    daemon,
    allowChildren,
    cwd: folderOf(cwd),
    argv: process.argv.slice(1),
    parent: here().tag,
  };
  const own = fields && makeParcel(fields, 'this');
  const given = makeParcel([...args], 'args');
  return ProcessRecord.create(name, daemon, makeParcel(orders, 'orders'), given, own);
}

/**
 * The folder that a child is to run in, as a whole path. The child goes there by itself, when its preloads are in:
 * `--import tsx` is looked for from the folder that a process starts in.
 */
export function folderOf(cwd: string | URL | undefined): string | undefined {
  if (cwd === undefined) return undefined;
  return resolve(cwd instanceof URL ? fileURLToPath(cwd) : cwd);
}
