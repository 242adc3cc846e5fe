/**
 * When a run ends before its items do: the words of GNU parallel, `now,fail=1` or `soon,fail=10%`.
 *
 *     soon   no further item is begun; those that run come to their end
 *     now    those that run are ended as well
 *
 *     fail=N  success=N  done=N    so many items have failed, succeeded, or either
 *     fail=N%  success=N%          such a share of those that are done, from three of the kind on: the first one that
 *                                  fails is all of them so far
 *
 * @module
 */
import { quoted, UsageError } from '../usage-error.ts';

/** What is counted. */
type What = 'fail' | 'success' | 'done';

export interface Halt {
  readonly when: 'now' | 'soon';
  readonly what: What;
  readonly count: number;
  readonly isShare: boolean;
}

/** How the items ended so far. */
export interface Tally {
  readonly succeeded: number;
  readonly failed: number;
}

/** A share says nothing before. */
const SHARE_LEAST = 3;
const FORM = /^(now|soon),(fail|success|done)=(\d{1,15})(%?)$/;

/** @throws {@link UsageError} that shows the form. */
export function parseHalt(text: string): Halt | undefined {
  if (text === 'never') return undefined;
  const [, when, what, digits, percent] = FORM.exec(text) ?? [];
  const count = Number(digits);
  const isShare = percent === '%';
  if (when === undefined || what === undefined || count < 1 || (isShare && (count > 100 || what === 'done')))
    throw new UsageError(
      '--halt must be never, or now or soon and what ends the run, such as now,fail=1 or soon,fail=10% or ' +
        `soon,success=3: it is ${quoted(text)}`,
    );
  return { when: when as Halt['when'], what: what as What, count, isShare };
}

/** Whether the run is to end. */
export function isReached({ what, count, isShare }: Halt, { succeeded, failed }: Tally): boolean {
  const done = succeeded + failed;
  const counted = { fail: failed, success: succeeded, done }[what];
  return isShare ? counted >= SHARE_LEAST && counted * 100 >= count * done : counted >= count;
}
