/**
 * The life of shared objects: they are there for as long as anybody can reach them, and no longer. Several
 * participants are played by this thread in an arena of their own. What deaths do is in objects-deaths.test.ts.
 */
import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { AT, createArena } from '../../../src/memory/arena.ts';
import { NAMED, type SharedObject } from '../../../src/memory/object.ts';
import { Objects } from '../../../src/memory/objects.ts';
import { BLOCK_LIMIT_BYTES } from '../../../src/memory/slab-shape.ts';
import { Slots } from '../../../src/memory/slots.ts';
import { BOX, PROBE, PROBE_BODY_BYTES, setPlace } from '../../fixtures/memory/probes.ts';
import { collectGarbage, until } from '../../harness/tree.ts';
import { Household, type Member, plainHeap } from './household.ts';
import { Actor, withSize } from './small-arena.ts';

const GONE = { name: 'DuodaoError', code: 'closed' };

function dataOf(object: SharedObject): Uint8Array {
  return new Uint8Array(object.data(PROBE_BODY_BYTES));
}

test('create() makes an object of its kind, with its label, its data zeroed, held by its maker', () => {
  const { objects, slot } = new Household().join();
  for (const dataBytes of [8, 64, 5000, BLOCK_LIMIT_BYTES, 200_000]) {
    const object = objects.create(PROBE, { bodyBytes: PROBE_BODY_BYTES, dataBytes }, 'seats', () => {});
    assert.deepEqual([object.kind, object.label, object.dataBytes], [PROBE.id, 'seats', dataBytes]);
    assert.equal(dataOf(object).length, dataBytes);
    assert.ok(dataOf(object).every((byte) => byte === 0));
    assert.equal(object.isHeldBy(slot), true);
    dataOf(object).fill(1);
    objects.leave(object);
  }
});

test('create() shows the object to others only when its body is written', () => {
  const household = new Household();
  const [maker, other] = [household.join(), household.join()];
  let inside: SharedObject | undefined;
  const object = maker.objects.create(PROBE, { bodyBytes: 64, dataBytes: 20_000 }, '', (unfinished) => {
    inside = unfinished;
    assert.deepEqual([...other.objects.all()], []);
    assert.throws(() => other.open(unfinished), GONE);
  });
  assert.equal(inside, object);
  assert.deepEqual(
    [...other.objects.all()].map(({ serial }) => serial),
    [object.serial],
  );
});

test('create() that finds no room leaves nothing behind, whichever part has none', () => {
  const household = new Household(1);
  const { objects, heap, tag } = household.join();
  const limit = heap.usage().limitBytes;
  // Nearly full: room for one run of one extent, then none for a block of a size that was not used yet.
  const filler = heap.take(limit - 65_536, tag);
  const before = household.usedBytes;
  for (const dataBytes of [limit, 65_536]) {
    assert.throws(() => objects.create(PROBE, { bodyBytes: 64, dataBytes }, '', () => {}), {
      name: 'DuodaoError',
      code: 'no-space',
    });
    assert.equal(household.usedBytes, before);
  }
  heap.give(filler, tag);
  assert.equal(household.usedBytes, 0);
});

test('create() whose body cannot be written leaves nothing behind', () => {
  const household = new Household();
  const { objects } = household.join();
  for (const dataBytes of [64, 100_000]) {
    const init = (): never => {
      throw new RangeError('oops');
    };
    assert.throws(() => objects.create(PROBE, { bodyBytes: 64, dataBytes }, '', init), /oops/);
    assert.equal(household.usedBytes, 0);
  }
});

test('create() of more data than one view can show is refused, and leaves nothing behind', () => {
  const arena = withSize('5000', createArena);
  const heap = plainHeap(arena, new Actor());
  const objects = new Objects(arena, heap, new Slots(arena), new Actor());
  const size = { bodyBytes: 64, dataBytes: 2 ** 31 };
  assert.throws(() => objects.create(PROBE, size, '', (object) => void object.data(64)), {
    code: 'no-space',
  });
  assert.equal(heap.usage().usedBytes, 0);
  closeSync(arena.fd);
});

test('open() gives access to the same bytes', () => {
  const household = new Household();
  const [maker, other] = [household.join(), household.join()];
  for (const dataBytes of [64, 100_000]) {
    const made = maker.probe(dataBytes);
    const opened = other.open(made);
    dataOf(made)[dataBytes - 1] = 7;
    assert.equal(dataOf(opened)[dataBytes - 1], 7);
    assert.deepEqual([opened.kind, opened.serial, opened.dataBytes], [PROBE.id, made.serial, dataBytes]);
    assert.equal(opened.isHeldBy(other.slot), true);
  }
});

test('open() and handleSent() of what is not there, or is another object by now, say that it is gone', () => {
  const household = new Household();
  const [maker, other] = [household.join(), household.join()];
  const former = maker.probe();
  const reference = maker.objects.referenceOf(former, PROBE.id);
  maker.objects.leave(former);
  assert.throws(() => other.objects.open(reference), GONE);
  const later = maker.probe();
  assert.equal(later.offset, former.offset, 'the place is used again');
  for (const { offset, serial } of [
    reference,
    { ...reference, serial: 0 },
    { ...reference, offset: reference.offset + 1 },
    { ...reference, offset: 0 },
    { ...reference, offset: 2 ** 31 },
  ]) {
    assert.throws(() => other.objects.open({ kind: PROBE.id, offset, serial }), GONE);
    assert.throws(() => other.objects.handleSent({ kind: PROBE.id, offset, serial }), GONE);
    assert.equal(other.objects.find({ kind: PROBE.id, offset, serial }), undefined);
    other.objects.handleTaken({ kind: PROBE.id, offset, serial });
  }
});

