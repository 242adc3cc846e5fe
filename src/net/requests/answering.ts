/**
 * Handlers that answer requests: as a function of one request, and as a class.
 *
 * The function form is made while the program runs. Other threads and processes find functions and classes by the name
 * under which a module exports them, and `export const handle = answering(…)` has none of its own: a server with
 * workers takes the class form, or is told the name by `task(import.meta.url, 'handle')`.
 *
 * @module
 */
import type { DictHeader } from '../../wire/index.ts';
import type { Address } from '../address.ts';
import { RequestHandler } from '../server/handler.ts';
import { wholeNumber } from '../server/options.ts';
import type { HandleError } from '../server/plan.ts';
import { report } from '../server/report.ts';
import { type Answer, answerAll, type AnswerFunction } from './answer.ts';
import type { DictConnection } from './requester-options.ts';

const CONCURRENCY = 64;
const NAMES: readonly string[] = ['concurrency', 'exposeErrors', 'handleError'];

/** How to answer. */
export interface AnsweringOptions {
  /** Requests of one connection that are at work at once; 64 if left out. */
  readonly concurrency?: number;
  /** Tells who asked also the stack of what was thrown, and so the paths of files; false if left out. */
  readonly exposeErrors?: boolean;
  /** Called with what an answer failed with. It is told to who asked in any case. */
  readonly handleError?: HandleError;
}

/** A handler for servers whose framing is `dictHeader()`. */
export type AnsweringHandler = (request: DictConnection, clientAddress: Address) => Promise<void>;

/**
 * A handler that answers each request by a function, several requests of a connection at once.
 *
 * What the function throws is told to who asked, by name, message and code: throw what they may read.
 *
 * @example
 * ```ts
 * const handler = answering(async ({ word }) => ({ header: { length: String(word).length } }));
 * const server = await new TcpServer({ handler, framing: dictHeader(), port: 8000 }).listen();
 * ```
 */
export function answering(answer: AnswerFunction, options: AnsweringOptions = {}): AnsweringHandler {
  if (typeof answer !== 'function')
    throw new TypeError(
      `Cannot answer requests as a function must do it: it is ${answer === null ? 'null' : typeof answer}`,
    );
  const other = Object.keys(options).find((name) => !NAMES.includes(name));
  if (other !== undefined)
    throw new TypeError(
      `Cannot answer requests as there is no option ${other}: there are ${NAMES.join(', ')}`,
    );
  const { exposeErrors = false, handleError } = options;
  const concurrency = concurrencyOf(options.concurrency);
  return (request, client) =>
    answerAll(request, client, {
      answer,
      concurrency,
      exposeErrors,
      failed: (error) => tell(error, client, handleError),
    });
}

/**
 * A handler that answers requests, as a class: it also works in other threads and processes, when a module exports it.
 * An object of it serves one connection; fields are kept from one request to the next.
 *
 * @example
 * ```ts
 * export class Clerk extends Answering {
 *   override concurrency = 8;
 *   answer({ word }: DictHeader) {
 *     return { header: { length: String(word).length } };
 *   }
 * }
 * const server = new TcpServer({ handler: Clerk, framing: dictHeader(), concurrency: 'processes' });
 * ```
 */
export abstract class Answering extends RequestHandler<DictConnection> {
  /** Requests of this connection that are at work at once. */
  concurrency: number = CONCURRENCY;
  /** Tells who asked also the stack of what was thrown. */
  exposeErrors: boolean = false;

  /** Answers one request. What it throws is told to who asked: by name, message and code. */
  abstract answer(header: DictHeader, body: Buffer, clientAddress: Address): Answer | Promise<Answer>;

  /** Is told of what an answer failed with. */
  failed(_error: unknown): void | Promise<void> {}

  override handle(): Promise<void> {
    const { request, clientAddress, exposeErrors } = this;
    return answerAll(request, clientAddress, {
      answer: (header, body, client) => this.answer(header, body, client),
      concurrency: concurrencyOf(this.concurrency),
      exposeErrors,
      failed: (error) => tell(error, clientAddress, (reason) => this.failed(reason)),
    });
  }
}

function concurrencyOf(value: unknown): number {
  return wholeNumber('concurrency', value, CONCURRENCY, 1, Number.POSITIVE_INFINITY);
}

/** Without somebody who wants to know, nothing is said: who asked has been told. */
function tell(error: unknown, client: Address, handleError: HandleError | undefined): void {
  if (handleError) report(error, client, handleError, false);
}
