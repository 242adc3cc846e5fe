/**
 * The world around shared objects (lifetime.ts): how it begins, when each step is possible, who dies, and what
 * is promised all the same:
 *
 *     held            nobody takes down what a living participant has in its hands, nor gives its run away
 *     referred to     whatever a message refers to is there for who receives it
 *     nothing leaks   in the end, what nobody holds and nothing refers to is gone, block and run; nothing is
 *                     in the name of the buried
 *     once            no block and no run is taken from somebody who is just building in it
 *     in time         nobody who comes late writes into another object, and nobody works on a torn one
 *
 * @module
 */
import type { Model, Offer } from './explore.ts';
import {
  type Block,
  type Frame,
  FREE,
  frame,
  isThere,
  type LifetimeMutation,
  NOBODY,
  OBJECT,
  type Person,
  slotOf,
  type State,
  tagOf,
  type Task,
} from './lifetime.ts';
import { STEPS } from './lifetime-steps.ts';
import { offerCut } from './stores.ts';

export interface LifetimeOptions {
  /** What each does, and which of the blocks it holds when it begins. */
  readonly people: readonly { readonly does: readonly Frame[]; readonly holds?: readonly number[] }[];
  readonly blocks: readonly Partial<Block>[];
  readonly crashes: number;
  /** How many newcomers get the slot of a buried one. */
  readonly newcomers?: number;
  readonly mutation?: LifetimeMutation;
}

/** Steps that happen inside the guard of the object at their place. */
const INSIDE: ReadonlySet<Task> = new Set<Task>([
  'count',
  'put',
  'lease',
  'hold',
  'done',
  'uncount',
  'drop',
  'tally',
  'settle',
  'doubt',
  'claim',
  'look',
  'reap',
]);
/** Steps that wait until others have done something. */
const WAITING: ReadonlySet<Task> = new Set<Task>(['lease', 'takeRun', 'takeBlock']);
const TASK_CODES = new Map(Object.keys(STEPS).map((task, i) => [task, i]));

type MyOffer = Offer<Person, State>;

export function lifetimeModel(options: LifetimeOptions): Model<Person, State> {
  const { mutation } = options;
  const places = options.blocks.length;
  const nothing: readonly number[] = Array<number>(places).fill(0);

  function start(): State {
    const blocks = options.blocks.map((block, i) => ({ ...EMPTY, birth: i + 1, serial: i + 1, ...block }));
    for (const b of blocks) if (b.hasRun) b.run = -b.serial;
    const people = options.people.map(({ does, holds = [] }, i) => {
      for (const place of holds) (blocks[place] as Block).holders |= 1 << i;
      const hands = blocks.map(({ serial }, place) => (holds.includes(place) ? serial : 0));
      return newcomer(does, 0, hands);
    });
    for (const { place } of blocks.flatMap((b) => b.handles)) (blocks[place] as Block).flights++;
    const { crashes, newcomers = 0 } = options;
    return { people, blocks, births: places, newcomers, crashes, fault: '' };
  }

  function kill(s: State, i: number): void {
    const { program, generation } = s.people[i] as Person;
    s.crashes--;
    s.people[i] = { ...newcomer(program, generation, nothing), at: 'dead', stack: [] };
    for (const b of s.blocks) if (b.inside === i) die(b);
  }

  function ownMove(s: State, i: number, can: MyOffer, might: MyOffer): void {
    const f = (s.people[i] as Person).stack.at(-1);
    if (!f || !isPossible(s, i, f)) return;
    offerCut(i, `${f.task} ${f.place}${f.serial && `#${f.serial}`}`, {
      can,
      might: s.crashes > 0 ? might : undefined,
      act(n, p, stores) {
        p.stack = p.stack.slice(0, -1);
        STEPS[f.task]({ s: n, p, i, stores, mutation }, f);
      },
      die(n) {
        kill(n, i);
        if (INSIDE.has(f.task)) die(n.blocks[f.place] as Block);
      },
    });
  }

  /** Everybody who waits or has nothing to do may learn of a death. */
  function reaping(s: State, i: number, can: MyOffer): void {
    const top = (s.people[i] as Person).stack.at(-1);
    if (top && !WAITING.has(top.task)) return;
    for (const [j, other] of s.people.entries()) {
      if (other.at !== 'dead') continue;
      const n = tagOf(j, other.generation);
      can(i, `learns that ${j + 1} died`, (next, p) => {
        const all = (task: Task): Frame[] => s.blocks.map((_, place) => frame(task, place, { n }));
        p.stack = [...p.stack, frame('bury', 0, { n }), ...all('sweep'), ...all('walk')];
        if (mutation === 'a reaper frees the slot before it walks') (next.people[j] as Person).at = 'buried';
      });
    }
  }

  return {
    start: start(),
    copy: (s) => ({
      ...s,
      blocks: s.blocks.map((b) => ({ ...b })),
      people: s.people.map((p) => ({ ...p })),
    }),
    key,
    moves(s, can, might) {
      for (const [i, p] of s.people.entries()) {
        if (p.at === 'buried' && s.newcomers > 0)
          might(i, 'is the slot of a newcomer', (n) => {
            n.newcomers--;
            n.people[i] = newcomer(p.program, p.generation + 1, nothing);
          });
        if (p.at !== 'alive') continue;
        ownMove(s, i, can, might);
        reaping(s, i, can);
        if (s.crashes > 0) might(i, 'is killed', (n) => kill(n, i));
      }
    },
    broken: (s) => s.fault || goneTooSoon(s),
    stuck: leaked,
    show: (s) => s.blocks.map(show).join(' | '),
  };
}

