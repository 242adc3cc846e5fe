/** Things that come and go, each knowing its neighbours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Chain, type Linked } from '../../../../src/net/connection/chain.ts';

interface Thing extends Linked<Thing> {
  readonly name: number;
}

function namesOf(chain: Chain<Thing>): number[] {
  const names: number[] = [];
  chain.each(({ name }) => names.push(name));
  return names;
}

test('A chain has what a set has, in the same order, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
      const things: Thing[] = Array.from({ length: 10 }, (_, name) => ({ name }));
      const chain = new Chain<Thing>();
      const set = new Set<number>();
      for (const [adds, name] of steps) {
        if (adds) chain.add(things[name]!);
        else chain.remove(things[name]!);
        if (adds) set.add(name);
        else set.delete(name);
        assert.deepEqual(namesOf(chain), [...set]);
        assert.equal(chain.size, set.size);
      }
    }),
  );
});

test('Who leaves a chain takes every trace with him', () => {
  const chain = new Chain<Thing>();
  const things: Thing[] = [1, 2, 3].map((name) => ({ name }));
  for (const thing of things) chain.add(thing);
  chain.remove(things[1]!);
  assert.equal(things[1]!.before, undefined);
  assert.equal(things[1]!.behind, undefined);
  assert.equal(things[0]!.behind, things[2]);
  assert.equal(things[2]!.before, things[0]);
});

test('Any of a chain may be removed while all are visited, and the others still are', () => {
  for (const victim of [0, 1, 2, 3]) {
    const chain = new Chain<Thing>();
    const things: Thing[] = [0, 1, 2, 3].map((name) => ({ name }));
    for (const thing of things) chain.add(thing);
    const visited: number[] = [];
    chain.each(({ name }) => {
      visited.push(name);
      if (name === 1) chain.remove(things[victim]!);
    });
    assert.deepEqual(
      visited,
      [0, 1, 2, 3].filter((name) => name <= 1 || name !== victim),
    );
  }
});
