/**
 * An onlooker sees who takes part, what they wait for and which objects there are, leaves no trace, and comes back from
 * any memory. How: small arenas that are played with, and arenas of random bytes.
 */
import assert from 'node:assert/strict';
import { openSync, readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { closeSync } from 'node:fs';
import type { DuodaoError } from '../../../src/base/index.ts';
import { Lock, Queue } from '../../../src/index.ts';
import { AT, EXTENTS_OFFSET, HEADER } from '../../../src/memory/arena.ts';
import { OWNER_DIED } from '../../../src/memory/guard.ts';
import { here } from '../../../src/memory/here.ts';
import { Onlooker, type SeenParticipant } from '../../../src/memory/onlooker.ts';
import { createMemory, mapMemory, startTimeOf, viewMemory } from '../../../src/platform/index.ts';
import { referenceOf } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { smallSlots } from './small-arena.ts';

endsClean();

const ABI_INDEX = 1;
const opened: number[] = [];
afterEach(() => opened.splice(0).forEach((fd) => closeSync(fd)));

function isProtocol(error: unknown): boolean {
  return (error as DuodaoError).code === 'protocol';
}

/** A look at our own tree, through a descriptor that cannot write. */
function look(): Onlooker {
  const fd = openSync(`/proc/self/fd/${here().arena.fd}`, 'r');
  opened.push(fd);
  return new Onlooker(fd);
}

function me(): SeenParticipant | undefined {
  return look()
    .participants()
    .find(({ pid, thread }) => pid === process.pid && thread === 0);
}

test('An onlooker sees who takes part, and what each waits for, by kind and name', async () => {
  const lock = new Lock({ name: 'stock' });
  const queue = new Queue<number>();
  const { isBlocked, waits, ...who } = me()!;
  assert.deepEqual(who, {
    pid: process.pid,
    name: 'MainProcess',
    thread: 0,
    tid: process.pid,
    startTime: startTimeOf(process.pid),
    isAlive: true,
  });
  assert.deepEqual([isBlocked, waits], [false, []]);

  const held = await lock.acquire();
  const waiting = [lock.acquire(), queue.get()] as const;
  const seen = me()!.waits;
  const { serial } = referenceOf(queue)!;
  assert.deepEqual(seen.map(({ object }) => object).toSorted(), ['Lock "stock"', `Queue #${serial}`]);
  held.release();
  queue.tryPut(1);
  (await waiting[0]).release();
  await waiting[1];
  assert.deepEqual(me()!.waits, []);
});

test('An onlooker sees the dead until they are buried', () => {
  const { arena, slots, join } = smallSlots();
  const { slot } = join('Worker-1', 7);
  join('Worker-2', 8);
  Atomics.or(slots.words, slot * 64, OWNER_DIED);
  const seen = new Onlooker(arena.fd).participants();
  assert.deepEqual(
    seen.map(({ name, thread, isAlive }) => [name, thread, isAlive]),
    [
      ['Worker-1', 7, false],
      ['Worker-2', 8, true],
    ],
  );
  Atomics.store(slots.words, slot * 64 + 2, 0);
  assert.equal(new Onlooker(arena.fd).participants().length, 1);
});

test('An onlooker finds the objects of a class', () => {
  const locks = ['first', 'second'].map((name) => new Lock({ name }));
  const { kind } = referenceOf(locks[0]!)!;
  const found = look()
    .objects(kind, 16)
    .filter(({ label }) => label === 'first' || label === 'second');
  assert.deepEqual(
    found.map(({ label }) => label),
    ['first', 'second'],
  );
  assert.ok(found.every(({ body }) => body.byteLength === 16));
  assert.deepEqual(look().objects(9999, 16), []);
});

test('An onlooker changes nothing, and has no pages of the arena made', () => {
  const { arena, join } = smallSlots();
  join('Worker-1', 7);
  const bytes = (): Buffer => readFileSync(`/proc/self/fd/${arena.fd}`);
  const shared = (): string => /^RssShmem:.*$/m.exec(readFileSync('/proc/self/status', 'utf8'))![0];
  const [before, mapped] = [bytes(), shared()];
  const onlooker = new Onlooker(arena.fd);
  onlooker.participants();
  onlooker.objects(5, 64);
  assert.ok(bytes().equals(before));
  assert.equal(shared(), mapped);
});

test('An onlooker refuses what is no arena, one of another layout, and one whose shape cannot be', () => {
  const { arena } = smallSlots();
  const words = arena.header;
  const floats = new Float64Array(words.buffer, words.byteOffset, HEADER.sizeBytes / 8);
  const broken = (index: number, value: number, why: RegExp): void => {
    const before = words[index]!;
    words[index] = value;
    assert.throws(
      () => new Onlooker(arena.fd),
      (error) => isProtocol(error) && why.test((error as Error).message),
    );
    words[index] = before;
  };
  broken(AT.magic, 1, /does not begin like an arena/);
  broken(ABI_INDEX, 77, /has layout 77, this duodao has \d+/);
  broken(AT.heapOffset, 0, /does not fit its size/);
  broken(AT.heapOffset, -1, /does not fit its size/);
  broken(AT.heapOffset, EXTENTS_OFFSET + 64, /does not fit its size/);
  words[AT.extentCount]! -= 1; // so that a heap that begins a little later would fit
  broken(AT.heapOffset, words[AT.heapOffset]! + 64, /does not fit its size/);
  words[AT.extentCount]! += 1;
  broken(AT.extentCount, -1, /does not fit its size/);
  broken(AT.extentCount, 1_000_000, /does not fit its size/);
  const [size, namespace] = [floats[HEADER.arenaBytes / 8]!, floats[HEADER.pidNamespace / 8]!];
  floats[HEADER.arenaBytes / 8] = size * 2;
  assert.throws(() => new Onlooker(arena.fd), isProtocol);
  floats[HEADER.arenaBytes / 8] = size;
  floats[HEADER.pidNamespace / 8] = namespace + 1;
  assert.throws(() => new Onlooker(arena.fd), /another pid namespace/);
  floats[HEADER.pidNamespace / 8] = namespace;
  assert.deepEqual(new Onlooker(arena.fd).participants(), []);

  const short = createMemory('short', 10);
  opened.push(short);
  assert.throws(() => new Onlooker(short), /does not begin like an arena/);
});

/** A source of numbers that a failure can be repeated with. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state;
  };
}

for (let seed = 1; seed <= 6; seed++) {
  test(`An onlooker comes back from an arena of random bytes behind a sound header (seed ${seed})`, () => {
    const { arena, join } = smallSlots();
    join('somebody', 0);
    const random = randomFrom(seed);
    const copy = createMemory('hostile', arena.sizeBytes);
    opened.push(copy);
    const words = new Int32Array(viewMemory(mapMemory(copy, arena.sizeBytes), arena.sizeBytes));
    for (let index = 0; index < words.length; index++) {
      // Also small numbers, which more often mean something: a state, a kind, a size class.
      const value = random();
      words[index] = value & 0x100 ? (value >>> 9) % 14 : random();
    }
    words.set(arena.header.subarray(0, 13), 0);
    words.set(arena.header.subarray(14, 16), 14);
    words[AT.slotTop] = -seed >>> 1;
    words[AT.extentTop] = seed % 2 ? -1 : 2 ** 31 - 1;
    const onlooker = new Onlooker(copy);
    for (const { name, waits } of onlooker.participants())
      assert.ok(typeof name === 'string' && waits.every(({ object }) => object !== ''));
    for (const kind of [0, 1, 5]) onlooker.objects(kind, 256);
  });
}
