/**
 * SharedMap is a Map to whoever uses it in one thread: the same answers, the same order, the same entries; and says so
 * when something cannot be. What it promises to several participants: test/conformance/shared-map.test.ts; what becomes
 * of the objects in it: map-steps.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DuodaoError, Queue, SharedMap } from '../../../src/index.ts';
import { pack } from '../../../src/ipc/crossing.ts';
import { overheadBytes } from '../../../src/ipc/map-half.ts';
import { mapKey } from '../../../src/ipc/map-key.ts';
import { recordBytes } from '../../../src/ipc/map-record.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

type Pair = { readonly model: Map<string, unknown>; readonly map: SharedMap };

const BYTES = 1024;
const keys = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'c', '__proto__', 'constructor', '\ud800', '\udfff\ud800', 'é', '中文'),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const values = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, -0, true, 10n ** 30n),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 200, size: 'max' }),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 5 }).map((fields) => new Map(Object.entries(fields))),
);

/** What the entries take, with the smallest table. */
function bytesOf(entries: Map<string, unknown>): number {
  let sum = overheadBytes(2);
  for (const [key, value] of entries) sum += recordBytes(mapKey(key, 0), pack(value, 'value').bytes.length);
  return sum;
}

/** Sets a value on both, or on neither because there is no room. */
function set({ model }: Pair, key: string, value: unknown, act: () => unknown): void {
  const [all, alone] = [new Map(model).set(key, value), new Map([[key, value]])].map(bytesOf);
  if ((alone as number) > BYTES) assert.throws(act, { code: 'over-limit' });
  else if ((all as number) > BYTES) assert.throws(act, { code: 'no-space' });
  else {
    act();
    model.set(key, value);
  }
}

const commands: fc.Arbitrary<(pair: Pair) => void>[] = [
  fc.tuple(keys, values).map(([key, value]) => (pair) => {
    set(pair, key, value, () => assert.equal(pair.map.set(key, value), pair.map));
  }),
  fc.tuple(keys, values).map(([key, value]) => (pair) => {
    const { model, map } = pair;
    const act = (): void => {
      assert.equal(
        map.update(key, (old) => {
          assert.deepEqual(old, model.get(key));
          return value;
        }),
        value,
      );
    };
    if (value !== undefined) set(pair, key, value, act);
    else {
      act();
      model.delete(key);
    }
  }),
  keys.map(
    (key) =>
      ({ model, map }) =>
        assert.equal(map.delete(key), model.delete(key)),
  ),
  keys.map((key) => ({ model, map }) => {
    assert.deepEqual(map.get(key), model.get(key));
    assert.equal(map.has(key), model.has(key));
  }),
];
const clear = fc.constant(({ model, map }: Pair) => {
  map.clear();
  model.clear();
});

test('SharedMap answers as a Map does, in whatever order it is asked', () => {
  const map = new SharedMap({ bytes: BYTES });
  const step = fc.oneof(...commands.map((arbitrary) => ({ arbitrary, weight: 8 })), {
    arbitrary: clear,
    weight: 1,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      map.clear(); // one map for all: its memory is never as new
      const pair: Pair = { map, model: new Map() };
      for (const act of steps) {
        act(pair);
        assert.equal(map.size, pair.model.size);
      }
      assert.deepEqual([...map], [...pair.model]);
      assert.deepEqual([...map.entries()], [...pair.model]);
      assert.deepEqual([...map.keys()], [...pair.model.keys()]);
      assert.deepEqual([...map.values()], [...pair.model.values()]);
    }),
    { numRuns: 200 },
  );
});

test('SharedMap gives copies, and what was got is not what is in it', () => {
  const map = new SharedMap<{ list: number[] }>();
  const value = { list: [1] };
  map.set('a', value);
  value.list.push(2);
  const got = map.get('a');
  got?.list.push(3);
  assert.deepEqual(map.get('a'), { list: [1] });
  for (const each of map.values()) each.list.push(4);
  assert.deepEqual(map.get('a'), { list: [1] });
});

test('A look at all entries is of the moment of the call, whatever comes after', () => {
  const map = new SharedMap<number>({ bytes: 512 });
  map.set('a', 1).set('b', 2);
  const looks = [map.entries(), map[Symbol.iterator](), map.keys(), map.values()];
  map.set('a', 10).set('c', 3).delete('b');
  for (let round = 0; round < 50; round++) map.set('d', round);
  assert.deepEqual(
    looks.map((look) => [...(look as Iterable<unknown>)]),
    [
      [
        ['a', 1],
        ['b', 2],
      ],
      [
        ['a', 1],
        ['b', 2],
      ],
      ['a', 'b'],
      [1, 2],
    ],
  );
});

test('SharedMap.update() calls its function again when the entry was changed under it', () => {
  const map = new SharedMap<number>();
  const seen: (number | undefined)[] = [];
  const changes = [() => map.delete('a'), () => map.clear(), () => undefined];
  map.set('a', 1);
  const result = map.update('a', (old) => {
    seen.push(old);
    changes.shift()?.();
    return (old ?? 10) + 1;
  });
  assert.deepEqual([result, map.get('a'), seen], [11, 11, [1, undefined]]);
  // What happens to other entries is no reason, and an update inside an update is nothing special.
  const other = map.update('b', () => {
    map.set('c', 1);
    return map.update('a', (old) => (old ?? 0) + 1);
  });
  assert.deepEqual([other, ...map.values()], [12, 12, 1, 12]);
});

