/**
 * What the kernel says when it refuses.
 *
 * @module
 */
import { getSystemErrorName } from 'node:util';
import { DuodaoError, type ErrorCode } from '../base/index.ts';
import { libc } from './libc.ts';

export const ESRCH = 3;
export const EAGAIN = 11;
export const ETIMEDOUT = 110;

/** Turns the errno of the last call into an error of ours. */
export function refused(what: string, code: ErrorCode = 'unsupported'): DuodaoError {
  const errno = libc().errno();
  const name = errno > 0 ? getSystemErrorName(-errno) : 'no error';
  return new DuodaoError(code, `${what}: the system says ${name}`, { errno, name });
}
