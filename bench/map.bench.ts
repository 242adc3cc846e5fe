/**
 * Question:  what does an entry of a shared map cost to get, to set and to update, beside a Map of this thread
 * alone and
 *            beside lmdb, which several processes can share as well?
 * Method:    9 rounds in turn over 1000 keys with { id, name, seats, ok }, after one round thrown away. One process.
 * Read it:   nanoseconds for one; the ratio is to the first line of each table.
 * Beware:    nobody else is at it: with others, whoever comes while the guard is taken waits. lmdb keeps its
 * entries in a
 *            file (here in the system's folder for temporary files, without syncing), and a thread of its own commits
 *            what is put: a thousand are put, then all of them are waited for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMain, SharedMap } from '../src/index.ts';
import { compare, type Contender, print, timed } from './measure.ts';

const COUNT = 50_000;
const LMDB_COUNT = 10_000;
const ROUNDS = 9;
const GROWN = 500_000;
const KEYS: readonly string[] = Array.from({ length: 1000 }, (_, index) => `train ${index}`);

interface Train {
  readonly id: number;
  readonly name: string;
  readonly seats: number;
  readonly ok: boolean;
}

const train = (seats: number): Train => ({ id: 7, name: 'G1', seats, ok: true });
const keyAt = (index: number): string => KEYS[index % KEYS.length] as string;

/** What of lmdb we use: it is no dependency of ours. */
interface Lmdb {
  open(options: object): {
    get(key: string): unknown;
    put(key: string, value: unknown): Promise<boolean>;
    transactionSync<T>(action: () => T): T;
    close(): Promise<void>;
  };
}

async function findLmdb(): Promise<Lmdb | undefined> {
  const name = 'lmdb';
  try {
    return (await import(name)) as Lmdb;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function each(name: string, act: (key: string, index: number) => unknown): Contender {
  const run = (count: number): number =>
    timed(() => {
      for (let index = 0; index < count; index++) act(keyAt(index), index);
    });
  return { name, count: COUNT, run };
}

async function bench(): Promise<void> {
  const map = new SharedMap<Train>();
  const plain = new Map<string, Train>();
  for (const key of KEYS) map.set(key, train(0));
  const lmdb = await findLmdb();
  const folder = mkdtempSync(join(tmpdir(), 'duodao-bench-'));
  const store = lmdb?.open({ path: join(folder, 'store'), noSync: true });
  const withStore = (contender: (it: NonNullable<typeof store>) => Contender): Contender[] =>
    store ? [{ ...contender(store), count: LMDB_COUNT }] : [];
  try {
    print(
      'Setting an entry',
      await compare(
        [
          each('SharedMap.set', (key, index) => map.set(key, train(index))),
          each('Map.set', (key, index) => plain.set(key, train(index))),
          ...withStore((it) => ({
            ...each('lmdb put', () => undefined),
            async run(count) {
              const start = performance.now();
              let last: Promise<unknown> = Promise.resolve();
              for (let index = 0; index < count; index++) {
                last = it.put(keyAt(index), train(index));
                if (index % 1000 === 999) await last;
              }
              await last;
              return performance.now() - start;
            },
          })),
        ],
        ROUNDS,
      ),
    );
    print(
      'Getting an entry',
      await compare(
        [
          each('SharedMap.get', (key) => map.get(key)),
          each('SharedMap.has', (key) => map.has(key)),
          each('Map.get', (key) => plain.get(key)),
          ...withStore((it) => each('lmdb get', (key) => it.get(key))),
        ],
        ROUNDS,
      ),
    );
    const next = (old: Train | undefined): Train => train((old?.seats ?? 0) + 1);
    print(
      'Updating an entry in one step',
      await compare(
        [
          each('SharedMap.update', (key) => map.update(key, next)),
          ...withStore((it) =>
            each('lmdb transactionSync', (key) =>
              it.transactionSync(() => void it.put(key, next(it.get(key) as Train))),
            ),
          ),
        ],
        ROUNDS,
      ),
    );
    print(
      'Looking at all 1000 entries, for each of them',
      await compare(
        [each('[...SharedMap]', (_key, index) => (index % KEYS.length === 0 ? [...map] : undefined))],
        ROUNDS,
      ),
    );
  } finally {
    await store?.close();
    rmSync(folder, { recursive: true });
  }
  if (!lmdb) console.log('\n(lmdb is not installed: not measured)');
  growing();
}

/** While its memory is tidied up, others wait: how long at most, as a map grows. */
function growing(): void {
  const map = new SharedMap<Train>({ bytes: 256 * 1024 * 1024 });
  let longest = 0;
  const all = timed(() => {
    for (let index = 0; index < GROWN; index++)
      longest = Math.max(
        longest,
        timed(() => map.set(`train ${index}`, train(index))),
      );
  });
  const each = Math.round((all * 1e6) / GROWN);
  console.log(
    `\n${GROWN} new entries in a growing map: ${each} ns each, the longest ${longest.toFixed(1)} ms`,
  );
}

if (isMain(import.meta)) await bench();