function isPossible(s: State, i: number, { task, place }: Frame): boolean {
  const b = s.blocks[place] as Block;
  if (INSIDE.has(task) && b.inside !== (task === 'reap' ? i : NOBODY)) return false;
  if (task === 'lease') return b.handles.some(({ lessee }) => lessee === FREE);
  if (task === 'takeRun') return b.run === FREE;
  return task !== 'takeBlock' || b.owner === FREE;
}

/** Leaves a guard as a dead owner does. */
function die(b: Block): void {
  b.inside = NOBODY;
  b.died = true;
  b.torn = b.owner === OBJECT;
}

/** Handles that somebody may still take out, and use. */
function counted(b: Block): Block['handles'] {
  return b.owner === OBJECT && (!b.dying || b.releases) ? b.handles : [];
}

function goneTooSoon(s: State): string | undefined {
  for (const [i, p] of s.people.entries())
    for (const [place, serial] of p.hands.entries()) {
      const b = s.blocks[place] as Block;
      if (serial === 0) continue;
      if (!isThere(b, serial) || b.dying) return 'an object is taken down in the hands of its holder';
      if (b.hasRun && b.run !== -serial && b.run !== tagOf(i, p.generation))
        return 'a run is given away in the hands of its holder';
    }
  for (const { place, serial } of s.blocks.flatMap(counted)) {
    const b = s.blocks[place] as Block;
    if (!isThere(b, serial) || b.dying) return 'what a message refers to is gone';
  }
  return undefined;
}

/** Asked when nobody can do anything any more: what is left that should not be. */
function leaked(s: State): string | undefined {
  if (s.people.every(({ at }) => at !== 'alive')) return undefined;
  const handles = s.blocks.flatMap(counted);
  if (handles.some(({ lessee }) => lessee !== FREE && s.people[slotOf(lessee)]?.at !== 'alive'))
    return 'a message is leased to the dead';
  for (const [place, b] of s.blocks.entries()) {
    const isUsed =
      b.named ||
      s.people.some(({ hands }) => hands[place] === b.serial) ||
      handles.some((handle) => handle.place === place && handle.serial === b.serial);
    if (b.owner !== FREE && !(b.owner === OBJECT && isUsed)) return 'a block is never free again';
    if (b.run !== FREE && !(b.owner === OBJECT && b.run === -b.serial)) return 'a run is never free again';
  }
  return undefined;
}

const EMPTY: Block = {
  owner: OBJECT,
  run: FREE,
  serial: 0,
  named: false,
  hasRun: false,
  releases: false,
  holders: 0,
  flights: 0,
  doubt: false,
  dying: false,
  freer: 0,
  handles: [],
  inside: NOBODY,
  died: false,
  torn: false,
  birth: 0,
};

function newcomer(program: readonly Frame[], generation: number, hands: readonly number[]): Person {
  return { program, at: 'alive', generation, stack: program.toReversed(), hands };
}

function show(b: Block): string {
  const owner = b.owner === OBJECT ? `#${b.serial}` : b.owner;
  const flags = ['named', 'doubt', 'dying', 'died', 'torn'].filter((flag) => b[flag as keyof Block]);
  const handles = b.handles.map((h) => `${h.place}#${h.serial}${h.lessee ? `<${h.lessee}` : ''}`).join(' ');
  return `${owner} run ${b.run} holders ${b.holders} flights ${b.flights} [${handles}] ${flags.join(' ')}`;
}

/** All of the state in a few characters. */
function key(s: State): string {
  const numbers = [s.births, s.newcomers, s.crashes];
  for (const b of s.blocks) {
    const flags = [b.named, b.hasRun, b.doubt, b.dying, b.died, b.torn];
    const bits = flags.reduce((sum, flag, i) => sum + (flag ? 1 << i : 0), 0);
    numbers.push(b.owner + 128 * (b.inside + 1), b.run + 128, b.serial + 16 * b.birth, b.holders, b.flights);
    numbers.push(bits, b.freer, b.handles.length);
    for (const h of b.handles) numbers.push(h.place + 8 * h.serial + 256 * h.lessee);
  }
  for (const p of s.people) {
    numbers.push(p.at === 'alive' ? 0 : p.at === 'dead' ? 1 : 2, p.generation, ...p.hands, p.stack.length);
    for (const f of p.stack)
      numbers.push(
        (TASK_CODES.get(f.task) as number) + 32 * f.place + 256 * f.serial + (f.fresh ? 8192 : 0),
        f.n + 64 * f.birth,
      );
  }
  return s.fault + String.fromCharCode(...numbers);
}
