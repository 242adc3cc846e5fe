/**
 * An end of a pipe as bytes. A pipe is a queue for each direction; an end is an object that has handles of them
 * in it.
 *
 *     offset  size  field     meaning
 *     0       4     farewell  1: whoever could reach it last has closed it
 *     4       4     -
 *     8       8     incoming  handle of the queue that it receives from: offset, serial; 0: none
 *     16      8     outgoing  handle of the queue that it sends to
 *     24      40    -
 *
 * Ends are objects so that somebody hears when one is lost. Each is held by whoever uses it and by messages it
 * lies in, as every shared object (memory/objects.ts); when nobody can reach it any more, however that came
 * about, it is released: its two queues are closed, as by a call after a farewell, else as by a loss, and what
 * nobody will receive any more is thrown away. A participant that dies on the way leaves that to the next one;
 * each step may be done twice.
 *
 * @module
 */
import { DuodaoError, layout } from '../base/index.ts';
import { BODY_OFFSET, here, type Kind, type Reference, type SharedObject } from '../memory/index.ts';
import { handlesIn, handlesSent, handlesTaken } from './crossing.ts';
import { QueueSteps } from './queue-steps.ts';
import { ifSound } from './if-sound.ts';

const END = layout('pipe end', 64, {
  farewell: [0, 'u32'],
  spare: [4, 'pad', 4],
  incoming: [8, 'u32', 2],
  outgoing: [16, 'u32', 2],
  more: [24, 'pad', 40],
});
const at = (offset: number): number => (BODY_OFFSET + offset) / 4;
const FAREWELL = at(END.farewell);
const DIRECTIONS = ['incoming', 'outgoing'] as const;
const QUEUE_KIND = 4;

/** Seen from an end. */
export type Direction = (typeof DIRECTIONS)[number];

/** The queues of an end, if something goes that way. */
export type EndQueues = Readonly<Record<Direction, SharedObject | undefined>>;

/** The handle of the queue of one direction; undefined where nothing goes. */
export function queueOf(end: SharedObject, direction: Direction): Reference | undefined {
  const index = at(END[direction]);
  const offset = Atomics.load(end.words, index) >>> 0;
  const serial = (end.words[index + 1] as number) >>> 0;
  return offset === 0 ? undefined : { kind: QUEUE_KIND, offset, serial };
}

/** Handles of all queues of an end. */
export function queuesOf(end: SharedObject): Reference[] {
  return DIRECTIONS.flatMap((direction) => queueOf(end, direction) ?? []);
}

/** Makes an end, held by this thread. @throws DuodaoError `no-space`; nothing has changed then. */
export function makeEnd(kind: Kind, queues: EndQueues): SharedObject {
  const { objects } = here();
  const references = DIRECTIONS.map((direction) => {
    const queue = queues[direction];
    return queue && objects.referenceOf(queue, QUEUE_KIND);
  });
  const handles = references.filter((reference) => reference !== undefined);
  handlesSent(handles);
  try {
    return objects.create(kind, { bodyBytes: END.sizeBytes, dataBytes: 0 }, '', ({ words }) => {
      for (const [index, direction] of DIRECTIONS.entries()) {
        const { offset, serial } = references[index] ?? { offset: 0, serial: 0 };
        words.set([offset, serial], at(END[direction]));
      }
    });
  } catch (error) {
    handlesTaken(handles);
    throw error;
  }
}

/** Gives an end up for this thread. If nobody else can reach it, it is closed; else nobody notices. */
export function leaveEnd(end: SharedObject): void {
  here().objects.leave(end, () => {
    end.words[FAREWELL] = 1;
  });
}

/** Tells the other side that nobody can reach this end any more: its last moment. */
export function releaseEnd(end: SharedObject): void {
  const isLost = end.words[FAREWELL] === 0;
  for (const direction of DIRECTIONS) {
    const reference = queueOf(end, direction);
    if (reference) releaseQueue(end, direction, reference, isLost);
  }
}

function releaseQueue(end: SharedObject, direction: Direction, reference: Reference, isLost: boolean): void {
  const { objects } = here();
  // Held meanwhile, so that nobody counts its handles while one is taken out (objects.ts).
  const queue = openQueue(reference);
  if (!queue) {
    Atomics.store(end.words, at(END[direction]), 0);
    return;
  }
  const steps = new QueueSteps(queue);
  const step = (): Uint8Array[] => {
    steps.body.close(isLost);
    return direction === 'incoming' ? steps.body.discard() : [];
  };
  const unread = ifSound(() => steps.inside(step)) ?? [];
  for (const handle of unread.flatMap(handlesIn)) objects.handleLost(handle);
  Atomics.store(end.words, at(END[direction]), 0);
  objects.handleTaken(reference);
  objects.leave(queue);
}

/** The queue of an end; undefined if its memory names one that is not there: that is the trouble of who wrote it. */
function openQueue(reference: Reference): SharedObject | undefined {
  try {
    return here().objects.open(reference);
  } catch (error) {
    if (error instanceof DuodaoError) return undefined;
    throw error;
  }
}
