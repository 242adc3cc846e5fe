/**
 * What users' code must and must not compile to when it handles our errors.
 *
 * How type tests work here: this file is compiled with everything else (`npm run types`) and never run. What
 * must compile is simply written down; above what must not stands `@ts-expect-error`, which is itself an
 * error when the line below compiles after all.
 */
import { assert, DuodaoError, type ErrorCode, type Facts } from '../../src/base/index.ts';
import { same } from './same.ts';

const error = new DuodaoError('timed-out', 'The lock was not free within 5 ms', { timeoutMs: 5 });
same<typeof error.code, ErrorCode>(true);
same<typeof error.facts, Facts>(true);
same<typeof error.facts, any>(false);

// The codes are a closed list, so a switch over them can be complete.
new DuodaoError('closed', 'The queue is closed', {}, { cause: error });
// @ts-expect-error: there is no such code
new DuodaoError('timeout', 'The lock was not free within 5 ms');
// @ts-expect-error: a fact is plain data
new DuodaoError('closed', 'The queue is closed', { since: new Date() });
// @ts-expect-error: an error says what happened
new DuodaoError('closed');

export function codeOf(failure: unknown): ErrorCode | undefined {
  // @ts-expect-error: what was caught may be anything
  failure.code;
  return failure instanceof DuodaoError ? failure.code : undefined;
}

export function isFull(failure: DuodaoError): boolean {
  // @ts-expect-error: no code is spelled like this
  if (failure.code === 'no_space') return false;
  return failure.code === 'no-space';
}

// @ts-expect-error: the code of a failure does not change
error.code = 'closed';
// @ts-expect-error: nor do its facts
error.facts['timeoutMs'] = 6;

export function lengthOf(list: string[] | undefined): number {
  assert(list, 'there is a list');
  same<typeof list, string[]>(true);
  return list.length;
}
