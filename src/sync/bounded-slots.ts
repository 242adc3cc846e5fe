/**
 * Tables with a place for each participant, as several classes here keep them in their data.
 *
 * @module
 */
import { here, type Tag, WAIT_SET_WORDS } from '../memory/index.ts';

/** How many participants there can be: a wait set has a bit for each. */
export const SLOTS: number = WAIT_SET_WORDS * 32;

/** The slot of a participant that is alive, or dead and not yet buried; −1 for any other. */
export function slotOf(tag: Tag): number {
  const { slots } = here();
  for (let slot = 0; slot < slots.top; slot++) if (slots.tagOf(slot) === tag) return slot;
  return -1;
}
