/**
 * Where a server listens: as it was asked for, and as people are told of it.
 *
 * @module
 */
import type { Address } from '../../net/index.ts';
import { quoted, UsageError } from '../usage-error.ts';

export type Place =
  | { readonly kind: 'tcp' | 'udp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number | undefined };

/** What was said of it. */
interface Said {
  readonly tcp: string | undefined;
  readonly udp: string | undefined;
  readonly unix: string | undefined;
  readonly mode: string | undefined;
}

const KINDS = ['tcp', 'udp', 'unix'] as const;
/** Only this machine can reach it. */
export const HOST = '127.0.0.1';

/** @throws {@link UsageError} when there is none, or more than one, or it is not written as it should be. */
export function placeOf(said: Said): Place {
  const [kind, other] = KINDS.filter((one) => said[one] !== undefined);
  if (kind === undefined)
    throw new UsageError(
      'Cannot serve without a place to listen: say --tcp 8000, --udp 8000 or --unix ./app.sock; port 0 is any',
    );
  if (other !== undefined)
    throw new UsageError(`Cannot listen by --${kind} and by --${other} in one server: run two`);
  if (kind === 'unix') return { kind, path: said.unix!, mode: modeOf(said.mode) };
  if (said.mode !== undefined) throw new UsageError('Cannot use --mode without --unix, whose file has it');
  return { kind, ...hostAndPort(`--${kind}`, said[kind]!) };
}

function hostAndPort(name: string, text: string): { readonly host: string; readonly port: number } {
  const [, inBrackets, plain, digits] = /^(?:(?:\[([^\]\s]+)\]|([^:[\]/\s]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (port <= 65_535) return { host: inBrackets ?? (plain || HOST), port };
  throw new UsageError(
    `${name} must be a port from 0 to 65535, or a host and a port, such as 8000, 0.0.0.0:8000 or [::1]:8000: ` +
      `it is ${quoted(text)}`,
  );
}

function modeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new UsageError(`--mode must be three octal digits, such as 660: it is ${quoted(text)}`);
}

/** `tcp 127.0.0.1:8000`. */
export function placeText(kind: Place['kind'], address: Address): string {
  return `${kind} ${'path' in address ? address.path : hostText(address.host, address.port, ':')}`;
}

/** A host and its port, with a colon or a blank between them. */
export function hostText(host: string, port: number, between: ':' | ' '): string {
  return `${between === ':' && host.includes(':') ? `[${host}]` : host}${between}${port}`;
}
