/**
 * How a value that cannot cross is refused: with the path to it.
 *
 * The writer keeps no path while all goes well. Where a value is refused, a `Refusal` is thrown; each container on
 * its way up adds the step that leads into it, and `encode()` turns it into the error that callers see.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export class Refusal {
  readonly #what: string;
  readonly #cause: unknown;
  readonly #steps: string[] = [];

  /** @param what - ends the sentence "args[0].onDone is …". */
  constructor(what: string, cause?: unknown) {
    this.#what = what;
    this.#cause = cause;
  }

  /** Says which step leads from the container to where we were. */
  inside(step: string): void {
    this.#steps.push(step);
  }

  /** The error for the caller. @param root - what the path begins with. */
  toError(root: string): DuodaoError {
    const path = root + this.#steps.reverse().join('');
    const subject = path === root ? 'it' : path;
    return new DuodaoError(
      'not-cloneable',
      `Cannot send ${root} as ${subject} is ${this.#what}`,
      { path },
      this.#cause === undefined ? undefined : { cause: this.#cause },
    );
  }
}

/** Adds a step to a refusal on its way up; any other error passes as it is. For `throw through(error, …)`. */
export function through(error: unknown, step: () => string): unknown {
  if (error instanceof Refusal) error.inside(step());
  return error;
}

/** The step to a property: `.name`, or `["some name"]`. */
export function property(key: string): string {
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** The step to the value under a key of a Map. */
export function underKey(key: unknown, index: number): string {
  const plain = typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';
  return plain ? `.get(${JSON.stringify(key)})` : `.<value ${index}>`;
}
