/**
 * How a child or a thread answers: what its target gave goes into the record, and what went wrong to standard error,
 * too, with the name of whoever it was.
 *
 * @module
 */
import { inspect } from 'node:util';
import { makeParcel } from '../../ipc/index.ts';
import type { ProcessRecord } from '../record/record.ts';

/** Puts what the target of `name` returned or threw into the record. */
export function deliver(
  record: ProcessRecord,
  name: string,
  outcome: 'value' | 'error',
  value: unknown,
): void {
  try {
    record.deliver(outcome, makeParcel(value, outcome === 'value' ? 'result' : 'error'));
  } catch (refusal) {
    // What came back cannot cross, or the arena is full: then that is what the parent is told.
    process.exitCode = 1;
    const told = outcome === 'error' && value instanceof Error ? halfTold(value, refusal) : refusal;
    record.deliver('error', makeParcel(told, 'error'));
    complain(name, refusal);
  }
}

/** An error that cannot cross whole, without the parts that may be to blame; its cause says which one it was. */
function halfTold(error: Error, refusal: unknown): Error {
  const told = new Error(error.message, { cause: refusal });
  Object.setPrototypeOf(told, Object.getPrototypeOf(error) as object); // it crosses as the same class
  if (typeof error.stack === 'string') told.stack = error.stack;
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'cause' && ['string', 'number', 'boolean'].includes(typeof value))
      Reflect.set(told, key, value);
  }
  return told;
}

/**
 * Says on standard error what went wrong, as nobody may ever ask for the result. A string that is thrown is the text to
 * end with, as that of Python's `sys.exit('text')`: it is printed as it is.
 */
export function complain(name: string, error: unknown): void {
  if (typeof error === 'string') {
    process.stderr.write(`${error}\n`);
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : `Thrown: ${inspect(error)}`;
  process.stderr.write(`${name}: ${text}\n`);
}

/**
 * Has `name()` stand before what Node.js prints when it ends this process by an error that nobody caught. A listener
 * that only watches: what a program does with such errors stays its own.
 */
export function signFailures(name: () => string): void {
  process.on('uncaughtExceptionMonitor', () => {
    const isCaught = process.listenerCount('uncaughtException') > 0;
    if (isCaught || process.hasUncaughtExceptionCaptureCallback()) return;
    process.stderr.write(`${name()}: nobody caught this error:\n`);
  });
}
