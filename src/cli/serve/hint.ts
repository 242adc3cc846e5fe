/**
 * How to try a server that has just begun to listen: a command to copy, made of tools that are there.
 *
 * @module
 */
import type { Address } from '../../net/index.ts';
import { framingFor } from './framing.ts';
import { HOST, hostText, type Place } from './place.ts';

/** What a client must know. */
export interface Spoken {
  readonly kind: Place['kind'];
  readonly address: Address;
  readonly framing: string;
  readonly isSecret: boolean;
  readonly isEncrypted: boolean;
}

/** A command that speaks to the server; undefined where there is none that everybody has. */
export function hintFor({ kind, address, framing, isSecret, isEncrypted }: Spoken): string | undefined {
  const at = 'path' in address ? address : { ...address, host: reachable(address.host) };
  if (framing === 'python') return isEncrypted ? undefined : pythonHint(at, isSecret);
  if (isSecret) return undefined;
  const first = firstMessage(framing);
  return `${first === '' ? '' : `printf '${first}' | `}${listener(kind, at, isEncrypted)}`;
}

function listener(kind: Place['kind'], at: Address, isEncrypted: boolean): string {
  if ('path' in at) {
    const path = shellText(at.path);
    if (isEncrypted) return `openssl s_client -quiet -unix ${path}`;
    return at.path.startsWith('@') ? `socat - ${shellText(`ABSTRACT:${at.path.slice(1)}`)}` : `nc -U ${path}`;
  }
  if (isEncrypted) return `openssl s_client -quiet -connect ${hostText(at.host, at.port, ':')}`;
  return `nc ${kind === 'udp' ? '-u ' : ''}${hostText(at.host, at.port, ' ')}`;
}

/** Who listens on all networks is reached by the machine itself. */
function reachable(host: string): string {
  return host === '0.0.0.0' ? HOST : host === '::' ? '::1' : host;
}

function pythonHint(at: Address, isSecret: boolean): string {
  const where =
    'path' in at
      ? `'${at.path.startsWith('@') ? `\\0${at.path.slice(1)}` : at.path}'`
      : `('${at.host}', ${at.port})`;
  const key = isSecret ? `, authkey=b'...'` : '';
  const program = [
    'from multiprocessing.connection import Client',
    `c = Client(${where}${key})`,
    `c.send_bytes(b'hello')`,
    'print(c.recv_bytes())',
  ];
  return `python3 -c "${program.join('; ')}"`;
}

/** The bytes of a first message, as printf is told of them; nothing where people can type them. */
function firstMessage(framing: string): string {
  const { spec } = framingFor(framing);
  if (spec?.kind === 'dict-header') return String.raw`\2\0\0\0{}`;
  if (spec?.kind !== 'length-prefixed') return '';
  const zeros = String.raw`\0`.repeat(spec.bytes - 1);
  return `${spec.endian === 'big' ? `${zeros}\\5` : `\\5${zeros}`}hello`;
}

function shellText(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
