/**
 * Who waits for whom: finds the wait that can never end, and says so with names.
 *
 * A strand that waits for long writes into the ledger which lock it waits for; who holds a lock is in the lock. So
 * the graph is walked from a lock to its holder, from there to the lock he waits for, and so on. If that comes back
 * to whoever has just begun to wait, nobody in the circle will ever go on.
 *
 * That what was seen on the way was true at one moment: all of it is read inside the guard of the ledger. A strand
 * that waits cannot release anything before its wait has ended, and no wait ends before its entry is taken out, for
 * which the guard is needed. So whoever is found waiting for a lock that another holds still holds, at the end of the
 * walk, what it held at the beginning. Whoever is found waiting may also have been given what it waits for, and be
 * about to take its entry out: nobody else keeps it waiting then, which each class sees to (holders.ts).
 *
 * A thread that blocks can release nothing, so everything that any of its strands holds waits for it to go on. An
 * awaited wait speaks for its own strand only, and one of a strand that is not named, for nobody. Where one strand
 * waits for several locks at once, all of these ways must lead back, and so must those by all who have permits of one
 * semaphore (holders.ts). So what is reported is a deadlock, always; what is not reported may be one.
 *
 * What ends by itself within a second is left alone.
 *
 * @module
 */
import { callSite, DuodaoError, type Facts, type WaitSync } from '../base/index.ts';
import {
  type Attempt,
  type Entry,
  here,
  kindOf,
  NOT_YET,
  type Participant,
  type Place,
  type SharedObject,
  type WaitPoint,
} from '../memory/index.ts';
import { holdersOf } from './holders.ts';
import type { Holder } from './lock-body.ts';
import { WHOLE_THREAD } from './strand.ts';

/** Whoever limits its wait to less than this prefers its own time-out to being told. */
const PATIENCE_MS = 1000;
/** How long a blocking wait lasts before it is written down: most are over by then. */
export const SOON_MS = 5;
/** How often a wait looks again: a circle may also be closed by what another wait of its thread has taken. */
const AGAIN_MS = 250;

/** A wait that is worth looking at. */
export class StrandWait {
  readonly #object: SharedObject;
  readonly #strand: number;
  readonly #mode: number;
  readonly #site: string | undefined;
  readonly #began: number = performance.now();
  #looked = 0;
  #entry = -1;

  constructor(object: SharedObject, strand: number, { mode = 0, site }: WatchOptions) {
    this.#object = object;
    this.#strand = strand;
    this.#mode = mode;
    this.#site = site;
  }