test('An object lives until the last participant has let it go', () => {
  const household = new Household();
  const [one, other] = [household.join(), household.join()];
  const made = one.probe(100_000);
  const opened = other.open(made);
  one.objects.leave(made);
  dataOf(opened)[0] = 3;
  assert.ok(household.usedBytes > 100_000);
  const again = other.open(opened);
  other.objects.leave(opened);
  assert.equal(dataOf(again)[0], 3);
  other.objects.leave(again);
  assert.equal(household.usedBytes, 0);
});

test('An object is let go when the program drops it, and not while a view of its data is kept', async () => {
  const household = new Household();
  const { objects } = household.join();
  let view: Uint8Array | undefined;
  (() => {
    const object = objects.create(PROBE, { bodyBytes: PROBE_BODY_BYTES, dataBytes: 50_000 }, '', () => {});
    view = dataOf(object);
    objects.keepFor(object, view);
  })();
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(household.usedBytes >= 50_000);
  assert.equal(view?.[0], 0);
  view = undefined;
  await until('the arena is empty', () => {
    collectGarbage();
    return household.usedBytes === 0;
  });
});

test('An object lives while a handle of it is on its way', () => {
  const household = new Household();
  const { objects } = household.join();
  const object = objects.create(PROBE, { bodyBytes: 64, dataBytes: 64 }, '', () => {});
  const reference = objects.referenceOf(object, PROBE.id);
  objects.handleSent(reference);
  objects.handleSent(reference);
  objects.leave(object);
  objects.handleTaken(reference);
  assert.ok(household.usedBytes > 0);
  const opened = objects.open(reference);
  objects.handleTaken(reference);
  assert.equal(opened.flights, 0);
  objects.leave(opened);
  assert.equal(household.usedBytes, 0);
});

test('An object lives while another one that somebody holds has a handle of it', () => {
  const household = new Household();
  const member = household.join();
  const inner = member.probe();
  const box = member.box([inner]);
  const reference = member.objects.referenceOf(inner, PROBE.id);
  member.objects.leave(inner);
  assert.ok(member.objects.find(reference));
  member.objects.leave(box);
  assert.equal(household.usedBytes, 0);
});

test('Boxes in boxes go together when the outermost goes, however many there are', () => {
  const household = new Household();
  const member = household.join();
  let inner = member.probe();
  for (let depth = 0; depth < 40; depth++) {
    const box = member.box([inner, inner], depth % 8 === 0 ? 20_000 : 64);
    member.objects.leave(inner);
    inner = box;
  }
  assert.equal([...member.objects.all()].length, 41);
  member.objects.leave(inner);
  assert.equal(household.usedBytes, 0);
});

test('A named object lives on when nobody holds it', () => {
  const household = new Household();
  const [one, other] = [household.join(), household.join()];
  const object = one.probe();
  object.flags |= NAMED;
  one.objects.leave(object);
  assert.equal(other.open(object).serial, object.serial);
});

test('leave() runs its step only for the last who could reach the object, and only once', () => {
  const household = new Household();
  const [one, other] = [household.join(), household.join()];
  const made = one.probe();
  const opened = other.open(made);
  const told: string[] = [];
  one.objects.leave(made, () => told.push('one'));
  one.objects.leave(made, () => told.push('one again'));
  other.objects.leave(opened, () => told.push('other'));
  assert.deepEqual(told, ['other']);
});

test('Serial numbers begin anew after 2^31 objects, and none is 0', () => {
  const household = new Household();
  const member = household.join();
  household.arena.header[AT.serial] = 0x7ffffffe;
  const serials = [member.probe(9000), member.probe(9000), member.probe()].map((object) => {
    const { serial } = object;
    member.objects.leave(object);
    return serial;
  });
  assert.deepEqual(serials, [0x7fffffff, 1, 2]);
  assert.equal(household.usedBytes, 0);
});

test('Whatever is made, held, sent and let go, nothing goes too early and everything goes in the end', () => {
  const step = fc.record({
    what: fc.constantFrom('make', 'open', 'leave', 'send', 'take'),
    who: fc.nat(2),
    which: fc.nat(),
    large: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const household = new Household();
      const members = [household.join(), household.join(), household.join()];
      const accesses: { member: Member; object: SharedObject }[] = [];
      const boxes: { box: SharedObject; inner: SharedObject }[] = [];
      const keeper = household.join();
      for (const { what, who, which, large } of steps) {
        const member = members[who]!;
        const access = accesses[which % accesses.length];
        if (what === 'make') accesses.push({ member, object: member.probe(large ? 10_000 : 64) });
        else if (what === 'open' && access) accesses.push({ member, object: member.open(access.object) });
        else if (what === 'leave' && access) {
          accesses.splice(accesses.indexOf(access), 1);
          access.member.objects.leave(access.object);
        } else if (what === 'send' && access)
          boxes.push({ box: keeper.box([access.object]), inner: access.object });
        else if (what === 'take' && boxes.length > 0) {
          const { box, inner } = boxes.splice(which % boxes.length, 1)[0]!;
          accesses.push({ member, object: member.open(inner) });
          setPlace(box, 0, undefined);
          member.objects.handleTaken(member.objects.referenceOf(inner, PROBE.id));
          keeper.objects.leave(box);
        }
        const wanted = new Set(
          [...accesses, ...boxes.map(({ inner: object }) => ({ object }))].map((it) => it.object.serial),
        );
        const there = [...keeper.objects.all()].filter(({ kind }) => kind !== BOX.id);
        assert.deepEqual(new Set(there.map(({ serial }) => serial)), wanted);
      }
      for (const { box } of boxes) keeper.objects.leave(box);
      for (const { member, object } of accesses) member.objects.leave(object);
      assert.equal(household.usedBytes, 0);
    }),
    { numRuns: 25 },
  );
});
