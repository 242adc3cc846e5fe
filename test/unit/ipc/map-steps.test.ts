/**
 * What a map's values refer to lives as long as it is in the map, not longer; and a step that does not come to
 * its end leaves the map to the next one.
 */
import assert from 'node:assert/strict';
import { before, mock, test } from 'node:test';
import { DuodaoError, Lock, Process, Queue, SharedMap } from '../../../src/index.ts';
import { MAP_BODY_BYTES } from '../../../src/ipc/map-body.ts';
import { MapSteps, quoted } from '../../../src/ipc/map-steps.ts';
import { here, referenceOf, type SharedObject } from '../../../src/memory/index.ts';
import { leave } from '../../fixtures/ipc/map-users.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, collectGarbage, restingBytes } from '../../harness/tree.ts';

endsClean();

const CLOSED = { name: 'DuodaoError', code: 'closed' };
const BROKEN = { name: 'DuodaoError', code: 'broken' };

function objectOf(face: object): SharedObject {
  const reference = referenceOf(face);
  assert.ok(reference);
  return here().objects.find(reference) as SharedObject;
}

const flightsOf = (face: object): number => objectOf(face).flights;

test('A shared object in a value lives in the map, and is freed when the last value with it is gone', async () => {
  const map = new SharedMap({ bytes: 4096 });
  const before = await restingBytes();
  const put = (): void => {
    const queue = new Queue<string>();
    queue.putSync('still here');
    map.set('a', { queue });
    map.set('b', new Map([[1, queue]]));
  };
  put();
  collectGarbage();
  await restingBytes();
  assert.equal((map.get('a') as { queue: Queue<string> }).queue.getSync(), 'still here');
  assert.equal(map.delete('a'), true);
  assert.equal((await restingBytes()) > before, true);
  map.set('b', 'something else');
  await assertGivenBack(before);
});

test('What a value refers to is counted once for each value, whatever becomes of it', () => {
  const map = new SharedMap({ bytes: 512 });
  const lock = new Lock();
  const steps: [what: string, act: () => unknown, flights: number][] = [
    ['set', () => map.set('a', [lock, lock]), 1],
    ['set again', () => map.set('a', lock), 1],
    ['another key', () => map.set('b', { lock }), 2],
    ['update', () => map.update('a', (old) => [old]), 2],
    ['no room', () => assert.throws(() => map.set('c', [lock, 'x'.repeat(300)]), { code: 'no-space' }), 2],
    [
      'too large',
      () => assert.throws(() => map.set('c', [lock, 'x'.repeat(600)]), { code: 'over-limit' }),
      2,
    ],
    ['refused', () => assert.throws(() => map.set('a', [lock, () => 1]), { code: 'not-cloneable' }), 2],
    ['rebuilt', () => [...Array(30).keys()].forEach((index) => map.set('c', 'x'.repeat(index))), 2],
    ['update that takes it out', () => map.update('a', () => undefined), 1],
    ['delete', () => map.delete('b'), 0],
    ['set before clear', () => map.set('a', lock).set('b', lock), 2],
    ['clear', () => map.clear(), 0],
  ];
  for (const [what, act, flights] of steps) {
    act();
    assert.equal(flightsOf(lock), flights, what);
  }
});

test('An update that has to be made again counts what it refers to only once', () => {
  const map = new SharedMap();
  const lock = new Lock();
  map.set('a', lock);
  let runs = 0;
  map.update('a', () => {
    if (++runs === 1) map.delete('a');
    return { lock };
  });
  assert.equal(runs, 2);
  assert.equal(flightsOf(lock), 1);
  map.delete('a');
  assert.equal(flightsOf(lock), 0);
});

test('An update that takes its entry out leaves a newer one be', () => {
  const map = new SharedMap<number>();
  const others = new MapSteps<number>(objectOf(map));
  map.set('a', 1);
  const result = map.update('a', (old = 0) => {
    if (old > 1) return old + 1;
    others.write(others.key('a'), 2);
    return undefined;
  });
  assert.deepEqual([result, map.get('a')], [3, 3]);
});

test('A step that breaks off leaves the objects in its value counted too high, never too low', async () => {
  const before = await restingBytes();
  const set = (isDone: boolean): void => {
    const map = new SharedMap();
    const steps = new MapSteps(objectOf(map));
    const lock = new Lock();
    const put = steps.body.put.bind(steps.body);
    mock.method(steps.body, 'put', (...args: Parameters<typeof put>) => {
      if (isDone) put(...args);
      throw new RangeError('Maximum call stack size exceeded');
    });
    assert.throws(() => steps.write(steps.key('a'), { lock }), RangeError);
    assert.equal(map.has('a'), isDone);
    assert.deepEqual([flightsOf(lock), objectOf(lock).isDoubtful], [1, true]);
  };
  set(true);
  set(false);
  mock.reset(); // else it keeps all that it has seen
  await assertGivenBack(before);
});

