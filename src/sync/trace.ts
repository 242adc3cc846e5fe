/**
 * The development switch `DUODAO_TRACE=locks`: who took what where, and whether locks are always taken in one order.
 *
 * With it, each lock that is taken is written into the ledger with its line of code, so that a deadlock names the
 * lines of the holders, too. And each lock that is waited for while another is held says: that one before this one.
 * As soon as two such sentences contradict each other, over any number of locks, processes and minutes, a warning
 * names the lines, although nothing has come to a standstill this time.
 *
 * It costs microseconds for each lock that is taken.
 *
 * Source of the idea: lockdep of the Linux kernel (Documentation/locking/lockdep-design.rst); here for each lock by
 * itself instead of for classes of them.
 *
 * @module
 */
import { callSite } from '../base/index.ts';
import { type Entry, here, type Place } from '../memory/index.ts';
import type { LockBody } from './lock-body.ts';
import { NOBODY, WHOLE_THREAD } from './strand.ts';
import { nameOf } from './wait-graph.ts';

const WANTED = process.env['DUODAO_TRACE'] ?? '';
/** Whether this process tells everything about its locks. */
export const TRACES: boolean = WANTED.split(',').includes('locks');

/** A lock that is held, as the ledger has it. */
export class Trace {
  #entry = -1;

  /** To be called once the lock is taken; `waiter` is who would have waited for it: see Held.tryTake(). */
  static begin({ object }: LockBody, strand: number, waiter: number): Trace {
    const { ledger, tag } = here();
    const site = callSite();
    let reversed: Step[] = [];
    const entry = ledger.inside(() => {
      const entries = ledger.entries();
      if (waiter !== NOBODY) reversed = noteOrder(entries, object, site, waiter);
      return ledger.add('hold', tag, strand, object, site);
    });
    if (reversed.length > 0) warn(reversed);
    const trace = new Trace();
    trace.#entry = entry;
    return trace;
  }

  /** To be called before the lock is released. */
  end(): void {
    const { ledger, tag } = here();
    ledger.inside(() => ledger.remove(this.#entry, tag));
  }
}

/** That `second` was taken while `first` was held, and where. */
interface Step {
  readonly first: Place;
  readonly firstSite: string;
  readonly second: Place;
  readonly secondSite: string;
}

const isSame = (one: Place, other: Place): boolean =>
  one.offset === other.offset && one.serial === other.serial;

/** Notes what the waiter took before, and gives the steps of the first circle that this closes. */
function noteOrder(entries: readonly Entry[], object: Place, site: string, waiter: number): Step[] {
  const { ledger, tag } = here();
  const orders = entries.filter(({ kind }) => kind === 'order');
  let reversed: Step[] = [];
  for (const hold of entries) {
    if (hold.kind !== 'hold' || hold.tag !== tag || isSame(hold.object, object)) continue;
    if (waiter !== WHOLE_THREAD && hold.strand !== waiter) continue;
    if (orders.some((order) => isSame(order.other, hold.object) && isSame(order.object, object))) continue;
    const holdSite = ledger.site(hold.index);
    const own = { first: hold.object, firstSite: holdSite, second: object, secondSite: site };
    const rest = pathOf(orders, object, hold.object, new Set());
    if (rest && reversed.length === 0) reversed = [own, ...rest];
    ledger.addOrder(object, site, hold.object, holdSite);
  }
  return reversed;
}

/** The orders that lead from one lock to another. */
function pathOf(orders: readonly Entry[], from: Place, to: Place, passed: Set<number>): Step[] | undefined {
  const { ledger } = here();
  for (const order of orders) {
    if (passed.has(order.index) || !isSame(order.other, from)) continue;
    passed.add(order.index);
    const step = {
      first: order.other,
      firstSite: ledger.otherSite(order.index),
      second: order.object,
      secondSite: ledger.site(order.index),
    };
    if (isSame(order.object, to)) return [step];
    const rest = pathOf(orders, order.object, to, passed);
    if (rest) return [step, ...rest];
  }
  return undefined;
}

function warn(steps: readonly Step[]): void {
  const lines = steps.map(
    ({ first, firstSite, second, secondSite }) =>
      `  the ${nameOf(first)}, taken at ${firstSite}, and then the ${nameOf(second)} at ${secondSite}`,
  );
  process.emitWarning('Locks are taken in different orders, which can end in a deadlock', {
    type: 'DuodaoWarning',
    code: 'DUODAO_LOCK_ORDER',
    detail: lines.join('\n'),
  });
}
