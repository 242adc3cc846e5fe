/**
 * Model of the guard: a lock in one shared word that its owner may be killed inside, at any step.
 *
 * The word: WAITERS (somebody may sleep), OWNER_DIED (repair first) and the owner's thread id (0: free).
 *
 *     acquire   pending := this guard                            arrives
 *               loop  o = load(word)                             looks
 *                 no owner: CAS(o -> me | o & WAITERS), inside   takes
 *                 else mark it: CAS(o -> o | WAITERS)            marks
 *                      futex_wait(word, o | WAITERS)             waits, asleep
 *     inside    repair if o had OWNER_DIED; then work            repairs, inside, working
 *     release   CAS(me -> 0), or else WAKE_OP(word := 0, all)    releases; stores, wakes
 *               pending := 0                                     clears
 *     abandon   WAKE_OP(word := OWNER_DIED, all); pending := 0   throws; abandons, wakes, clears
 *
 * The kernel, as in Linux' kernel/futex: to compare and fall asleep, and to wake, it takes one lock (the
 * bucket's). WAKE_OP stores and wakes under that lock: others may load and compare-exchange the word in
 * between, but none may fall asleep, and a kill takes effect after the call. Which sleeper a single wake-up
 * reaches is left open. A death with `pending` set is handled in steps of its own (handle_futex_death):
 * look at the word; the dead's own id becomes OWNER_DIED, keeping WAITERS; wake one if there were waiters.
 * A word without an owner also wakes one: that is the rule of Linux 6.2; older ones are here as well.
 *
 * `torn` stands for the data under the guard. Not here: time-outs and signals, which only wake more;
 * spinning; a second guard inside the first, as a thread has only one `pending`.
 *
 * @module
 */
import { type Crowd, crowdKey, type Model, type Offer } from './explore.ts';

const WAITERS = 0x20;
const OWNER_DIED = 0x10;
const OWNER = 0x0f;

/** Where a participant can be, named by the step it takes next, and what that means for others. */
const PLACES = {
  arrives: 'outside',
  looks: 'outside',
  takes: 'outside',
  marks: 'outside',
  waits: 'outside',
  asleep: 'outside',
  repairs: 'inside',
  inside: 'inside',
  working: 'inside',
  releases: 'inside',
  stores: 'inside',
  abandons: 'inside',
  wakes: 'in the kernel', // in the middle of WAKE_OP: no kill, and nobody else falls asleep or wakes others
  clears: 'outside',
  done: 'gone',
  dying: 'gone', // from here on it is the kernel that steps
  converting: 'gone',
  notifying: 'gone',
  dead: 'gone',
  'stores alone': 'inside', // from here on only in mutations
  unlocks: 'inside',
  wipes: 'outside',
  'wakes alone': 'outside',
  steals: 'outside',
} as const;
type Place = keyof typeof PLACES;
const CODE = Object.fromEntries(Object.keys(PLACES).map((place, i) => [place, i])) as Record<Place, number>;

export type GuardMutation =
  | 'pending is never set'
  | 'pending is cleared before the release'
  | 'release stores, then wakes'
  | 'release drops the owner, then WAITERS, then wakes'
  | 'release wakes one'
  | 'takeover from the dead drops WAITERS'
  | 'sleeps without marking'
  | 'waits for the word without WAITERS'
  | 'abandon stores free'
  | 'takes over by thread id';

export interface GuardOptions {
  readonly people: number;
  /** How often each acquires. */
  readonly rounds: number;
  readonly crashes: number;
  /** How many newcomers get the thread id of a dead one. */
  readonly births?: number;
  /** Whether a dead thread's `pending` wakes one if the word has no owner; `absent`: no robust list. */
  readonly kernel?: 'wakes if no owner' | 'wakes if word is 0' | 'wakes never' | 'absent';
  readonly mutation?: GuardMutation;
}

interface Person {
  at: Place;
  rounds: number;
  pending: boolean;
  /** The word as last loaded, while it is still of use. */
  seen: number;
}

interface State extends Crowd<Person> {
  word: number;
  torn: boolean;
  crashes: number;
  births: number;
}

