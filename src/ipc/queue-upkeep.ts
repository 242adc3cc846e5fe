/**
 * What keeps a queue in order: room that nobody needs any more, what the dead left, numbers that are derived.
 *
 * All of it runs inside the guard, and may be cut short before any store and run again.
 *
 * Dead letters. An item whose takers die again and again stays in the ring, out of sight of takers, until somebody
 * takes it as a dead letter. So that it does not keep the head of the ring where it is, it is moved into room behind
 * it that is free already: written there first, as what a DONE record contains; then that record's state, which is
 * the commit; then its old place is DONE. A death between the last two leaves it twice, under one id: repair() ends
 * that.
 *
 * @module
 */
import { FAULTY, pass } from '../base/index.ts';
import type { Tag } from '../memory/index.ts';
import type { QueueFields } from './queue-fields.ts';
import {
  CLAIMED,
  claimedBy,
  DEAD,
  deathsIn,
  DONE,
  kindOfState,
  LEASED,
  leasedTo,
  MOST_DEATHS,
  PAD,
  READY,
  recordBytes,
  restingAfter,
} from './record-ring.ts';

/** The state in which an item waits after so many of its takers died. */
export function restingState(queue: QueueFields, deaths: number): number {
  const limit = queue.deathLimit;
  return restingAfter(Math.min(deaths, MOST_DEATHS), limit > 0 && deaths >= limit ? DEAD : READY);
}

/** Moves the head over what nobody needs any more. */
export function reclaim(queue: QueueFields): void {
  const { head: from, tail, ring } = queue;
  let head = from;
  while (head !== tail) {
    const next = ring.after(head, tail);
    const state = ring.state(head);
    if (state !== DONE && state !== PAD) break;
    head = next;
  }
  if (head === from) return;
  if ((queue.scan - from) >>> 0 < (head - from) >>> 0) queue.scan = head;
  if (FAULTY) pass('queue.reclaimed');
  queue.head = head;
}

/** Derives everything that is derived. */
export function repair(queue: QueueFields): void {
  endMove(queue);
  reclaim(queue);
  const counts = new Map<number, number>();
  for (const position of queue.positions()) {
    const kind = kindOfState(queue.ring.state(position));
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  queue.scan = queue.head;
  queue.ready = counts.get(READY) ?? 0;
  queue.leased = counts.get(LEASED) ?? 0;
  queue.claimed = counts.get(CLAIMED) ?? 0;
  queue.dead = counts.get(DEAD) ?? 0;
  for (const set of [queue.getters, queue.putters, queue.joiners]) set.recount();
}

/** Gives what a dead participant had leased to others, and ends what it was still copying in. */
export function reap(queue: QueueFields, dead: Tag): void {
  const { ring } = queue;
  if (queue.leased === 0 && queue.claimed === 0) return;
  const [lease, claim] = [leasedTo(dead), claimedBy(dead)];
  for (const position of queue.positions()) {
    const state = ring.state(position);
    if (state !== lease && state !== claim) continue;
    // Somebody may wait for it, for its room, or for the end of all that is pending.
    for (const set of [queue.getters, queue.putters, queue.joiners]) set.ringAll(queue.bell);
    ring.setState(position, state === claim ? DONE : restingState(queue, ring.deaths(position) + 1)); // the commit
    if (FAULTY) pass('queue.reaped');
  }
  repair(queue);
}

/** Throws everything away, what is leased too, and gives the payloads that refer to others. For a closed queue. */
export function discard(queue: QueueFields): Uint8Array[] {
  const payloads = [...payloadsWithLinks(queue)];
  for (const set of [queue.getters, queue.joiners]) set.ringAll(queue.bell);
  for (const position of queue.positions()) {
    if (queue.ring.state(position) !== PAD) queue.ring.setState(position, DONE); // a commit each
  }
  repair(queue);
  return payloads;
}

/** Payloads of all items that refer to shared objects or functions. */
export function* payloadsWithLinks(queue: QueueFields): Generator<Uint8Array> {
  const { ring } = queue;
  for (const position of queue.positions()) {
    const state = ring.state(position);
    if (state === DONE || state === PAD || ring.links(position) === 0) continue;
    yield ring.payload(position);
  }
}

/** Makes room where dead letters are in the way. True when there is more than before. */
export function makeRoom(queue: QueueFields): boolean {
  return queue.dead > 0 && (trim(queue) || moveLetter(queue));
}

/** Moves the tail back over records that nobody needs. */
function trim(queue: QueueFields): boolean {
  const { ring, tail } = queue;
  let end = queue.head;
  for (const position of queue.positions()) {
    const state = ring.state(position);
    if (state !== DONE && state !== PAD) end = ring.after(position, tail);
  }
  if (end === tail) return false;
  queue.scan = queue.head;
  queue.tail = end; // the commit
  return true;
}

/** Moves the dead letter at the head out of the way, if there is room behind it. True when the head has moved. */
function moveLetter(queue: QueueFields): boolean {
  const { ring, head, tail } = queue;
  if (head === tail || kindOfState(ring.state(head)) !== DEAD) return false;
  const sizeBytes = recordBytes(ring.length(head));
  const room = roomBehind(queue, sizeBytes);
  if (!room) return false;
  const { position, bytes } = room;
  queue.scan = head; // it may be at one of the records that become one
  // Until the commit all of this is the inside of one DONE record.
  ring.setLength(position, bytes - recordBytes(0));
  if (bytes > sizeBytes) ring.writePad((position + sizeBytes) | 0, bytes - sizeBytes);
  ring.copyInside(head, position);
  ring.setLength(position, ring.length(head));
  ring.setState(position, ring.state(head)); // the commit
  ring.setState(head, DONE);
  reclaim(queue);
  return true;
}

interface Room {
  readonly position: number;
  readonly bytes: number;
}

/**
 * The last room of `sizeBytes` behind the head: from a DONE record to the end of those that follow it. The last, so
 * that the letter is out of the way for as long as can be.
 */
function roomBehind(queue: QueueFields, sizeBytes: number): Room | undefined {
  const { ring, tail } = queue;
  let room: Room | undefined;
  let starts: number[] = [];
  for (const position of queue.positions()) {
    const state = ring.state(position);
    if ((state !== DONE && state !== PAD) || ring.toEnd(position) === ring.sizeBytes) starts = [];
    if (state === DONE) starts.push(position);
    const end = ring.after(position, tail);
    while (starts.length > 1 && (end - (starts[1] as number)) >>> 0 >= sizeBytes) starts.shift();
    const [start] = starts;
    if (start !== undefined && (end - start) >>> 0 >= sizeBytes)
      room = { position: start, bytes: (end - start) >>> 0 };
  }
  return room;
}

/** Ends a move that a death cut short: the letter at the head that is also further back is DONE. */
function endMove(queue: QueueFields): void {
  const { ring, head, tail } = queue;
  if (head === tail) return;
  const next = ring.after(head, tail);
  if (kindOfState(ring.state(head)) !== DEAD) return;
  const id = ring.id(head);
  for (const position of ring.positions(next, tail)) {
    const isTwin = ring.id(position) === id && kindOfState(ring.state(position)) === DEAD;
    if (!isTwin || deathsIn(ring.state(position)) !== deathsIn(ring.state(head))) continue;
    ring.setState(head, DONE);
    return;
  }
}
