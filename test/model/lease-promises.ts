/**
 * What a queue's records promise, whoever dies:
 *
 *     no item lost      what a put has confirmed is in the queue until somebody had it for good, or died
 *                       with it in hand
 *     none doubled      one taker at a time; again only after the earlier one died or gave it back, and then
 *                       the delivery says so
 *     whole             whoever takes an item finds the payload that was put
 *     order             the oldest that is there is taken; what came back has its old place
 *     derived words     whenever the guard is free and clean: ready, leased and head are what the records
 *                       say, and nothing before scan is READY
 *     space comes back  nothing DONE stays before the head, and nothing is leased to the buried for ever
 *
 * @module
 */
import { isLeased, type Queue, READY, slotOf, type Taken } from './lease.ts';
import type { State } from './lease-world.ts';

export function idAt(queue: Queue, position: number): number {
  return queue.words.id[queue.unit(position)] as number;
}

function isNeeded(state: number): boolean {
  return state === READY || isLeased(state);
}

/** Whether an item is in the queue, for somebody to have it. */
export function isLive(queue: Queue, id: number): boolean {
  return queue
    .positions()
    .some((position) => isNeeded(queue.state(position)) && idAt(queue, position) === id);
}

/** What is wrong with handing this item to this taker, if anything. */
export function faultOfDelivery(s: State, queue: Queue, taker: number, taken: Taken): string {
  const { words } = queue;
  const { id, position } = taken;
  const unit = queue.unit(position);
  const length = words.length[unit] as number;
  const payload = words.payload.slice(unit, unit + length);
  const first = queue.positions().find((at) => at === position || queue.state(at) === READY);
  if (length < 1 || payload.some((part) => part !== id)) return 'an item is torn';
  if (first !== position) return 'an item is taken out of turn';
  if (s.ended & (1 << id)) return 'an item is doubled';
  if (s.people.some((p, i) => i !== taker && p.at === 'works' && p.id === id)) return 'an item is doubled';
  return s.handed & (1 << id) && taken.deliveries < 2 ? 'a redelivery does not say so' : '';
}

/** What must never be, and is. */
export function brokenPromise(s: State, queue: Queue): string | undefined {
  const { words } = queue;
  const positions = queue.positions();
  const needed = positions.filter((position) => isNeeded(queue.state(position)));
  const ids = needed.map((position) => idAt(queue, position));
  const live = ids.reduce((bits, id) => bits | (1 << id), 0);
  if (s.confirmed & ~s.ended & ~live) return 'an item is lost';
  if (s.ended & live) return 'an item that was had is still there';
  if (ids.some((id, i) => i > 0 && id <= (ids[i - 1] as number))) return 'the order is lost';
  if (s.died) return undefined;
  const ready = needed.filter((position) => queue.state(position) === READY);
  if (words.ready !== ready.length) return 'ready is wrong';
  if (words.leased !== needed.length - ready.length) return 'leased is wrong';
  if (words.head !== (needed[0] ?? words.tail)) return 'head is wrong';
  const behind = queue.distance(words.head, words.scan);
  return ready.some((position) => queue.distance(words.head, position) < behind)
    ? 'scan is wrong'
    : undefined;
}

/** Asked when nobody can do anything any more: whether items are out of reach for good. */
export function leasedToBuried(s: State, queue: Queue): string | undefined {
  if (s.people.every((p) => p.at === 'dead' || p.at === 'buried')) return undefined;
  const lost = queue
    .positions()
    .some((at) => isLeased(queue.state(at)) && s.people[slotOf(queue.state(at))]?.at === 'buried');
  return lost ? 'an item is leased to the buried' : undefined;
}