type Step = (s: State, p: Person, id: number, options: GuardOptions) => void;

/** What each step does. Waking one of several is not here, as it is many steps: see `wakeOne`. */
const STEPS: { readonly [P in Place]?: Step } = {
  arrives(_s, p, _id, { mutation }) {
    p.pending = mutation !== 'pending is never set';
    go(p, 'looks');
  },
  looks(s, p, _id, { mutation }) {
    p.seen = s.word;
    if ((s.word & OWNER) === 0) p.at = 'takes';
    else if (mutation === 'takes over by thread id' && ownerIsDead(s)) p.at = 'steals';
    else p.at = s.word & WAITERS || mutation === 'sleeps without marking' ? 'waits' : 'marks';
  },
  takes(s, p, id, { mutation }) {
    if (s.word !== p.seen) return go(p, 'looks');
    const died = (p.seen & OWNER_DIED) !== 0;
    const drops = died && mutation === 'takeover from the dead drops WAITERS';
    s.word = id | (drops ? 0 : p.seen & WAITERS);
    go(p, died ? 'repairs' : 'inside');
  },
  marks(s, p) {
    if (s.word !== p.seen) return go(p, 'looks');
    s.word |= WAITERS;
    p.seen = s.word;
    p.at = 'waits';
  },
  waits(s, p, _id, { mutation }) {
    const expected = mutation === 'waits for the word without WAITERS' ? p.seen & ~WAITERS : p.seen;
    go(p, s.word === expected ? 'asleep' : 'looks');
  },
  repairs(s, p) {
    s.torn = false;
    go(p, 'inside');
  },
  inside(s, p) {
    s.torn = true;
    go(p, 'working');
  },
  working(s, p, _id, { mutation }) {
    s.torn = false;
    if (mutation === 'pending is cleared before the release') p.pending = false;
    go(p, 'releases');
  },
  releases(s, p, id, { mutation }) {
    if (s.word === id) {
      s.word = 0;
      go(p, 'clears');
    } else if (mutation === 'release stores, then wakes') go(p, 'stores alone');
    else go(p, mutation === 'release drops the owner, then WAITERS, then wakes' ? 'unlocks' : 'stores');
  },
  stores(s, p) {
    s.word = 0;
    go(p, 'wakes');
  },
  abandons(s, p, _id, { mutation }) {
    s.word = mutation === 'abandon stores free' ? 0 : OWNER_DIED;
    go(p, 'wakes');
  },
  wakes: wakeAll,
  clears(_s, p) {
    p.pending = false;
    p.rounds--;
    go(p, p.rounds > 0 ? 'arrives' : 'done');
  },
  dying(s, p, id, { kernel = 'wakes if no owner' }) {
    const owner = s.word & OWNER;
    const wakes = kernel === 'wakes if word is 0' ? s.word === 0 : kernel === 'wakes if no owner';
    if (owner !== id) return go(p, owner === 0 && wakes ? 'notifying' : 'dead');
    p.seen = s.word;
    p.at = 'converting';
  },
  converting(s, p) {
    if (s.word !== p.seen) return go(p, 'dying');
    const waiters = s.word & WAITERS;
    s.word = OWNER_DIED | waiters;
    go(p, waiters ? 'notifying' : 'dead');
  },
  unlocks(s, p) {
    s.word = WAITERS;
    go(p, 'wipes');
  },
  'stores alone': freeAlone,
  wipes: freeAlone,
  'wakes alone': wakeAll,
  steals(s, p, id) {
    if (s.word !== p.seen) return go(p, 'looks');
    s.word = id | WAITERS;
    go(p, 'repairs');
  },
};

const NEEDS_THE_KERNEL: ReadonlySet<Place> = new Set<Place>([
  'waits',
  'stores',
  'abandons',
  'wakes alone',
  'notifying',
]);

