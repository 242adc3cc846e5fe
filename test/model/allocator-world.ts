/**
 * The world around the heap (allocator.ts): who takes and gives back, and who dies. What is promised whatever
 * happens: allocator-promises.ts.
 *
 * Whoever has nothing else to do may reap: he walks over the pieces without the guard, an extent in two looks,
 * and gives back what is in a name of the dead. What a dead one had finished is given back by whoever reaps,
 * too; in the sources its holders and messages decide that (lifetime.ts).
 *
 * @module
 */
import {
  copyHeap,
  emptyHeap,
  Heap,
  type HeapMutation,
  type HeapWords,
  JUNK,
  type Piece,
  PER_SLAB,
  placeOf,
  RUN,
  SLAB,
} from './allocator.ts';
import { disorder, isRun, leaked, takenAway } from './allocator-promises.ts';
import type { Crowd, Model, Offer } from './explore.ts';
import { offerCut, Stores } from './stores.ts';

const NOBODY = -1;

/** What to take: a block of a size, or a run of so many extents. */
export type Want = { readonly size: number } | { readonly extents: number };

export interface HeapOptions {
  readonly people: readonly (readonly Want[])[];
  readonly extents: number;
  readonly crashes: number;
  readonly mutation?: HeapMutation;
}

const PLACES = ['idle', 'writes', 'finishes', 'gives', 'done', 'dead', 'buried'] as const;
const TASKS = ['see', 'list', 'enter', 'give', 'bury'] as const;

interface Frame {
  readonly task: (typeof TASKS)[number];
  readonly piece: Piece;
  /** Kind of the extent as it was seen; or the name in which to give. */
  readonly n: number;
}

export interface Person {
  readonly wants: readonly Want[];
  at: (typeof PLACES)[number];
  round: number;
  piece: Piece;
  name: number;
  victim: number;
  stack: readonly Frame[];
}

export interface State extends Crowd<Person> {
  heap: HeapWords;
  died: boolean;
  fault: string;
  crashes: number;
}

type MyOffer = Offer<Person, State>;
const NOTHING: Piece = { extent: 0, block: 0, count: 0 };

/** The name of what somebody has finished: no two are the same. */
function finishedName(person: number, round: number): number {
  return -(1 + person + 8 * round);
}

export function heapModel(options: HeapOptions): Model<Person, State> {
  const { extents, mutation } = options;

  function inside(
    s: State,
    i: number,
    what: string,
    can: MyOffer,
    might: MyOffer,
    act: (heap: Heap, n: State, self: Person) => void,
  ): void {
    offerCut(i, what, {
      can,
      might: s.crashes > 0 ? might : undefined,
      act(n, self, stores) {
        const heap = new Heap(n.heap, stores, mutation);
        if (n.died) heap.repair();
        act(heap, n, self);
        n.died = false;
      },
      die(n) {
        kill(n, i);
        n.died = true;
      },
    });
  }

  function ownMoves(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const { at, wants, round } = s.people[i] as Person;
    if (at === 'idle') {
      const want = wants[round] as Want;
      const what = 'size' in want ? `takes a block of size ${want.size}` : `takes a run of ${want.extents}`;
      inside(s, i, what, can, might, (heap, n, self) => {
        const tag = i + 1;
        const piece = 'size' in want ? heap.takeBlock(want.size, tag) : heap.takeRun(want.extents, tag);
        if (!piece) return goOn(self);
        if (isRun(piece) && dataOf(n.heap, piece).some((word) => word !== 0))
          n.fault ||= 'a run is not zero when it is given out';
        self.piece = piece;
        self.name = tag;
        self.at = isRun(piece) ? 'writes' : 'finishes';
      });
    }
    if (at === 'writes')
      can(i, 'writes', (n, self) => {
        const { extent, count } = self.piece;
        for (const words of n.heap.data.slice(extent, extent + count)) words.fill(JUNK);
        self.at = 'finishes';
      });
    if (at === 'finishes')
      can(i, 'hands over', (n, self) => {
        const place = placeOf(n.heap, self.piece);
        const after = finishedName(i, self.round);
        if (place?.words[place.at] === self.name) place.words[place.at] = after;
        self.name = after;
        self.at = 'gives';
      });
    if (at === 'gives')
      inside(s, i, 'gives back', can, might, (heap, _n, self) => {
        heap.give(self.piece, self.name);
        goOn(self);
      });
  }

  function reaping(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const { victim, stack } = s.people[i] as Person;
    const f = stack.at(-1);
    if (!f) {
      for (const [j, other] of s.people.entries())
        if (other.at === 'dead')
          can(i, `learns that ${j + 1} died`, (n, self) => {
            const sees = n.heap.kind.slice(0, n.heap.top).map((_, extent) => see(extent));
            self.victim = j;
            self.stack = [{ task: 'bury', piece: NOTHING, n: 0 }, ...sees.toReversed()];
          });
      return;
    }
    const { extent, block, count } = f.piece;
    const where = block < 0 ? `${extent}` : `${extent}.${block}`;
    if (f.task === 'give')
      return inside(s, i, `gives back ${where} of ${f.n}`, can, might, (heap, _n, self) => {
        self.stack = stack.slice(0, -1);
        heap.give(f.piece, f.n);
      });
    can(i, `${f.task} ${where}`, (n, self) => {
      self.stack = stack.slice(0, -1);
      if (f.task === 'see') self.stack = [...self.stack, list(n.heap, extent)];
      else if (f.task === 'list') self.stack = [...self.stack, ...found(n.heap, f, victim)];
      else if (f.task === 'enter') {
        const isBlock = n.heap.kind[extent] === SLAB && n.heap.count[extent] === count;
        if (!isBlock) n.fault ||= 'a walker enters what is no guard';
      } else {
        (n.people[victim] as Person).at = 'buried';
        self.victim = NOBODY;
      }
    });
  }

  return {
    start: {
      people: options.people.map((wants) => newcomer(wants)),
      heap: emptyHeap(extents),
      died: false,
      fault: '',
      crashes: options.crashes,
    },
    copy: (s) => ({ ...s, heap: copyHeap(s.heap), people: s.people.map((p) => ({ ...p })) }),
    key,
    moves(s, can, might) {
      for (const [i, p] of s.people.entries()) {
        if (p.at === 'dead' || p.at === 'buried') continue;
        if (s.crashes > 0) might(i, 'is killed', (n) => kill(n, i));
        if (p.stack.length === 0 && p.at !== 'done') ownMoves(s, i, can, might);
        if (p.at === 'idle' || p.at === 'done') reaping(s, i, can, might);
      }
    },
    broken: (s) => s.fault || takenAway(s) || (s.died ? undefined : disorder(s.heap)),
    stuck(s) {
      if (!s.people.some(({ at }) => at === 'done')) return undefined;
      const heap = copyHeap(s.heap);
      // Whoever comes next would do this first.
      if (s.died) new Heap(heap, new Stores(), mutation).repair();
      return disorder(heap) ?? leaked(heap);
    },
    show({ heap: h, died }) {
      const names = ['FREE', 'SLAB', 'RUN', 'TAIL', 'CLEARING'];
      const one = (kind: number, e: number): string => {
        if (kind === RUN) return `RUN ${h.count[e]} of ${h.owner[e]}`;
        return kind === SLAB ? `SLAB ${h.count[e]} of ${h.data[e]?.join()}` : (names[kind] as string);
      };
      return `${h.kind.map(one).join(' | ')} top ${h.top}${died ? ' died' : ''}`;
    },
  };
}

