/**
 * What deaths do to the account of shared objects: nothing is lost that somebody living can reach, and everything
 * that only the dead could reach is given back, wherever they died. The dead are played as the kernel leaves them.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { SharedObject } from '../../../src/memory/object.ts';
import { PROBE, PROBE_AT } from '../../fixtures/memory/probes.ts';
import { Household, type Member } from './household.ts';

function serials(member: Member): Set<number> {
  return new Set([...member.objects.all()].map(({ serial }) => serial));
}

test('What only the dead held is given back, what a living one holds stays', () => {
  const household = new Household();
  const [living, doomed] = [household.join(), household.join()];
  doomed.probe(50_000);
  const shared = doomed.probe();
  const access = living.open(shared);
  const own = living.probe();
  doomed.open(own);
  doomed.die();
  assert.equal(living.reap(doomed), true);
  assert.deepEqual(serials(living), new Set([shared.serial, own.serial]));
  assert.equal(access.isHeldBy(doomed.slot), false);
  assert.equal(living.reap(doomed), true);
  living.objects.leave(access);
  living.objects.leave(own);
  assert.equal(household.usedBytes, 0);
});

test('Two who reap the same dead at once take back nothing twice, and nothing of who comes after him', () => {
  const household = new Household();
  const [one, other, doomed] = [household.join(), household.join(), household.join()];
  const object = one.probe();
  doomed.open(object);
  doomed.die();
  one.reap(doomed);
  household.bury(doomed);
  const later = household.join();
  assert.equal(later.slot, doomed.slot);
  const access = later.open(object);
  one.objects.leave(object);
  other.reap(doomed);
  assert.equal(access.isHeldBy(later.slot), true);
  later.objects.leave(access);
  assert.equal(household.usedBytes, 0);
});

test('The kind is told of each object and of the tag of the dead, inside the guard', () => {
  const household = new Household();
  const [living, doomed] = [household.join(), household.join()];
  const objects = [living.probe(), living.probe()];
  doomed.die();
  living.reap(doomed);
  for (const { words } of objects) {
    assert.deepEqual([words[PROBE_AT.reaps], words[PROBE_AT.reaped]], [1, doomed.tag]);
  }
});

test('Handles that the dead counted and never sent are not counted any more', () => {
  const household = new Household();
  const [living, doomed] = [household.join(), household.join()];
  const object = living.probe();
  const reference = living.objects.referenceOf(object, PROBE.id);
  const box = living.box([object, object]);
  doomed.open(object);
  for (let i = 0; i < 3; i++) doomed.objects.handleSent(reference);
  doomed.die();
  living.reap(doomed);
  living.objects.leave(object);
  const again = living.objects.open(reference);
  assert.equal(again.flights, 2);
  living.objects.leave(again);
  living.objects.leave(box);
  assert.equal(household.usedBytes, 0);
});

test('What is in a message of the dead goes with it, and what is in a message of somebody living stays', () => {
  const household = new Household();
  const [living, doomed] = [household.join(), household.join()];
  const [inner, lost] = [doomed.probe(), doomed.probe()];
  const kept = doomed.box([inner, inner]);
  doomed.box([inner, lost]);
  const box = living.open(kept);
  doomed.die();
  living.reap(doomed);
  assert.deepEqual(serials(living), new Set([box.serial, inner.serial]));
  living.objects.leave(box);
  assert.equal(household.usedBytes, 0);
});

test('What the dead were still building is given back', () => {
  const household = new Household();
  const [living, doomed] = [household.join(), household.join()];
  for (const sizeBytes of [320, 8192, 100_000]) doomed.heap.take(sizeBytes, doomed.tag);
  doomed.die();
  living.reap(doomed);
  assert.equal(household.usedBytes, 0);
});

test('An object whose maker died before its data was handed over keeps its data', () => {
  const household = new Household();
  const living = household.join();
  const { member: doomed, heap } = household.joinMeddling();
  let handOvers = 0;
  heap.meddle = (call) => {
    if (call === 'handOver' && ++handOvers === 2) throw new Error('dies here');
  };
  assert.throws(() => doomed.probe(100_000), /dies here/);
  const [object] = [...living.objects.all()];
  const access = living.open(object!);
  doomed.die();
  living.reap(doomed);
  assert.ok(household.usedBytes > 100_000);
  assert.ok(new Uint8Array(access.data(64)).every((byte) => byte === 0));
  living.objects.leave(access);
  assert.equal(household.usedBytes, 0);
});

test('Who dies while he takes an object down is finished by whoever reaps him, wherever he was', () => {
  /** Whether there was such a step to die at. */
  const dieAt = (step: number): boolean => {
    const household = new Household();
    const living = household.join();
    const { member: doomed, heap } = household.joinMeddling();
    const inner = doomed.probe(30_000);
    const box = doomed.box([inner, inner], 20_000);
    doomed.objects.leave(inner);
    let calls = 0;
    heap.meddle = () => {
      if (calls++ === step) throw new Error('dies here');
    };
    try {
      doomed.objects.leave(box);
    } catch (error) {
      assert.match(String(error), /dies here/);
    }
    doomed.die();
    // In its place somebody may have put something else by now: it must not be touched.
    const bystander = living.probe(20_000);
    new Uint8Array(bystander.data(64)).fill(9);
    living.reap(doomed);
    living.reap(doomed);
    assert.ok(new Uint8Array(bystander.data(64)).every((byte) => byte === 9));
    living.objects.leave(bystander);
    assert.equal(household.usedBytes, 0, `died at step ${step}`);
    return calls > step;
  };
  let step = 0;
  while (dieAt(step)) step++;
  assert.ok(step > 4, `there were ${step} steps to die at`);
});

