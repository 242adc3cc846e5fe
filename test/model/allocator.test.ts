/**
 * What the heap promises: see allocator-world.ts. How: every order of operations, with up to two kills, before
 * any store; then the same with one mistake put in, which must be found.
 */
import { test } from 'node:test';
import type { HeapMutation } from './allocator.ts';
import { heapModel, type HeapOptions, type Want } from './allocator-world.ts';
import { assertCaught, assertHolds, DEEP } from './explore.ts';

const run = (extents: number): Want => ({ extents });
const SMALL: Want = { size: 0 }; // two of them in a slab
const LARGE: Want = { size: 1 };

const RUNS: HeapOptions = { people: [[run(2)], [run(2)], []], extents: 3, crashes: 2 };
const ONE_RUN: HeapOptions = { people: [[run(1)], [run(1)], []], extents: 1, crashes: 2 };
const BLOCKS: HeapOptions = { people: [[SMALL], [SMALL], [LARGE]], extents: 2, crashes: 1 };
const BOTH: HeapOptions = { people: [[run(2)], [SMALL, run(1)], []], extents: 3, crashes: 2 };

const HOLDS: readonly (readonly [string, HeapOptions])[] = [
  ['runs', RUNS],
  ['runs that all want one extent', ONE_RUN],
  ['blocks of two sizes', BLOCKS],
  ['runs beside blocks', BOTH],
  ['runs of several lengths', { people: [[run(2), run(1)], [run(1), run(3)], []], extents: 3, crashes: 1 }],
];
for (const [name, options] of HOLDS)
  test(`Heap holds for ${name}`, (t) => assertHolds(t, heapModel(options)));

const DEEPER: typeof HOLDS = [
  ['runs of three, and two kills', { people: [[run(2)], [run(2)], [run(1)]], extents: 4, crashes: 2 }],
  ['blocks and two kills', { ...BLOCKS, crashes: 2 }],
  ['both, and longer runs', { people: [[run(2), SMALL], [LARGE, run(1)], [SMALL]], extents: 3, crashes: 1 }],
];
for (const [name, options] of DEEPER)
  test(`Heap holds for ${name}`, { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) =>
    assertHolds(t, heapModel(options)),
  );

const MISTAKES: readonly (readonly [HeapMutation, HeapOptions, RegExp, string])[] = [
  [
    'the head of a run is marked before its tails',
    RUNS,
    /tail/,
    'killed in between, it has extents that are FREE',
  ],
  [
    'a run is marked before its count and owner',
    ONE_RUN,
    /never comes back/,
    'killed in between, it belongs to nobody',
  ],
  [
    'the top is raised after the commit',
    ONE_RUN,
    /never comes back/,
    'killed in between, nobody who looks for what it had looks there',
  ],
  [
    'an extent is FREE before its pages are punched out',
    ONE_RUN,
    /not zero/,
    'killed in between, the next owner finds its data',
  ],
  ['a piece is given back whoever has it', ONE_RUN, /taken from/, 'two reap, and one is slow'],
  [
    'an empty slab becomes one of another size',
    BLOCKS,
    /no guard/,
    'what a walker takes for a guard is inside another object',
  ],
  ['repair forgets uncovered tails', RUNS, /tail/, 'their head was never marked'],
  ['repair forgets what is being cleared', ONE_RUN, /never cleared/, 'its owner died while it gave it back'],
  ['repair does not count', BLOCKS, /used is wrong/, 'a death between the owner word and the count'],
];
for (const [mutation, options, violation, why] of MISTAKES)
  test(`Heap breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, heapModel({ ...options, mutation }), violation);
  });
