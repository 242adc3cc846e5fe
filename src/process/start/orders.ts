/**
 * What a child or thread is told in shared memory: what to do, with what, and who it is.
 *
 * @module
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeParcel } from '../../ipc/index.ts';
import { here, type Tag } from '../../memory/index.ts';
import type { Address } from '../../wire/index.ts';
import { addressOf } from '../address/address.ts';
import type { Identity } from '../family.ts';
import type { AnyOptions } from '../options.ts';
import { ProcessRecord, type RecordKind } from '../record/record.ts';
import type { Addressable } from '../address/task.ts';

/** What both are told, beside their arguments. */
export interface Orders {
  /** A function, or a subclass of Process or Thread. */
  readonly target: Address;
  readonly isClass: boolean;
  readonly name: string;
  readonly daemon: boolean;
  /** process.argv of the starter, without the first. */
  readonly argv: readonly string[];
}

export interface ChildOrders extends Orders {
  /** Whether it may have children though it is a daemon. */
  readonly allowChildren: boolean;
  /** The folder to run in, if it is not the parent's. */
  readonly cwd: string | undefined;
  readonly parent: Tag;
}

export interface ThreadOrders extends Orders {
  readonly process: Identity;
}

/** A process or thread that is about to start. */
export interface Beginning {
  readonly name: string;
  readonly daemon: boolean;
  /** The function, or the class if there are fields of its instance. */
  readonly work: Addressable;
  readonly args: readonly unknown[];
  readonly fields: object | undefined;
  readonly options: AnyOptions;
}

/** Packs all that a child is told. @throws DuodaoError when something of it cannot cross. */
export function makeProcessRecord(beginning: Beginning): ProcessRecord {
  const { allowChildren = false, cwd } = beginning.options;
  const orders: ChildOrders = {
    ...commonOrders(beginning),
    allowChildren,
    cwd: folderOf(cwd),
    parent: here().tag,
  };
  return packRecord(beginning, orders, 'process');
}

/** Packs all that a thread is told. @throws DuodaoError when something of it cannot cross. */
export function makeThreadRecord(beginning: Beginning, identity: Identity): ProcessRecord {
  const orders: ThreadOrders = { ...commonOrders(beginning), process: identity };
  return packRecord(beginning, orders, 'thread');
}

function commonOrders({ name, daemon, work, fields }: Beginning): Orders {
  return {
    target: { ...addressOf(work) },
    isClass: fields !== undefined,
    name,
    daemon,
    argv: process.argv.slice(1),
  };
}

/** Packs what a child or thread is told into a record. @throws DuodaoError when something of it cannot cross. */
export function packRecord(
  { name, daemon, args, fields }: Pick<Beginning, 'name' | 'daemon' | 'args' | 'fields'>,
  orders: Orders,
  kind: RecordKind,
): ProcessRecord {
  const own = fields && makeParcel(fields, 'this');
  const given = makeParcel([...args], 'args');
  return ProcessRecord.create(name, daemon, makeParcel(orders, 'orders'), given, own, kind);
}

/**
 * The folder that a child is to run in, as a whole path. The child goes there by itself, when its preloads are in:
 * `--import tsx` is looked for from the folder that a process starts in.
 */
export function folderOf(cwd: string | URL | undefined): string | undefined {
  if (cwd === undefined) return undefined;
  return resolve(cwd instanceof URL ? fileURLToPath(cwd) : cwd);
}
