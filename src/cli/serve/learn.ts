/**
 * What a module has to handle connections: exported functions, and classes that extend RequestHandler.
 *
 * Without workers it is loaded here, and what it exports is called here. With workers a process of its own loads it and
 * says what there is, and then only workers do: so that nothing of the user's runs in the process that keeps them, and
 * that each new worker has the module as it is on disk.
 *
 * @module
 */
import type { SocketConnection, Handler } from '../../net/index.ts';
import { exportedBy } from '../exported.ts';

/** Any handler: of connections, or of datagrams. */
export type AnyHandler = Handler<SocketConnection<unknown, readonly unknown[]>>;

/** What was found. */
export type Discovery =
  | { readonly kind: 'found'; readonly name: string }
  /** There is none of that name, or none at all; `handlers` there are, and `others`. */
  | { readonly kind: 'missing'; readonly handlers: readonly string[]; readonly others: readonly string[] }
  | { readonly kind: 'several'; readonly handlers: readonly string[] }
  /** The module cannot be loaded; its error, with the stack. */
  | { readonly kind: 'broken'; readonly error: string };

/** Loads the module and looks; with the handler, if one was found. It never throws. */
export async function learn(
  url: string,
  name: string | undefined,
): Promise<{ readonly discovery: Discovery; readonly handler?: AnyHandler }> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { discovery: { kind: 'broken', error: text } };
  }
  const found = exportedBy(module, isHandler);
  const handlers = [...found.keys()];
  const chosen = name ?? (found.has('default') || handlers.length !== 1 ? 'default' : handlers[0]!);
  const handler = found.get(chosen);
  if (handler) return { discovery: { kind: 'found', name: chosen }, handler };
  if (name === undefined && handlers.length > 1) return { discovery: { kind: 'several', handlers } };
  const others = [...exportedBy(module, isOther).keys()];
  return { discovery: { kind: 'missing', handlers, others } };
}

/** What a class of handlers has, whichever copy of the package it comes from. */
const BRAND: symbol = Symbol.for('duodao.RequestHandler');

function isHandler(value: unknown): value is AnyHandler {
  if (typeof value !== 'function') return false;
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  return !isClass || BRAND in ((value.prototype as object | undefined) ?? {});
}

function isOther(value: unknown): value is unknown {
  return !isHandler(value);
}