function see(extent: number): Frame {
  return { task: 'see', piece: { extent, block: NOBODY, count: 0 }, n: 0 };
}

/** The first look at an extent: what it is. */
function list({ kind, count }: HeapWords, extent: number): Frame {
  return {
    task: 'list',
    piece: { extent, block: NOBODY, count: count[extent] as number },
    n: kind[extent] as number,
  };
}

/** The second: who has the pieces that it must be, then. */
function found(h: HeapWords, { piece, n: kind }: Frame, victim: number): Frame[] {
  const { extent, count } = piece;
  const blocks = kind === SLAB ? Array.from({ length: PER_SLAB[count] ?? 0 }, (_, block) => block) : [];
  const pieces = kind === RUN ? [piece] : blocks.map((block) => ({ extent, block, count }));
  return pieces.flatMap((each): Frame[] => {
    const name = (isRun(each) ? h.owner[extent] : h.data[extent]?.[each.block]) as number;
    const isOfDead = name === victim + 1 || (name < 0 && (-name - 1) % 8 === victim);
    const give: Frame = { task: 'give', piece: each, n: name };
    const enter: Frame = { task: 'enter', piece: each, n: 0 };
    return [...(isOfDead ? [give] : []), ...(name < 0 && !isRun(each) ? [enter] : [])];
  });
}

function dataOf(h: HeapWords, { extent, count }: Piece): number[] {
  return h.data.slice(extent, extent + count).flat();
}

function newcomer(wants: readonly Want[]): Person {
  const at = wants.length === 0 ? 'done' : 'idle';
  return { wants, at, round: 0, piece: NOTHING, name: 0, victim: NOBODY, stack: [] };
}

function goOn(p: Person): void {
  p.round++;
  p.at = p.round < p.wants.length ? 'idle' : 'done';
  p.piece = NOTHING;
  p.name = 0;
}

function kill(s: State, i: number): void {
  s.crashes--;
  s.people[i] = { ...newcomer((s.people[i] as Person).wants), at: 'dead' };
}

/** All of the state in a few characters. */
function key(s: State): string {
  const { heap: h } = s;
  const numbers = [s.crashes * 2 + (s.died ? 1 : 0), h.top, ...h.kind, ...h.count, ...h.used];
  for (const owner of [...h.owner, ...h.data.flat()]) numbers.push(owner + 128);
  const pieceKey = ({ extent, block, count }: Piece): number => extent + 16 * (block + 1) + 128 * count;
  for (const p of s.people) {
    numbers.push(
      PLACES.indexOf(p.at),
      p.round,
      pieceKey(p.piece),
      p.name + 128,
      p.victim + 1,
      p.stack.length,
    );
    for (const f of p.stack) numbers.push(TASKS.indexOf(f.task) + 8 * pieceKey(f.piece), f.n + 128);
  }
  return s.fault + String.fromCharCode(...numbers);
}
