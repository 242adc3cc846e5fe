/**
 * What a run queue chose, with its reason put into words only when somebody reads it: writing numbers takes longer than
 * choosing.
 *
 * @module
 */
import type { Choice, Job } from '../policy.ts';

export function chosen<J extends Job>(job: J, quantum: number | undefined, words: () => string): Choice<J> {
  if (quantum === undefined)
    return {
      job,
      get why() {
        return words();
      },
    };
  return {
    job,
    quantum,
    get why() {
      return words();
    },
  };
}
