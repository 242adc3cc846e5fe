/**
 * What the exit code says, as that of GNU parallel does: how many items have failed.
 *
 *     0        none has, or the run has ended by `--halt …,success=N`
 *     1–100    so many have
 *     101      more
 *     130, 143 the run was ended by Ctrl-C, or by SIGTERM
 *     255      the run itself failed: its input could not be read to the end, or its joblog not be written
 *     2        and nothing was run: it was asked wrongly (the sentence about it tells this from two failed items)
 *
 * @module
 */
import { codeOfEndBy } from '../interrupt.ts';

export const RUN_FAILED = 255;
const COUNT_MOST = 100;

/** How a run ended. */
export interface Ending {
  readonly failed: number;
  /** It had as many successes as it was to have. */
  readonly isEnough: boolean;
  readonly signal: NodeJS.Signals | undefined;
  /** Why the run itself failed. */
  readonly failure: Error | undefined;
}

export function exitCodeOf({ failed, isEnough, signal, failure }: Ending): number {
  if (signal !== undefined) return codeOfEndBy(signal);
  if (failure !== undefined) return RUN_FAILED;
  return isEnough ? 0 : Math.min(failed, COUNT_MOST + 1);
}