export function guardModel(options: GuardOptions): Model<Person, State> {
  const { rounds, mutation } = options;
  const newcomer = (): Person => ({ at: 'arrives', rounds, pending: false, seen: 0 });

  function movesOf(s: State, i: number, can: Offer<Person, State>, might: Offer<Person, State>): void {
    const { at } = s.people[i] as Person;
    if (NEEDS_THE_KERNEL.has(at) && s.people.some((p) => p.at === 'wakes')) return;
    const step = STEPS[at];
    if (at === 'notifying') wakeOne(s, i, can, 'dead');
    else if (at === 'wakes' && mutation === 'release wakes one') wakeOne(s, i, can, 'clears');
    else if (step) can(i, at, (n, p) => step(n, p, i + 1, options));

    if (at === 'working') might(i, 'throws', (_, p) => go(p, 'abandons'));
    // With no robust list, only a bounded sleep can notice a death.
    if (at === 'asleep' && mutation === 'takes over by thread id' && ownerIsDead(s))
      can(i, 'notices', (_, p) => go(p, 'looks'));
    if (at === 'dead' && s.births > 0)
      might(i, 'is the id of a newcomer', (n) => {
        n.births--;
        n.people[i] = newcomer();
      });
    if (s.crashes > 0 && PLACES[at] !== 'gone' && PLACES[at] !== 'in the kernel')
      might(i, 'is killed', (n, p) => {
        n.crashes--;
        const noticed = p.pending && options.kernel !== 'absent';
        n.people[i] = { at: noticed ? 'dying' : 'dead', rounds: 0, pending: false, seen: 0 };
      });
  }

  return {
    start: {
      people: Array.from({ length: options.people }, newcomer),
      word: 0,
      torn: false,
      crashes: options.crashes,
      births: options.births ?? 0,
    },
    copy: (s) => ({ ...s, people: s.people.map((p) => ({ ...p })) }),
    key,
    moves(s, can, might) {
      for (let i = 0; i < s.people.length; i++) movesOf(s, i, can, might);
    },
    broken(s) {
      if (s.people.filter((p) => PLACES[p.at] === 'inside').length > 1) return 'two are inside';
      return s.torn && s.people.some((p) => p.at === 'inside') ? 'untold: works on torn data' : undefined;
    },
    stuck: (s) =>
      s.people.every((p) => PLACES[p.at] === 'gone') ? undefined : 'lost wake-up: asleep for ever',
    show({ word, torn }) {
      const marks = `${word & WAITERS ? ' WAITERS' : ''}${word & OWNER_DIED ? ' OWNER_DIED' : ''}`;
      return `owner ${word & OWNER}${marks}${torn ? ' torn' : ''}`;
    },
  };
}

function go(p: Person, place: Place): void {
  p.at = place;
  p.seen = 0;
}

function wakeAll(s: State, p: Person): void {
  for (const other of s.people) if (other.at === 'asleep') go(other, 'looks');
  go(p, 'clears');
}

/** The store without its wake-up, as when the two are not one call. */
function freeAlone(s: State, p: Person): void {
  s.word = 0;
  go(p, 'wakes alone');
}

function ownerIsDead(s: State): boolean {
  return s.people[(s.word & OWNER) - 1]?.at === 'dead';
}

/** Wakes any one of the sleepers, or nobody if there are none. */
function wakeOne(s: State, i: number, can: Offer<Person, State>, then: Place): void {
  const sleepers = s.people.flatMap((p, j) => (p.at === 'asleep' ? [j] : []));
  if (sleepers.length === 0) can(i, 'wakes nobody', (_, p) => go(p, then));
  for (const j of sleepers)
    can(i, `wakes ${j + 1}`, (n, p) => {
      go(n.people[j] as Person, 'looks');
      go(p, then);
    });
}

/** All of the state in a few characters, the participants in sorted order. */
function key(s: State): string {
  const owner = s.word & OWNER;
  const looks = s.people.map((p, i) => {
    const marks = p.rounds * 4 + (p.pending ? 2 : 0) + (owner === i + 1 ? 1 : 0);
    return String.fromCharCode(CODE[p.at], marks, p.seen & ~OWNER);
  });
  const seenOwners = s.people.map((p) => (p.seen & OWNER) - 1);
  const shared = String.fromCharCode(s.word & ~OWNER, (s.torn ? 1 : 0) + 2 * s.crashes + 16 * s.births);
  return shared + crowdKey(looks, seenOwners);
}
