/**
 * Errors, on their way out: everything that a person needs who reads one on the other side.
 *
 * A class that the other side has, too (see `ERROR_CLASSES`), crosses as itself. Any other crosses as the nearest of
 * those that it extends, under its own name. What is lost is the class itself: its methods and accessors, and
 * `#private` state, for which alone no error is refused, since an error half told is better than a silent one.
 *
 * @module
 */
import { DUODAO_ERROR, ERROR, ERROR_CLASSES, ErrorPart, AGGREGATE_ERROR } from '../format.ts';
import { classFacts } from './classes.ts';
import { property, through } from './refusal.ts';
import type { Writer } from './writer.ts';

const TOLD_APART: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause']);

/** Writes an error, its tag included. */
export function writeError(writer: Writer, error: Error): void {
  const { sink } = writer;
  const index = nearestClass(error);
  const { message, stack } = error as { readonly message: unknown; readonly stack?: unknown };
  const name = tellingName(error, index);
  const hasMessage = message !== undefined && (message !== '' || Object.hasOwn(error, 'message'));
  const hasCause = Object.hasOwn(error, 'cause');
  const hasErrors = index === AGGREGATE_ERROR && Object.hasOwn(error, 'errors');
  sink.u8(ERROR);
  sink.u8(index);
  sink.u8(
    (hasMessage ? ErrorPart.message : 0) |
      (typeof stack === 'string' ? ErrorPart.stack : 0) |
      (name !== undefined ? ErrorPart.name : 0) |
      (hasCause ? ErrorPart.cause : 0) |
      (hasErrors ? ErrorPart.errors : 0),
  );
  writer.nesting.into(() => {
    if (hasMessage)
      sink.string(typeof message === 'string' ? message : Reflect.apply(String, null, [message]));
    if (typeof stack === 'string') sink.string(stack);
    if (name !== undefined) sink.string(name);
    if (hasCause) writePart(writer, error, 'cause');
    if (hasErrors) writePart(writer, error, 'errors');
    writer.entries(error, fieldsOf(error));
  });
}

function writePart(writer: Writer, error: Error, key: 'cause' | 'errors'): void {
  try {
    writer.value(Reflect.get(error, key));
  } catch (failure) {
    throw through(failure, () => property(key));
  }
}

/** The keys of what the error's author added. `code` is told even where somebody made it not enumerable. */
function fieldsOf(error: Error): string[] {
  const keys = Object.keys(error).filter(
    (key) => !TOLD_APART.has(key) || (key === 'name' && typeof error.name !== 'string'),
  );
  if (!keys.includes('code') && Object.hasOwn(error, 'code')) keys.push('code');
  return keys;
}

/** The name to tell, when the class alone would not tell it: one that was set, or else that of the class. */
function tellingName(error: Error, index: number): string | undefined {
  const name: unknown = error.name;
  const expected = ERROR_CLASSES[index]!.name;
  if (typeof name === 'string' && name !== expected) return name;
  const { name: className } = classFacts(Object.getPrototypeOf(error));
  return className !== '' && className !== expected ? className : undefined;
}

/** The index of the nearest class that the other side has. Another realm, or another copy of us, is known by name. */
function nearestClass(error: Error): number {
  for (
    let each: object | null = Object.getPrototypeOf(error);
    each !== null;
    each = Object.getPrototypeOf(each)
  ) {
    const prototype = each;
    const { name, native } = classFacts(prototype);
    const index = ERROR_CLASSES.findIndex(
      (known, at) =>
        known.prototype === prototype || (known.name === name && (native || at === DUODAO_ERROR)),
    );
    if (index >= 0) return index;
  }
  return 0;
}
