/**
 * What the person at the command line got wrong: an option, or a file that was given.
 *
 * A usage error ends the program with exit code 2 and its sentences, without a stack: the reader wants to
 * know where to look, not where we noticed. A file can have many faults, and a person mends them in one go,
 * so `Faults` collects them and throws them together.
 *
 * @module
 */

/** A mistake in what was asked for or given. Its message may have several lines, one fault on each. */
export class UsageError extends Error {}
Object.defineProperty(UsageError.prototype, 'name', {
  value: 'UsageError',
  writable: true,
  configurable: true,
});

/** More than these would scroll the first one, which often caused the rest, off the screen. */
const SHOWN_MOST = 10;

/** Collects the faults of one file, keeping the first few and the count of all. */
export class Faults {
  readonly #first: string[] = [];
  #count = 0;

  add(sentence: string): void {
    this.#count++;
    if (this.#first.length < SHOWN_MOST) this.#first.push(sentence);
  }

  /** @throws {@link UsageError} with all sentences, when there are any. */
  throwIfAny(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#first.length;
    const rest = more === 0 ? [] : [`and ${more} more like these`];
    throw new UsageError([...this.#first, ...rest].join('\n'));
  }
}

/** How a value out of JSON or a text is quoted back: as JSON, so that nothing in it can move the cursor. */
export function quoted(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ELOOP: 'its symbolic links go in a circle',
  EROFS: 'the file system is read-only',
};

/** The usage error for a file that the system would not open or read. */
export function fileError(action: 'read' | 'write', path: string, cause: unknown): UsageError {
  const code = systemCode(cause);
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new UsageError(`Cannot ${action} ${path} as ${reason}`, { cause });
}

/** The system's word for a failure (`ENOENT`), or nothing when it is not the system's. */
export function systemCode(cause: unknown): string {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}
