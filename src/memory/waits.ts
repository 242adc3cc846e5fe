/**
 * Who waits for which object at this moment, as the signs at the slots say (wait-sign.ts).
 *
 * @module
 */
import { here } from './here.ts';
import { BODY_OFFSET, readHeader, type SharedObject } from './object.ts';
import { readSign } from './wait-sign.ts';

const LINE = 64;

/** A thread that waits. */
export interface WaitNow {
  readonly pid: number;
  readonly object: SharedObject;
}

/** All waits of living threads, those in event loops included. Each may be over by the time it is looked at. */
export function waitsNow(): WaitNow[] {
  const { slots } = here();
  const found: WaitNow[] = [];
  for (let slot = 0; slot < slots.top; slot++) {
    if (!slots.isTaken(slot)) continue;
    const { lines } = readSign(slots.sign(slot));
    if (lines.length === 0 || slots.isDead(slot)) continue;
    for (const line of lines) {
      const object = objectAt(line);
      if (object) found.push({ pid: slots.pid(slot), object });
    }
  }
  return found;
}

/** The object that lies there now, if one does. */
function objectAt(line: number): SharedObject | undefined {
  const { arena, objects } = here();
  const { serial } = readHeader(arena.view(line * LINE, BODY_OFFSET));
  return objects.find({ kind: 0, offset: line, serial });
}