test('A map that is gone lets go what is in it', async () => {
  const before = await restingBytes();
  const make = (): void => {
    new SharedMap().set('inner', new SharedMap().set('lock', new Lock()));
  };
  make();
  await assertGivenBack(before);
});

/**
 * Runs `act` when this thread is about to open an object that it does not have yet, as if that object were gone
 * by then.
 */
function goneOnOpening(act: () => void): { readonly restore: () => void; readonly times: () => number } {
  const { objects } = here();
  const { mock: calls } = mock.method(objects, 'open', () => {
    calls.restore();
    act();
    throw new DuodaoError('closed', 'gone');
  });
  return { restore: () => calls.restore(), times: () => calls.callCount() };
}

/** Maps with entries of somebody who is gone. */
let foreign: SharedMap[] = [];
before(async () => {
  const maps = Array.from({ length: 10 }, () => new SharedMap());
  const child = await new Process({ target: leave, args: [maps] }).start();
  assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
  foreign = maps;
});

function foreignMap(): SharedMap {
  const map = foreign.pop() as SharedMap;
  map.delete('call');
  return map;
}

test('A reader who finds gone what a value refers to looks again, and sees what is there by then', () => {
  const readers: Record<string, (map: SharedMap) => unknown> = {
    get: (map) => map.get('foreign'),
    update: (map) => map.update('foreign', (old) => old),
    values: (map) => [...map.values()][0],
    entries: (map) => [...map][0]?.[1],
  };
  for (const [name, read] of Object.entries(readers)) {
    const [changed, deleted] = [foreignMap(), foreignMap()];
    const change = goneOnOpening(() => changed.set('foreign', 'by then'));
    assert.equal(read(changed), 'by then', name);
    const deletion = goneOnOpening(() => deleted.delete('foreign'));
    assert.equal(read(deleted), undefined, name);
    assert.deepEqual([change.times(), deletion.times()], [1, 1], name);
  }
});

test('A reader is told that what a value refers to is gone when the value is still there', () => {
  const map = foreignMap();
  for (const read of [() => map.get('foreign'), () => map.values(), () => map.entries()]) {
    const { restore } = goneOnOpening(() => map.set('other', 1));
    assert.throws(read, CLOSED);
    restore();
  }
  assert.ok((map.get('foreign') as { lock: Lock }).lock instanceof Lock);
});

test('A function that has not arrived here is refused by name, and its entry may be replaced', () => {
  const map = foreign.pop() as SharedMap;
  const refusal = {
    name: 'DuodaoError',
    code: 'unsupported',
    message: /^Cannot read "call" of this map, as its value holds the function exported of .*map-users\.ts,/,
  };
  assert.throws(() => map.get('call'), refusal);
  assert.throws(() => map.values(), refusal);
  assert.deepEqual([...map.keys()], ['foreign', 'call']);
  map.set('call', 1);
  assert.deepEqual([map.get('call'), map.size], [1, 2]);
});

test('A step after a death inside the guard puts the map in order first', () => {
  const map = new SharedMap<number>({ bytes: 256 });
  map.set('a', 1).set('b', 2);
  const object = objectOf(map);
  object.guard.take();
  const half = new Int32Array(object.data(MAP_BODY_BYTES));
  half[2] = 77; // the number of entries, as if its writer had died before it
  object.guard.give(false);
  assert.equal(map.size, 2);
  assert.equal(object.isDoubtful, true);
});

test('A map whose memory makes no sense is refused again and again, and the guard is free', () => {
  const map = new SharedMap({ bytes: 256 });
  map.set('a', 1);
  const object = objectOf(map);
  new Int32Array(object.data(MAP_BODY_BYTES))[1] = 3; // the tail
  for (let time = 0; time < 3; time++) {
    for (const act of [() => map.get('a'), () => map.set('a', 2), () => map.size, () => map.clear()]) {
      assert.throws(act, BROKEN);
      assert.equal(object.guard.take(), true, 'whoever comes next is told');
      object.guard.give(false);
    }
  }
});

test('A key is shown in errors as a string, and not at full length', () => {
  assert.equal(quoted('a "b"\n'), '"a \\"b\\"\\n"');
  assert.equal(quoted('x'.repeat(60)), `"${'x'.repeat(60)}"`);
  assert.equal(quoted('x'.repeat(61)), `"${'x'.repeat(60)}…"`);
});