test('SharedMap.update() refuses a function that sets its own entry, as it would never end', () => {
  const map = new SharedMap<number>();
  const refusal = { name: 'TypeError', message: /^Cannot set "a" inside its own update: / };
  for (const act of [() => map.set('a', 1), () => map.update('a', () => 1)]) {
    assert.throws(() => map.update('a', () => (act(), 2)), refusal);
    assert.equal(map.has('a'), false);
  }
  // Afterwards it is as before.
  assert.equal(
    map.set('a', 1).update('a', (old) => (old ?? 0) + 1),
    2,
  );
});

test('SharedMap.update() that fails has changed nothing', () => {
  const map = new SharedMap({ bytes: 512 });
  map.set('a', 'old');
  const failure = new Error('mine');
  const fail = (): never => {
    throw failure;
  };
  assert.throws(() => map.update('a', fail), failure);
  assert.throws(() => map.update('a', () => () => 1), {
    code: 'not-cloneable',
    message: /^Cannot send value as it is a closure/,
  });
  assert.throws(() => map.update('a', () => Promise.resolve(1)), { code: 'not-cloneable' });
  assert.throws(() => map.update('a', () => 'x'.repeat(600)), { code: 'over-limit' });
  assert.deepEqual([...map], [['a', 'old']]);
});

test('SharedMap says what does not fit, and how much room there is', () => {
  const map = new SharedMap({ bytes: 512 });
  map.set('a', 'x'.repeat(200));
  const errorOf = (act: () => unknown): DuodaoError => {
    try {
      act();
    } catch (error) {
      assert.ok(error instanceof DuodaoError);
      return error;
    }
    return assert.fail('it was let through');
  };
  const sizeOf = (length: number): number =>
    recordBytes(mapKey('b', 0), pack('x'.repeat(length), '').bytes.length);
  const full = errorOf(() => map.set('b', 'x'.repeat(220)));
  assert.equal(full.code, 'no-space');
  assert.deepEqual(full.facts, { sizeBytes: sizeOf(220), usedBytes: sizeOf(200), limitBytes: 512 });
  const large = errorOf(() => map.set('b', 'x'.repeat(500)));
  assert.equal(large.code, 'over-limit');
  assert.deepEqual(large.facts, { sizeBytes: sizeOf(500), limitBytes: 512 });
  assert.equal(errorOf(() => map.set('k'.repeat(600), 1)).code, 'over-limit');
  assert.equal(map.has('k'.repeat(600)), false);
  assert.deepEqual([...map.keys()], ['a']);
  // In its own place there is room.
  map.set('a', 'y'.repeat(400));
  assert.equal(map.get('a'), 'y'.repeat(400));
});

test('SharedMap refuses keys that are no strings, and updates that are no functions', () => {
  const map = new SharedMap<number>();
  for (const key of [1, undefined, null, Symbol('key'), {}] as unknown as string[]) {
    const refusal = { name: 'TypeError', message: /^Cannot use the key of a map as it must be a string: / };
    assert.throws(() => map.get(key), refusal);
    assert.throws(() => map.has(key), refusal);
    assert.throws(() => map.set(key, 1), refusal);
    assert.throws(() => map.delete(key), refusal);
    assert.throws(() => map.update(key, () => 1), refusal);
  }
  for (const fn of [1, undefined, {}] as unknown as (() => number)[])
    assert.throws(() => map.update('a', fn), {
      name: 'TypeError',
      message: /^Cannot update a map as it takes a function/,
    });
  assert.equal(map.size, 0);
});

test('SharedMap refuses impossible bounds and labels', () => {
  assert.throws(() => new SharedMap({ bytes: 0 }), RangeError);
  assert.throws(() => new SharedMap({ name: '' }), RangeError);
  assert.throws(() => new SharedMap({ name: 5 as never }), TypeError);
  assert.throws(() => SharedMap.named('', {}), RangeError);
  assert.throws(() => SharedMap.named('map of no size', { bytes: -1 }), RangeError);
});

test('SharedMap.named() gives one map to all who ask, and refuses other bounds and other kinds', () => {
  const map = SharedMap.named<number>('map test: seats', { bytes: 1000 });
  map.set('G1', 300);
  assert.equal(SharedMap.named('map test: seats'), map);
  assert.equal(SharedMap.named('map test: seats', { bytes: 1024 }), map);
  assert.throws(() => SharedMap.named('map test: seats', { bytes: 1025 }), {
    name: 'RangeError',
    message: 'Cannot open the map "map test: seats" with 1025 bytes: it has 1024',
  });
  Queue.named('map test: orders');
  assert.throws(() => SharedMap.named('map test: orders'), {
    name: 'TypeError',
    message: 'Cannot open the map "map test: orders" as there is a queue of that name',
  });
});

test('A map comes home from a map as itself, and is freed when nobody has it', async () => {
  const before = await restingBytes();
  const make = (): void => {
    const [outer, inner] = [new SharedMap<SharedMap>(), new SharedMap({ bytes: 256, name: 'inner' })];
    outer.set('inner', inner);
    assert.equal(outer.get('inner'), inner);
    assert.equal([...outer.values()][0], inner);
  };
  make();
  await assertGivenBack(before);
});
