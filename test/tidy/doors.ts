/**
 * The rooms of the house and the doors between them: a table, and the rules that hold it.
 *
 * A room is a folder of src. It is entered only through its index.ts, and only by the rooms that have it in
 * their row. Rooms stay in the table before they are built. `cli` and src/index.ts may open every door.
 *
 * @module
 */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { lineAt, type Source } from './sources.ts';

export interface Row {
  readonly opens: readonly string[];
  /** Rooms of which this one may know the types: `import type`, nothing that is loaded. */
  readonly typesOf?: readonly string[];
}

const BUILT_BELOW_THE_ROOF = [
  'base',
  'platform',
  'wire',
  'memory',
  'schedule',
  'sync',
  'ipc',
  'process',
  'pool',
  'net',
  'transfer',
  'cluster',
];

/** Who may open which door. The table is policy: change it only together with the design. */
export const ROOMS: Readonly<Record<string, Row>> = {
  base: { opens: [] },
  platform: { opens: ['base'] },
  wire: { opens: ['base'] },
  memory: { opens: ['base', 'platform'] },
  schedule: { opens: ['base'] },
  sync: { opens: ['base', 'memory'] },
  ipc: { opens: ['base', 'wire', 'memory', 'sync'] },
  process: { opens: ['base', 'platform', 'wire', 'memory', 'sync', 'ipc'] },
  pool: { opens: ['base', 'schedule', 'sync', 'ipc', 'process'] },
  net: { opens: ['base', 'platform', 'wire', 'ipc', 'process'] },
  transfer: { opens: ['base', 'wire', 'net'] },
  cluster: { opens: ['base', 'wire', 'net'], typesOf: ['sync', 'ipc', 'pool'] },
  observe: { opens: ['base', 'platform', 'memory', 'wire'], typesOf: BUILT_BELOW_THE_ROOF },
  cli: { opens: [...BUILT_BELOW_THE_ROOF, 'observe'] },
};

/** Rooms of pure computation, and the modules of Node that they may use all the same. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  base: [],
  // An HMAC is computed like anything else; the randomness of a challenge is handed in.
  wire: ['node:v8', 'node:util', 'node:buffer', 'node:crypto'],
  schedule: [],
};

/** The packages we depend on, and the rooms that may know them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  koffi: ['platform'],
  'es-module-lexer': ['process'],
};

/** The room of a path below src; undefined for src/index.ts. */
export function roomOf(path: string): string | undefined {
  const [, room, ...rest] = path.split('/');
  return rest.length > 0 ? room : undefined;
}

/** What is wrong with one import, in words that go on after its specifier. */
function fault(path: string, specifier: string, isTypeOnly: boolean): string | undefined {
  const room = roomOf(path);
  if (specifier.startsWith('node:')) {
    const allowed = PURE[room ?? ''];
    return allowed && !allowed.includes(specifier) ? `is not for ${room}, which only computes` : undefined;
  }
  if (!specifier.startsWith('.')) {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    if (builtinModules.includes(name)) return 'is written with node: in front';
    return PACKAGES[name]?.includes(room ?? '')
      ? undefined
      : `is not a package that ${room ?? 'src'} may know`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (!target.startsWith('src/')) return 'leads out of src';
  if (!target.endsWith('.ts')) return 'names no .ts file';
  const other = roomOf(target);
  if (other === room) return undefined;
  if (other === undefined) return room === 'cli' ? undefined : 'is the way in for users, not for us';
  if (target !== `src/${other}/index.ts`) return `does not enter ${other} by its index.ts`;
  if (room === undefined || ROOMS[room]?.opens.includes(other)) return undefined;
  if (!ROOMS[room]?.typesOf?.includes(other)) return `opens ${other}, which is not in the row of ${room}`;
  return isTypeOnly ? undefined : `loads ${other}, of which ${room} may only import types`;
}

/** Imports that go through a wall. */
export function wrongDoors({ path, imports }: Source): string[] {
  return imports.flatMap(({ specifier, isTypeOnly, line }) => {
    const wrong = fault(path, specifier, isTypeOnly);
    return wrong === undefined ? [] : [`${path}:${line} '${specifier}' ${wrong}`];
  });
}

/** Files of src that are in no room of the table. */
export function homeless({ path }: Source): string[] {
  const room = roomOf(path);
  if (room === undefined) return path === 'src/index.ts' ? [] : [`${path} is in no room`];
  return Object.hasOwn(ROOMS, room) ? [] : [`${path} is in ${room}, which is not in the table of rooms`];
}

const MACHINE = new RegExp(
  [
    /\bprocess\s*\.\s*(?:platform|arch)\b/,
    /\bos\s*\.\s*(?:platform|arch|machine|endianness)\b/,
    /\{[^{}]*\b(?:platform|arch)\b[^{}]*\}\s*(?:=\s*process\b|from\b[^;]*node:(?:os|process))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Places outside `platform` that ask which machine this is. */
export function wrongMachine({ path, code, text }: Source): string[] {
  if (roomOf(path) === 'platform') return [];
  // Names of modules are strings, so they are looked up in the text; that the place is code says `code`.
  return [...text.matchAll(MACHINE)].flatMap(({ index, 0: found }) =>
    code[index] === found[0]
      ? [`${path}:${lineAt(text, index)} asks which machine this is, which only platform may`]
      : [],
  );
}
