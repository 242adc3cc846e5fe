/**
 * Keys that are read from files, so that they are in no list of processes.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { fileError, UsageError } from '../usage-error.ts';
import type { ServeOptions } from './options.ts';

export interface Secrets {
  readonly authKey?: Buffer;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

/** @throws {@link UsageError} when a file cannot be read, or has no key. */
export function readSecrets({ authKeyFile, tls }: Pick<ServeOptions, 'authKeyFile' | 'tls'>): Secrets {
  return {
    ...(authKeyFile !== undefined && { authKey: authKeyOf(authKeyFile) }),
    ...(tls && { tls: tlsOf(tls) }),
  };
}

/** The line feed that editors and `echo` put at the end of a file is no part of the key. */
function authKeyOf(path: string): Buffer {
  const bytes = bytesOf(path);
  const [end = 0] = /\r?\n$/.exec(bytes.toString('latin1'))?.map((text) => text.length) ?? [];
  const key = bytes.subarray(0, bytes.length - end);
  if (key.length > 0) return key;
  throw new UsageError(`Cannot use the key of ${path} as it is empty: anybody would know it`);
}

function tlsOf({ keyFile, certFile }: NonNullable<ServeOptions['tls']>): NonNullable<Secrets['tls']> {
  const tls = { key: bytesOf(keyFile), cert: bytesOf(certFile) };
  try {
    createSecureContext(tls);
    return tls;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot encrypt with ${keyFile} and ${certFile}: ${why}`, { cause });
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileError('read', path, cause);
  }
}
