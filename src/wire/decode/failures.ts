/**
 * Errors, on their way in: made anew as the class that was sent, then told everything that the old one knew.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { AGGREGATE_ERROR, DUODAO_ERROR, ERROR_CLASSES, ErrorPart, malformed } from '../format.ts';
import { defineHidden } from './properties.ts';
import type { Reader } from './reader.ts';

const PARTS = ErrorPart.message | ErrorPart.stack | ErrorPart.name | ErrorPart.cause | ErrorPart.errors;

/** Reads an error after its tag. */
export function readError(reader: Reader): Error {
  const index = reader.source.u8();
  const parts = reader.source.u8();
  if ((parts & ~PARTS) !== 0) throw malformed('an error has parts that we do not know');
  return reader.container(bare(index, parts), (error) => readParts(reader, error, parts));
}

/** An error with room for its parts: the engine makes `message` and `cause` properties that loops do not see. */
function bare(index: number, parts: number): Error {
  const limit = Error.stackTraceLimit;
  // Our own stack says nothing about this error, and takes longer to collect than all the rest. Set by Reflect, which
  // does not mind a frozen Error.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    const message = parts & ErrorPart.message ? '' : undefined;
    const options = parts & ErrorPart.cause ? { cause: undefined } : undefined;
    if (index === DUODAO_ERROR) return new DuodaoError('protocol', '', {}, options);
    if (index === AGGREGATE_ERROR) return new AggregateError([], message, options);
    const ErrorClass = ERROR_CLASSES[index];
    if (ErrorClass === undefined) throw malformed(`error class ${index} does not exist`);
    return new ErrorClass(message, options);
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

function readParts(reader: Reader, error: Error, parts: number): void {
  const { source } = reader;
  if (parts & ErrorPart.message) error.message = source.string();
  if (parts & ErrorPart.stack) error.stack = source.string();
  else Reflect.deleteProperty(error, 'stack');
  if (parts & ErrorPart.name) defineHidden(error, 'name', source.string());
  if (parts & ErrorPart.cause) error.cause = reader.value();
  if (parts & ErrorPart.errors) defineHidden(error, 'errors', reader.value());
  reader.entries(error);
  if (error instanceof DuodaoError && !isWhole(error))
    throw malformed('a DuodaoError has no code or no facts');
}

function isWhole(error: { readonly code: unknown; readonly facts: unknown }): boolean {
  return typeof error.code === 'string' && typeof error.facts === 'object' && error.facts !== null;
}
