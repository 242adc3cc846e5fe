/**
 * How many processes and threads may boot at the same time.
 *
 * A boot is a Node.js start: more than 100 ms of processor and some 40 MB. A loop that starts ten thousand would have
 * the machine on its knees before the first of them did any work, so the rest wait here in their order, and `start()`
 * resolves when it is their turn. Whoever has begun its work counts no more, however long it lives.
 *
 * A module that never finishes loading holds its place for a limited time only. That time decides nothing but how many
 * boots there are at once.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import type { Life } from '../life.ts';

const BOOTS_AT_ONCE = Math.max(4, 2 * availableParallelism());
const PATIENCE_MS = 10_000;
/** Between two looks, while somebody waits for a turn. Nobody looks when nobody waits. */
const LOOK_MS = 5;

const booting: Map<Life, number> = new Map();
const queue: { readonly life: Life; readonly enter: () => void }[] = [];

/**
 * Launches now if there is room, and gives undefined; else a promise for the moment when it was launched, or has ended
 * before its turn.
 */
export function passGate(life: Life, launch: () => void): Promise<void> | undefined {
  if (queue.length === 0 && countBoots() < BOOTS_AT_ONCE) {
    enter(life, launch);
    return undefined;
  }
  return new Promise((resolve) => {
    queue.push({
      life,
      enter() {
        if (life.isAlive) enter(life, launch);
        resolve();
      },
    });
    if (queue.length === 1) lookSoon();
  });
}

/** How many boot now. */
export function countBoots(): number {
  const now = performance.now();
  for (const [life, since] of booting) {
    if (!life.isAlive || life.stage !== 'ready' || now - since > PATIENCE_MS) booting.delete(life);
  }
  return booting.size;
}

/** How many of those that boot now, beside this one, have no place among the participants yet. */
export function countUnplaced(beside?: Life): number {
  countBoots();
  return [...booting.keys()].filter((life) => life !== beside && !life.hasPlace).length;
}

/** It has ended: nothing of it may be kept here. */
export function leaveGate(life: Life): void {
  booting.delete(life);
}

function enter(life: Life, launch: () => void): void {
  booting.set(life, performance.now());
  launch();
}

function lookSoon(): void {
  // It keeps the process alive: somebody has been promised a start.
  setTimeout(() => {
    while (queue.length > 0 && (queue[0]?.life.isAlive === false || countBoots() < BOOTS_AT_ONCE))
      queue.shift()?.enter();
    if (queue.length > 0) lookSoon();
  }, LOOK_MS);
}
