/**
 * Errors, on their way in: made anew as the class that was sent, then told everything that the old one knew.
 *
 * @module
 */
import { DUODAO_ERROR, ERROR_CLASSES, ErrorPart, malformed } from '../format.ts';
import { DuodaoError } from '../../base/index.ts';
import { putHidden } from './properties.ts';
import type { Reader } from './reader.ts';

const PARTS = ErrorPart.message | ErrorPart.stack | ErrorPart.name | ErrorPart.cause | ErrorPart.errors;

/** Makes an error of the class whose index comes next. Its parts are read into it by `readErrorParts`. */
export function readErrorClass(reader: Reader): Error {
  const index = reader.source.u8();
  const limit = Error.stackTraceLimit;
  // Our own stack says nothing about this error, and takes longer to collect than all the rest.
  // Set by Reflect, which does not mind a frozen Error.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    if (index === DUODAO_ERROR) return new DuodaoError('protocol', '');
    const ErrorClass = ERROR_CLASSES[index];
    if (ErrorClass === undefined) throw malformed(`error class ${index} does not exist`);
    return ErrorClass === (AggregateError as unknown) ? new AggregateError([]) : new ErrorClass();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

export function readErrorParts(reader: Reader, error: Error): void {
  const { source } = reader;
  const parts = source.u8();
  if ((parts & ~PARTS) !== 0) throw malformed('an error has parts that we do not know');
  if (parts & ErrorPart.message) putHidden(error, 'message', source.string());
  if (parts & ErrorPart.stack) putHidden(error, 'stack', source.string());
  else Reflect.deleteProperty(error, 'stack');
  if (parts & ErrorPart.name) putHidden(error, 'name', source.string());
  if (parts & ErrorPart.cause) putHidden(error, 'cause', reader.value());
  if (parts & ErrorPart.errors) putHidden(error, 'errors', reader.value());
  reader.entries(error);
  if (
    error instanceof DuodaoError &&
    (typeof error.code !== 'string' || typeof error.facts !== 'object' || error.facts === null)
  )
    throw malformed('a DuodaoError has no code or no facts');
}
