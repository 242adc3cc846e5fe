/**
 * What every kind of shared object promises of input that makes no sense: it is refused at the door, with a sentence,
 * and the object that it was for goes on as if nothing had been asked.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  Barrier,
  BoundedSemaphore,
  Event,
  Lock,
  pipe,
  Queue,
  Semaphore,
  SharedArray,
  SharedMap,
  SharedMemory,
  Value,
} from '../../src/index.ts';
import { Banker, Once, ReadWriteLock } from '../../src/sync/public.ts';
import { endsClean } from '../harness/clean-end.ts';
import { assertGivenBack, restingBytes } from '../harness/tree.ts';

endsClean();

/** Every kind that has names, and how one is made or opened by its name. */
const NAMED: Readonly<Record<string, (name: string) => object>> = {
  lock: (name) => Lock.named(name),
  queue: (name) => Queue.named(name),
  value: (name) => Value.named(name, 'i32'),
  array: (name) => SharedArray.named(name, 'i32', 4),
  map: (name) => SharedMap.named(name),
  semaphore: (name) => Semaphore.named(name, 2),
  'bounded semaphore': (name) => BoundedSemaphore.named(name, 2),
  event: (name) => Event.named(name),
  barrier: (name) => Barrier.named(name, 2),
  banker: (name) => Banker.named(name, { resources: { seats: 2 } }),
  once: (name) => Once.named(name),
  'read-write lock': (name) => ReadWriteLock.named(name),
};

/** One of each kind, and of what else has methods. */
const OBJECTS: Readonly<Record<string, () => object>> = {
  Lock: () => new Lock(),
  Queue: () => new Queue(),
  Value: () => new Value('i32'),
  SharedArray: () => new SharedArray('i32', 4),
  SharedMap: () => new SharedMap(),
  Semaphore: () => new Semaphore(2),
  BoundedSemaphore: () => new BoundedSemaphore(2),
  Event: () => new Event(),
  Barrier: () => new Barrier(2),
  Banker: () => new Banker({ resources: { seats: 2 } }),
  Once: () => new Once(),
  ReadWriteLock: () => new ReadWriteLock(),
  'an end of a pipe': () => pipe()[0],
  Held: () => new Lock().acquireSync(),
};

/** No steps of their own: what is not the object's makes an object, or asks others. */
const NO_METHODS: ReadonlySet<string> = new Set(['constructor', 'stats']);

const ABSURD: readonly unknown[] = [-1, 0.5, Number.NaN, -Infinity, 2 ** 53, 2 ** 60, '8', 8n, {}, null];

/** Every place for a size or a count, with what is refused there besides. */
const SIZES: Readonly<Record<string, readonly [(size: never) => unknown, ...unknown[]]>> = {
  'the capacity of a queue': [(capacity) => new Queue({ capacity }), 0],
  'the bytes of a queue': [(bytes) => new Queue({ bytes }), 0, Infinity],
  'the death limit of a queue': [(deathLimit) => new Queue({ deathLimit }), 0],
  'the capacity of a pipe': [(capacity) => pipe({ capacity }), 0],
  'the bytes of a pipe': [(bytes) => pipe({ bytes }), 0, Infinity],
  'the bytes of a map': [(bytes) => new SharedMap({ bytes }), 0, Infinity],
  'the length of an array': [(length) => new SharedArray('u8', length), 0, Infinity],
  'the bytes of shared memory': [(bytes) => new SharedMemory('bad-input', bytes), 0, Infinity],
  'the permits of a semaphore': [(permits) => new Semaphore(permits), Infinity],
  'the capacity of a bounded semaphore': [(capacity) => new BoundedSemaphore(capacity), 0, Infinity],
  'the parties of a barrier': [(parties) => new Barrier(parties), 0, Infinity],
  'the total of a banker': [(seats) => new Banker({ resources: { seats } }), Infinity],
};

for (const [kind, open] of Object.entries(NAMED)) {
  test(`A name of the kind ${kind} is refused to every other kind, and stays what it was`, () => {
    const name = `bad input: a ${kind}`;
    const mine = open(name);
    for (const [other, openOther] of Object.entries(NAMED)) {
      if (other === kind) continue;
      assert.throws(
        () => openOther(name),
        (error: Error) => error instanceof TypeError && error.message.includes(`there is a ${kind}`),
        other,
      );
    }
    assert.equal(open(name), mine);
  });
}

for (const [what, [make, ...others]] of Object.entries(SIZES)) {
  test(`An absurd number for ${what} is refused, and takes no memory`, async () => {
    const before = await restingBytes();
    for (const size of [...ABSURD, ...others]) {
      assert.throws(
        () => make(size as never),
        (error: Error) =>
          error instanceof TypeError ||
          error instanceof RangeError ||
          (error as { code?: string }).code === 'no-space',
        String(size),
      );
    }
    await assertGivenBack(before);
  });
}

for (const [kind, make] of Object.entries(OBJECTS)) {
  test(`The methods of ${kind} refuse what only looks like one`, async () => {
    const real = make();
    const prototype = Object.getPrototypeOf(real) as object;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const method = value as unknown;
      if (NO_METHODS.has(name) || typeof method !== 'function') continue;
      for (const fake of [{}, Object.create(prototype) as object, new Proxy(real, {})]) {
        const call = async (): Promise<unknown> => Reflect.apply(method, fake, []);
        await assert.rejects(call, TypeError, name);
      }
    }
  });

  test(`What only looks like ${kind} is refused as an item, and nothing is taken for it`, () => {
    const real = make();
    const queue = new Queue();
    for (const fake of [Object.create(Object.getPrototypeOf(real) as object), new Proxy(real, {})]) {
      assert.throws(() => queue.putSync(['before', { it: fake }]), {
        code: 'not-cloneable',
        message: /item\[1\]\.it/,
      });
    }
    assert.equal(queue.size, 0);
    queue.putSync('after');
    assert.equal(queue.getSync(), 'after');
  });
}