test('A recount ends when the object is gone by then', () => {
  const household = new Household();
  const [keeper, doomed] = [household.join(), household.join()];
  const { member: counter, heap } = household.joinMeddling();
  const object = doomed.probe();
  doomed.objects.handleSent(doomed.objects.referenceOf(object, PROBE.id));
  doomed.die();
  let looks = 0;
  heap.meddle = (call) => {
    if (call === 'pieces' && ++looks === 2) keeper.reap(doomed);
    assert.ok(looks < 10, 'it counts and counts');
  };
  counter.reap(doomed);
  assert.equal(household.usedBytes, 0);
});

test('A recount begins again when somebody has sent the object meanwhile', () => {
  const household = new Household();
  const [sender, doomed] = [household.join(), household.join()];
  const { member: counter, heap } = household.joinMeddling();
  const object = doomed.probe();
  const first = sender.box([object]);
  doomed.objects.handleSent(doomed.objects.referenceOf(object, PROBE.id));
  doomed.die();
  let second: SharedObject | undefined;
  let looks = 0;
  heap.meddle = (call) => {
    if (call !== 'pieces' || ++looks !== 2) return;
    const access = sender.open(object);
    second = sender.box([access]);
    sender.objects.leave(access);
  };
  counter.reap(doomed);
  assert.ok(second);
  assert.equal(sender.objects.find(sender.objects.referenceOf(object, PROBE.id))?.flights, 2);
  sender.objects.leave(first);
  assert.ok(serials(sender).has(object.serial));
  sender.objects.leave(second);
  assert.equal(household.usedBytes, 0);
});

test('Whoever finds a guard broken repairs the object, once, before anything else', () => {
  const household = new Household();
  const [one, other] = [household.join(), household.join()];
  const object = one.probe();
  object.guard.take();
  object.guard.give(false);
  const access = other.open(object);
  assert.equal(object.words[PROBE_AT.repairs], 1);
  one.objects.handleSent(one.objects.referenceOf(object, PROBE.id));
  assert.equal(object.words[PROBE_AT.repairs], 1);
  assert.equal(access.guard.isFree, true);
});

test('Who comes too late for an object repairs the one that has its place now', () => {
  const household = new Household();
  const [one, other] = [household.join(), household.join()];
  const former = one.probe();
  const late = other.open(former);
  other.objects.leave(late);
  one.objects.leave(former);
  const later = one.probe();
  assert.equal(later.offset, former.offset);
  later.guard.take();
  later.guard.give(false);
  late.guard.inside(
    () => other.objects.repair(late),
    () => {},
  );
  assert.equal(later.words[PROBE_AT.repairs], 1);
  assert.equal(later.guard.isFree, true);
});

test('A kind that a program does not know is left to somebody who does', () => {
  const household = new Household();
  const [living, doomed] = [household.join(), household.join()];
  const unknown = { ...PROBE, id: 987_654 };
  const object = doomed.objects.create(unknown, { bodyBytes: 64, dataBytes: 64 }, '', () => {});
  const unfinished = doomed.heap.take(320, doomed.tag);
  doomed.die();
  assert.equal(living.reap(doomed), false);
  assert.equal(object.isHeldBy(doomed.slot), true);
  assert.equal(living.heap.ownerOf(unfinished), doomed.tag);
});

test('Whoever dies with whatever in hand, the living keep what they can reach, and no more is left', () => {
  const step = fc.record({
    what: fc.constantFrom('make', 'open', 'leave', 'box', 'count', 'die'),
    who: fc.nat(2),
    which: fc.nat(),
    large: fc.boolean(),
  });
  interface Access {
    readonly member: Member;
    readonly object: SharedObject;
    readonly inside: readonly number[];
  }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const household = new Household();
      const members = [household.join(), household.join(), household.join()];
      const reaper = household.join();
      let accesses: Access[] = [];
      for (const { what, who, which, large } of steps) {
        const member = members[who]!;
        const access = accesses[which % accesses.length];
        if (what === 'make') accesses.push({ member, object: member.probe(large ? 10_000 : 64), inside: [] });
        else if (what === 'open' && access)
          accesses.push({ ...access, member, object: member.open(access.object) });
        else if (what === 'box' && access) {
          const object = member.box([access.object], large ? 10_000 : 64);
          accesses.push({ member, object, inside: [access.object.serial, ...access.inside] });
        } else if (what === 'count' && access)
          access.member.objects.handleSent(reaper.objects.referenceOf(access.object, access.object.kind));
        else if (what === 'leave' && access) {
          accesses = accesses.filter((it) => it !== access);
          access.member.objects.leave(access.object);
          // It may have counted a handle that it never sent: only its death makes that good.
        } else if (what === 'die') {
          member.die();
          accesses = accesses.filter((it) => it.member !== member);
          reaper.reap(member);
          household.bury(member);
          members[who] = household.join();
        }
        const reachable = new Set(accesses.flatMap(({ object, inside }) => [object.serial, ...inside]));
        for (const serial of reachable) assert.ok(serials(reaper).has(serial));
      }
      for (const member of members) member.die();
      for (const member of members) reaper.reap(member);
      assert.equal(household.usedBytes, 0);
    }),
    { numRuns: 25 },
  );
});
