/**
 * What was thrown on one side, told on the other: as words, which are never evaluated.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';

/** What is told of an error. */
export interface ErrorField {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/** So that it fits into the header that a peer takes, whatever is in it: in JSON a character may take six bytes. */
const LONGEST = { name: 128, message: 2000, code: 64, stack: 6000 } as const;

/** What to tell of something that was thrown. Never throws. */
export function errorField(error: unknown, withStack: boolean): ErrorField {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: cut('message', error) };
    const { code } = error as { code?: unknown };
    return {
      name: cut('name', error.name),
      message: cut('message', error.message),
      ...(typeof code === 'string' && { code: cut('code', code) }),
      ...(withStack && { stack: cut('stack', error.stack) }),
    };
  } catch {
    return { name: 'Error', message: 'What was thrown cannot be put into words' };
  }
}

/** The error in the words of another side, who may say anything. */
export function remoteError(field: unknown): DuodaoError {
  const fields = (typeof field === 'object' && field !== null ? field : { message: field }) as Readonly<
    Record<keyof ErrorField, unknown>
  >;
  const of = (name: keyof ErrorField): string | undefined => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === 'string' ? cut(name, value) : undefined;
  };
  const name = of('name') ?? 'Error';
  const message = of('message') ?? '';
  const code = of('code');
  const words = message === '' ? name : `${name}: ${message}`;
  const cause = new Error(message);
  // Its stack is that of the other side, or none: ours would only show that a message was received.
  for (const [key, value] of Object.entries({ name, stack: of('stack') ?? words }))
    Object.defineProperty(cause, key, { value, writable: true, configurable: true });
  const facts = { name, message, ...(code !== undefined && { code }) };
  return new DuodaoError('remote', `The request failed on the other side: ${words}`, facts, { cause });
}

/** Half of a character, which may be where it is cut, has no place in UTF-8: it becomes U+FFFD. */
function cut(name: keyof ErrorField, value: unknown): string {
  return Buffer.from(String(value).slice(0, LONGEST[name])).toString();
}
