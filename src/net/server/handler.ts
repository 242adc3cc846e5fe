/**
 * Who handles a connection: a class with `handle()`, or a function.
 *
 * @module
 */
import type { Address } from '../address.ts';
import type { SocketConnection } from '../connection/connection.ts';
import type { ServerStats } from './stats.ts';

/** What a handler may know and ask of its server, in whichever process it runs. */
export interface ServerFace {
  /** Where the server listens. */
  readonly address: Address;
  /** What was counted in this process. */
  stats(): ServerStats;
}

/** Known to every copy of this class. */
const BRAND: unique symbol = Symbol.for('duodao.RequestHandler') as never;

/**
 * Handles one connection, or one datagram: an object of it is made for each.
 *
 *     setup()    first                              if it throws, nothing else is called
 *     handle()   the work
 *     finish()   last, also when handle() threw; if it throws another error, each is told
 *
 * Each may be async. When all is done the connection is closed; what was sent before still goes on its way. An error
 * goes to the server's `handleError`; others are served on.
 *
 * @example
 * ```ts
 * export class Shout extends RequestHandler<SocketConnection<string, [string]>> {
 *   override async handle() {
 *     for await (const line of this.request) await this.request.send(line.toUpperCase());
 *   }
 * }
 * const server = await new TcpServer({ handler: Shout, framing: lines(), port: 8000 }).listen();
 * ```
 */
export class RequestHandler<R = SocketConnection> {
  /** The connection; for datagrams `{ data, reply() }`. */
  readonly request: R;
  /** Where it comes from. */
  readonly clientAddress: Address;
  readonly server: ServerFace;

  /** For servers. */
  constructor(request: R, clientAddress: Address, server: ServerFace) {
    this.request = request;
    this.clientAddress = clientAddress;
    this.server = server;
  }

  setup(): void | Promise<void> {}
  handle(): unknown {
    return undefined;
  }
  finish(): void | Promise<void> {}
}
Object.defineProperty(RequestHandler.prototype, BRAND, { value: true });

export type HandlerClass<R> = new (
  request: R,
  clientAddress: Address,
  server: ServerFace,
) => RequestHandler<R>;
export type HandlerFunction<R> = (request: R, clientAddress: Address, server: ServerFace) => unknown;
export type Handler<R> = HandlerClass<R> | HandlerFunction<R>;

function isClass<R>(handler: Handler<R>): handler is HandlerClass<R> {
  return BRAND in ((handler.prototype as object | undefined) ?? {});
}

/** A function of one plain argument, or none, as its text says. */
const OF_ONE = /^(?:async\s*)?(?:function\b\s*[\w$]*\s*)?(?:\(\s*[\w$]*\s*\)|[\w$]+)\s*(?:=>|\{)/;

/** Whether a handler can see the address of its client: what it cannot see need not be found out. */
export function seesAddress<R>(handler: Handler<R>): boolean {
  if (isClass(handler)) return true;
  const text = Function.prototype.toString.call(handler);
  return !OF_ONE.test(text) || /\barguments\b|\[native code\]/.test(text);
}

/** @throws TypeError when it is neither a function nor a class of handlers. */
export function checkHandler(handler: unknown, noun: string): void {
  if (typeof handler !== 'function')
    throw new TypeError(
      `Cannot make a ${noun} as its handler must be a function, or a class that extends RequestHandler: ` +
        `it is ${handler === null ? 'null' : typeof handler}`,
    );
  const isOther = /^class\b/.test(Function.prototype.toString.call(handler)) && !isClass(handler as never);
  if (isOther)
    throw new TypeError(`Cannot make a ${noun} as the class ${handler.name} does not extend RequestHandler`);
}

/** `handle()` threw, and then `finish()` did: neither is worth less because of the other. */
class BothFailed extends Error {
  readonly reasons: readonly unknown[];

  constructor(...reasons: readonly [ofHandle: unknown, ofFinish: unknown]) {
    super('handle() failed, and then finish()');
    this.reasons = reasons;
  }
}

/** What went wrong in a handler that failed, in order. */
export function failuresIn(error: unknown): readonly unknown[] {
  return error instanceof BothFailed ? error.reasons : [error];
}

/** Has a handler do its work. What it throws is thrown, or the promise rejects with it. */
export function handleWith<R>(handler: Handler<R>, request: R, client: Address, server: ServerFace): unknown {
  return isClass(handler)
    ? goThrough(new handler(request, client, server))
    : handler(request, client, server);
}

async function goThrough<R>(handler: RequestHandler<R>): Promise<void> {
  const preparing = handler.setup();
  if (preparing) await preparing;
  try {
    await handler.handle();
  } catch (error) {
    try {
      await handler.finish();
    } catch (later) {
      if (later !== error) throw new BothFailed(error, later);
    }
    throw error;
  }
  await handler.finish();
}
