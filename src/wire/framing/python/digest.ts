/**
 * Proofs that somebody knows a key, in the two forms of Python's `multiprocessing.connection`.
 *
 *     generation  challenge                    answer
 *     ≤ 3.11      20 bytes                     HMAC-MD5, 16 bytes
 *     ≥ 3.12      `{digest}` and 40 bytes      `{digest}`, HMAC of that digest
 *
 * The HMAC is over all of the challenge, with the name in braces; so an old peer that is asked in the new form can
 * answer in its own, and nobody can rename the digest on the way. MD5 is not what anyone should rely on today: it is
 * taken, and given, only where somebody has asked for it.
 *
 * Source: CPython, Lib/multiprocessing/connection.py, `_create_response` and `_verify_challenge`.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { DuodaoError } from '../../../base/index.ts';

/** Python's names of digests, and the names of the same for Node. */
const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
  ['md5', 'md5'],
]);
const NAMED = /^\{([a-z0-9_]{1,9})\}/;
/** A challenge, or an answer, of this length is of the old form. */
const OLD_CHALLENGE_BYTES = 20;
const OLD_ANSWER_BYTES = 16;
/** The digest that we ask for. */
const OURS = 'sha256';
const RANDOM_BYTES = 40;

export interface Digest {
  /** As Python calls it. */
  readonly name: string;
  /** Whether the name is not written before the bytes: the old form. */
  readonly isBare: boolean;
}

/** A challenge in the new form. */
export function makeChallenge(random: (count: number) => Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`{${OURS}}`), random(RANDOM_BYTES)]);
}

/** The digest in which a challenge wants to be answered; undefined if it is none that we know. */
export function digestAsked(challenge: Buffer): Digest | undefined {
  return challenge.length === OLD_CHALLENGE_BYTES ? { name: 'md5', isBare: true } : digestNamed(challenge);
}

/** The digest of an answer; undefined if it is no answer. */
export function digestGiven(answer: Buffer): Digest | undefined {
  return answer.length === OLD_ANSWER_BYTES ? { name: 'md5', isBare: true } : digestNamed(answer);
}

/** Whether nobody should rely on it today. */
export function isWeak({ name }: Digest): boolean {
  return name === 'md5';
}

/** The answer to a challenge. */
export function answerTo(challenge: Buffer, key: Uint8Array, digest: Digest): Buffer {
  const mac = hmac(challenge, key, digest);
  return digest.isBare ? mac : Buffer.concat([Buffer.from(`{${digest.name}}`), mac]);
}

/** Whether an answer to a challenge shows that the key is known. Takes as long for a wrong one as for a right one. */
export function isRight(answer: Buffer, challenge: Buffer, key: Uint8Array, digest: Digest): boolean {
  const expected = answerTo(challenge, key, digest);
  return answer.length === expected.length && timingSafeEqual(answer, expected);
}

function digestNamed(bytes: Buffer): Digest | undefined {
  const name = NAMED.exec(bytes.toString('latin1', 0, 11))?.[1];
  return name !== undefined && DIGESTS.has(name) ? { name, isBare: false } : undefined;
}

function hmac(bytes: Buffer, key: Uint8Array, { name }: Digest): Buffer {
  try {
    return createHmac(DIGESTS.get(name) ?? name, key)
      .update(bytes)
      .digest();
  } catch (error) {
    throw new DuodaoError(
      'unsupported',
      `Cannot prove the key: this system has no ${name}`,
      { digest: name },
      { cause: error },
    );
  }
}
