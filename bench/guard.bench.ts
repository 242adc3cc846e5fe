/**
 * Question:  what does it cost to be safe against kill -9, uncontended?
 * Method:    in one thread, a million pairs of take and give in a round; 15 rounds.
 * Read it:   two bare compare-exchanges are the floor: a lock that loses its owner's death, and everybody with it.
 * Beware:    uncontended, one thread. Contention is another question.
 */
import { here } from '../src/memory/index.ts';
import { Lock } from '../src/sync/index.ts';
import { compare, print, timed } from './measure.ts';

const { objects, robust } = here();
const kind = { id: 99, name: 'bench', open: (object: object) => object, repair() {}, reap() {} };
const object = objects.create(kind, { bodyBytes: 64, dataBytes: 64 }, '', () => {});
const { guard } = object;
const word = new Int32Array(object.data(64));
const { tid } = robust;
const lock = new Lock();

const figures = await compare(
  [
    {
      name: 'two bare compare-exchanges (floor)',
      count: 1e6,
      run: (count) =>
        timed(() => {
          for (let i = 0; i < count; i++) {
            Atomics.compareExchange(word, 0, 0, tid);
            Atomics.compareExchange(word, 0, tid, 0);
          }
        }),
    },
    {
      name: 'guard: take, give',
      count: 1e6,
      run: (count) =>
        timed(() => {
          for (let i = 0; i < count; i++) {
            guard.take();
            guard.give();
          }
        }),
    },
    {
      name: 'Lock: acquireSync, release',
      count: 1e6,
      run: (count) =>
        timed(() => {
          for (let i = 0; i < count; i++) lock.acquireSync().release();
        }),
    },
    {
      name: 'Lock: await acquire, release',
      count: 2e5,
      run: async (count) => {
        const start = performance.now();
        for (let i = 0; i < count; i++) (await lock.acquire()).release();
        return performance.now() - start;
      },
    },
  ],
  15,
);
print('Uncontended locks', figures);
