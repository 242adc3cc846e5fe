/**
 * Objects that are not what they should be: of another kind under the same name, not ours at all, or with memory that
 * makes no sense. Each is refused with a sentence, and nobody else has trouble with it. Queues have
 * queue-hostile.test.ts, maps map-half.test.ts, named segments segment-hostile.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  Barrier,
  BoundedSemaphore,
  DuodaoError,
  Event,
  Lock,
  pipe,
  Queue,
  Semaphore,
  SharedArray,
  SharedMap,
  SharedMemory,
  Value,
} from '../../../src/index.ts';
import { BODY_OFFSET, here, kindOf, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

/** Everything that can be found by a name. */
const NAMED: Readonly<Record<string, (name: string) => object>> = {
  lock: (name) => Lock.named(name),
  value: (name) => Value.named(name, 'i32'),
  array: (name) => SharedArray.named(name, 'i32', 2),
  queue: (name) => Queue.named(name),
  map: (name) => SharedMap.named(name),
  semaphore: (name) => Semaphore.named(name, 1),
  'bounded semaphore': (name) => BoundedSemaphore.named(name, 1),
  event: (name) => Event.named(name),
  barrier: (name) => Barrier.named(name, 2),
};

for (const [made, make] of Object.entries(NAMED)) {
  test(`The name of one ${made} is no name for anything else, and stays its own`, () => {
    const name = `hostile: ${made}`;
    const first = make(name);
    for (const [asked, find] of Object.entries(NAMED)) {
      if (asked === made) assert.equal(find(name), first);
      else assert.throws(() => find(name), { name: 'TypeError', message: new RegExp(`"${name}"`) }, asked);
    }
  });
}

test('Methods of shared objects are only for them', () => {
  const strangers: unknown[] = [{}, undefined, new Lock(), Object.create(Queue.prototype)];
  const methods: ((this: never, ...args: never[]) => unknown)[] = [
    Queue.prototype.tryGet,
    Queue.prototype.tryPut,
    SharedMap.prototype.get,
    SharedMap.prototype.set,
    Value.prototype.add,
    Event.prototype.set,
    SharedMemory.prototype.close,
  ];
  for (const stranger of strangers)
    for (const method of methods) assert.throws(() => method.call(stranger as never, 1 as never), TypeError);
});

test('What only looks like a shared object, or is none that can cross, is refused at the sender', () => {
  const queue = new Queue();
  const memory = new SharedMemory(`hostile-${process.pid}`, 64);
  for (const item of [memory, Object.create(Queue.prototype), [pipe()[0], () => 1]])
    assert.throws(() => queue.tryPut(item), { code: 'not-cloneable' });
  assert.equal(queue.size, 0);
  memory.close();
});

/** What stands in the memory of an object, put back afterwards, as what frees it believes it. */
function withMemory(object: SharedObject, words: Readonly<Record<number, number>>, act: () => void): void {
  const kept = Object.keys(words).map(
    (index) => [Number(index), object.words[Number(index)] as number] as const,
  );
  try {
    for (const [index, word] of Object.entries(words)) object.words[Number(index)] = word;
    act();
  } finally {
    for (const [index, word] of kept) object.words[index] = word;
  }
}

function objectOf(face: object): SharedObject {
  const reference = referenceOf(face);
  assert.ok(reference);
  return here().objects.open(reference);
}

/** Opens it as whoever it is sent to does; undefined when that is refused as it may be. */
function openAgain(object: SharedObject): object | undefined {
  try {
    return kindOf(object.kind)?.open(object);
  } catch (error) {
    if (error instanceof DuodaoError || error instanceof RangeError) return undefined;
    throw error;
  }
}

const word = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    7,
    10,
    11,
    64,
    255,
    4096,
    -1,
    -64,
    2 ** 31 - 1,
    -(2 ** 31),
    0x7ff00000,
    0x41dfffff,
  ),
  fc.integer(),
);
/** As the headers of object.ts and value.ts have it. */
const [RUN, DATA, TYPE] = [52 / 4, 56 / 4, (BODY_OFFSET + 128) / 4];

test('A value or an array is opened inside the arena or refused, whatever its memory says', () => {
  const faces = [new Value('f64', 1.5), new SharedArray('u8', 3), new SharedArray('i64', 20_000)];
  const objects = faces.map(objectOf);
  let opened = 0;
  fc.assert(
    fc.property(
      fc.nat(2),
      word,
      word,
      word,
      word,
      fc.boolean(),
      (which, type, run, low, high, isTypeOnly) => {
        const object = objects[which] as SharedObject;
        const words = isTypeOnly
          ? { [TYPE]: type }
          : { [TYPE]: type, [RUN]: run, [DATA]: low, [DATA + 1]: high };
        withMemory(object, words, () => {
          const face = openAgain(object);
          if (!face) return;
          opened++;
          if (face instanceof Value) void face.value;
          else if (face instanceof SharedArray) void (face.view[0], face.view[face.length - 1]);
        });
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(opened > 0);
  assert.deepEqual([(faces[0] as Value).value, objectOf(faces[1] as object).dataBytes], [1.5, 3]);
});

test('An end of a pipe is refused whose queues are not there, or are none, and the other end is as it was', () => {
  const [ours, theirs] = pipe<string>();
  const lock = referenceOf(new Lock());
  assert.ok(lock);
  const end = objectOf(theirs);
  const [incoming, outgoing] = [(BODY_OFFSET + 8) / 4, (BODY_OFFSET + 16) / 4];
  for (const [offset, serial] of [
    [64, 1],
    [-64, 1],
    [13, 0],
    [-1, -1],
    [2 ** 31 - 1, 2],
    [lock.offset, lock.serial],
    [end.offset / 64, end.serial],
  ] as const)
    for (const at of [incoming, outgoing])
      withMemory(end, { [at]: offset, [at + 1]: serial }, () =>
        assert.throws(() => kindOf(end.kind)?.open(end), DuodaoError),
      );
  assert.equal(ours.trySend('through'), true);
  assert.deepEqual(theirs.tryReceive(), { item: 'through' });
  ours.close();
  theirs.close();
});