  /** To be called now and then while the wait lasts. @throws DuodaoError `deadlock` when it can never end. */
  look(): void {
    const now = performance.now();
    if (this.#strand === WHOLE_THREAD && now - this.#began < SOON_MS) return;
    if (this.#looked !== 0 && now - this.#looked < AGAIN_MS) return;
    this.#looked = now;
    const { ledger, tag } = here();
    // Outside, as a stack takes its time. There may have been no room for it the last time.
    const site = this.#entry < 0 ? (this.#site ?? callSite()) : '';
    const circle = ledger.inside(() => {
      if (this.#entry < 0)
        this.#entry = ledger.add('wait', tag, this.#strand, this.#object, site, this.#mode);
      const found = this.#circle();
      if (found) {
        // In the same step: who looked before our entry is out would find the circle as well, and two be told of it.
        ledger.remove(this.#entry, tag);
        this.#entry = -1;
      }
      return found;
    });
    if (!circle) return;
    const parties = circle.map((link) => describe(link));
    throw deadlock(this.#object, parties);
  }

  /** To be called once the wait is over, however it ended, and before whoever waited goes on. */
  end(): void {
    if (this.#entry < 0) return;
    const { ledger, tag } = here();
    ledger.inside(() => ledger.remove(this.#entry, tag));
    this.#entry = -1;
  }

  #circle(): Link[] | undefined {
    const { tag, ledger } = here();
    const entries = ledger.entries();
    const own = entries.find(({ index }) => index === this.#entry);
    if (!own) return undefined; // there was no room for it
    const me = { tag, strand: this.#strand };
    const rest = new Search(entries, me).wayBack(own);
    return rest && link([own, ...rest], entries);
  }
}

export interface WatchOptions {
  /** What exactly is waited for, where that makes a difference: see holders.ts. */
  readonly mode?: number;
  /** Where the wait is asked for, if that cannot be seen any more when it is looked at. */
  readonly site?: string;
}

/** A wait of a strand that is to be looked at; undefined if it is short. */
export function watchOf(
  object: SharedObject,
  strand: number,
  wait: WaitSync | undefined,
  options: WatchOptions = {},
): StrandWait | undefined {
  if ((wait?.timeoutMs ?? Number.POSITIVE_INFINITY) < PATIENCE_MS) return undefined;
  return new StrandWait(object, strand, options);
}

/** Blocks the thread as WaitPoint.waitSync() does, and looks meanwhile whether that can ever end. */
export function blockWatched<T>(
  point: WaitPoint,
  what: string,
  attempt: Attempt<T>,
  wait: WaitSync | undefined,
  object: SharedObject,
  mode = 0,
): T {
  const watch = watchOf(object, WHOLE_THREAD, wait, { mode });
  const look: Attempt<T> = (register) => {
    const result = attempt(register);
    if (result === NOT_YET && register) watch?.look();
    return result;
  };
  try {
    return point.waitSync(what, look, wait, SOON_MS);
  } finally {
    watch?.end();
  }
}

/** A walk from a wait to whoever holds what it is for, and on. Inside the guard of the ledger. */
class Search {
  readonly #entries: readonly Entry[];
  readonly #me: Holder;
  /** For each wait that was met, the waits from there on that lead back; undefined also while it is being asked. */
  readonly #ways: Map<number, Entry[] | undefined> = new Map();

  constructor(entries: readonly Entry[], me: Holder) {
    this.#entries = entries;
    this.#me = me;
  }

  /** The waits from the one who keeps this one waiting on, if they lead back to me. */
  wayBack({ object, other, tag }: Entry): Entry[] | undefined {
    const { all, oneIsEnough } = holdersOf(object, other.serial, tag);
    let way: Entry[] | undefined;
    for (const holder of all) {
      const its = this.#wayOf(holder);
      if (its && oneIsEnough) return its;
      if (!its && !oneIsEnough) return undefined;
      way ??= its;
    }
    return way;
  }

  #wayOf(holder: Holder): Entry[] | undefined {
    const { tag, strand } = this.#me;
    if (!here().isAlive(holder.tag)) return undefined;
    if (holder.tag === tag && (strand === WHOLE_THREAD || strand === holder.strand)) return [];
    let way: Entry[] | undefined;
    for (const entry of this.#waitsOf(holder)) {
      if (!this.#ways.has(entry.index)) {
        this.#ways.set(entry.index, undefined);
        const rest = this.wayBack(entry);
        this.#ways.set(entry.index, rest && [entry, ...rest]);
      }
      way = this.#ways.get(entry.index);
      if (!way) return undefined;
    }
    return way;
  }

  /** What a holder waits for: when its thread blocks, that. */
  #waitsOf({ tag, strand }: Holder): Entry[] {
    const waits = this.#entries.filter((entry) => entry.kind === 'wait' && entry.tag === tag);
    const blocked = waits.filter((entry) => entry.strand === WHOLE_THREAD);
    return blocked.length > 0 ? blocked : waits.filter((entry) => entry.strand === strand);
  }
}

/** One in the circle: waits for `wants`, and holds what the one before it waits for. */
interface Link {
  readonly who: Participant | undefined;
  readonly wants: Place;
  readonly site: string;
  readonly has: Place;
  readonly since: string;
}

function link(circle: readonly Entry[], entries: readonly Entry[]): Link[] {
  const { ledger, slots } = here();
  return circle.map((entry, index) => {
    const has = (circle.at(index - 1) as Entry).object;
    const hold = entries.find(
      ({ kind, tag, object }) =>
        kind === 'hold' && tag === entry.tag && object.offset === has.offset && object.serial === has.serial,
    );
    return {
      who: slots.describe(entry.tag),
      wants: entry.object,
      site: ledger.site(entry.index),
      has,
      since: hold ? ledger.site(hold.index) : '',
    };
  });
}

interface Party extends Omit<Link, 'wants' | 'has'> {
  readonly wants: string;
  readonly has: string;
}

function describe(one: Link): Party {
  return { ...one, wants: nameOf(one.wants), has: nameOf(one.has) };
}

/** What people call a shared object: its kind and its label, or its number. */
export function nameOf({ offset, serial }: Place): string {
  const object = here().objects.find({ kind: 0, offset: offset / 64, serial });
  const kind = object ? (kindOf(object.kind)?.name ?? 'object') : 'object';
  return object?.label ? `${kind} "${object.label}"` : `${kind} #${serial}`;
}

function deadlock(object: SharedObject, circle: readonly Party[]): DuodaoError {
  const lines = circle.map(
    ({ who, wants, site, has, since }) =>
      `  ${who?.name} (pid ${who?.pid}${who?.thread ? `, thread ${who.thread}` : ''}) holds the ${has}` +
      `${since && `, taken at ${since},`} and waits for the ${wants}${site && ` at ${site}`}`,
  );
  const message =
    `Cannot wait for the ${nameOf(object)} as that would never end: each of these waits for the next\n` +
    lines.join('\n');
  return new DuodaoError('deadlock', message, factsOf(circle));
}

/** `process1`, `pid1`, `thread1`, `holds1`, `waitsFor1`, `site1` are of whoever is told; the next it waits for. */
function factsOf(circle: readonly Party[]): Facts {
  const facts: Record<string, string | number> = { parties: circle.length };
  for (const [index, { who, wants, site, has, since }] of circle.entries()) {
    const number = index + 1;
    if (who) {
      facts[`process${number}`] = who.name;
      facts[`pid${number}`] = who.pid;
      facts[`thread${number}`] = who.thread;
    }
    facts[`holds${number}`] = has;
    if (since) facts[`since${number}`] = since;
    facts[`waitsFor${number}`] = wants;
    facts[`site${number}`] = site;
  }
  return facts;
}
