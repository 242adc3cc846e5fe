/**
 * How the two sides of a connection prove to each other that they know the key, without sending it: the handshake of
 * Python's `multiprocessing.connection`. Each step is one frame of pythonConnection().
 *
 *     server  #CHALLENGE# M ──▶                          server awaits: answer, challenge, verdict
 *                            ◀── R(M)  client            client awaits: challenge, verdict, answer
 *     server  #WELCOME# ──▶          or #FAILURE#, and the end
 *                            ◀── #CHALLENGE# M'  client
 *     server  R(M') ──▶
 *                            ◀── #WELCOME#  client       or #FAILURE#, and the end
 *
 * Whoever serves asks first, and answers only who has answered it: so nobody who does not know the key gets proofs out
 * of a server.
 *
 * The facts of an `auth` error say who refuses, `refusedBy: 'us' | 'peer'`, and the `reason`: wrong-key, no-key (the
 * other side takes no part in this), legacy (only MD5), same-role, bad-challenge, reflected (our own challenge).
 *
 * Pure, like a decoder: bytes go in, and what is to be written comes back. Randomness is a parameter.
 *
 * What it does not do: it keeps nothing secret and guards nothing that is sent later, and one who stands in the middle
 * can pass it on. Where that matters the transport has to be TLS, or a local socket.
 *
 * @module
 */
import { assert, DuodaoError, type Facts } from '../../../base/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import { answerTo, type Digest, digestAsked, digestGiven, isRight, isWeak, makeChallenge } from './digest.ts';
import { frameOf, keyBytes, takeLength } from './python-connection.ts';

export interface PythonAuthOptions {
  readonly role: 'server' | 'client';
  readonly key: Uint8Array | string;
  /** Whether to take and to give proofs by MD5, which is all that Python 3.11 and older know. */
  readonly legacy: boolean;
  /** So many bytes that nobody can guess. */
  readonly random: (count: number) => Uint8Array;
}

/** What a side waits for. */
export type PythonAuthStep = 'answer' | 'challenge' | 'verdict';

const CHALLENGE: Buffer = Buffer.from('#CHALLENGE#');
const WELCOME: Buffer = Buffer.from('#WELCOME#');
const FAILURE: Buffer = Buffer.from('#FAILURE#');
const FRAME_BYTES_MAX = 256;
const CHALLENGE_BYTES_MIN = 20;

export class PythonAuth {
  readonly #key: Uint8Array;
  readonly #legacy: boolean;
  readonly #random: (count: number) => Uint8Array;
  readonly #queue = new ByteQueue();
  /** What is still to come, the next first. */
  readonly #steps: PythonAuthStep[];
  #challenge: Buffer | undefined;
  /** Bytes of the frame whose length has been read; −1 when the next thing is a length. */
  #wanted = -1;
  #toWrite: Uint8Array[] = [];
  #failure: unknown;

  constructor(options: PythonAuthOptions) {
    this.#key = keyBytes(options.key);
    this.#legacy = options.legacy;
    this.#random = options.random;
    this.#steps =
      options.role === 'server' ? ['answer', 'challenge', 'verdict'] : ['challenge', 'verdict', 'answer'];
  }

  /** What comes next; undefined when all is done. If time runs out while it waits, this says for what. */
  get awaits(): PythonAuthStep | undefined {
    return this.#steps[0];
  }

  /** Whether both sides have proved that they know the key. */
  get isDone(): boolean {
    return this.#steps.length === 0;
  }

  /** What is to be written before the connection is closed, once push() has thrown: the other side is told why. */
  get lastWords(): Uint8Array[] {
    return this.#failure === undefined ? [] : this.#toWrite;
  }

  /** What is to be written before anything has arrived. */
  start(): Uint8Array[] {
    if (this.awaits === 'answer' && this.#challenge === undefined) this.#ask();
    return this.#written();
  }

  /**
   * Takes what arrived. Returns what is to be written.
   * @throws DuodaoError `auth` when one side has refused the other, `protocol` at what is no handshake
   */
  push(bytes: Uint8Array): Uint8Array[] {
    if (this.#failure !== undefined) throw this.#failure;
    assert(!this.isDone, 'bytes after the handshake are for the framing');
    this.#queue.push(bytes);
    try {
      for (let step = this.awaits; step !== undefined; step = this.awaits) {
        const frame = this.#takeFrame();
        if (frame === undefined) break;
        this.#take(step, frame);
        this.#steps.shift();
      }
    } catch (error) {
      this.#failure = error;
      this.#queue.clear();
      throw error;
    }
    return this.#written();
  }

  /** What arrived behind the handshake, once it is done: the first bytes of messages. */
  rest(): Uint8Array {
    return this.isDone ? this.#queue.take(this.#queue.length) : new Uint8Array(0);
  }

  /** The next whole frame. */
  #takeFrame(): Buffer | undefined {
    const queue = this.#queue;
    if (this.#wanted < 0) {
      const length = this.#takeLength();
      if (length === undefined) return undefined;
      this.#wanted = length;
    }
    if (queue.length < this.#wanted) return undefined;
    const frame = queue.take(this.#wanted);
    this.#wanted = -1;
    return frame;
  }

  #takeLength(): number | undefined {
    try {
      return takeLength(this.#queue, FRAME_BYTES_MAX);
    } catch (error) {
      const facts = error instanceof DuodaoError ? error.facts : {};
      const like = facts['looksLike'] === undefined ? '' : `: it looks like ${facts['looksLike']}`;
      throw noHandshake(`a frame has 0 to ${FRAME_BYTES_MAX} bytes${like}`, facts, error);
    }
  }

  #take(step: PythonAuthStep, frame: Buffer): void {
    if (step === 'answer') this.#check(frame);
    else if (step === 'challenge') this.#answer(frame);
    else this.#hear(frame);
  }

  #ask(): void {
    const challenge = makeChallenge(this.#random);
    this.#challenge = challenge;
    this.#write(Buffer.concat([CHALLENGE, challenge]));
  }

  /** The other side's answer to our challenge. */
  #check(answer: Buffer): void {
    const challenge = this.#challenge;
    assert(challenge, 'whoever awaits an answer has asked');
    try {
      if (startsWith(answer, CHALLENGE))
        throw refusal('same-role', 'it asks where it has to answer: both sides serve');
      const digest = digestGiven(answer);
      if (!digest) throw refusal('no-key', 'it did not answer the challenge, so it has no key');
      this.#mind(digest);
      if (!isRight(answer, challenge, this.#key, digest))
        throw refusal('wrong-key', 'its key is another one');
    } catch (error) {
      this.#write(FAILURE);
      throw error;
    }
    this.#write(WELCOME);
  }

  /** The other side's challenge. */
  #answer(frame: Buffer): void {
    if (!startsWith(frame, CHALLENGE))
      throw refusal('no-key', 'it does not ask for a key, so it has none, or speaks another protocol');
    const challenge = frame.subarray(CHALLENGE.length);
    if (challenge.length < CHALLENGE_BYTES_MIN)
      throw refusal('bad-challenge', `its challenge has ${challenge.length} bytes, too few to be safe`);
    if (this.#challenge?.equals(challenge)) throw refusal('reflected', 'it asks us what we have asked it');
    const digest = digestAsked(challenge);
    if (!digest) throw refusal('bad-challenge', 'it asks for a digest that we do not know');
    this.#mind(digest);
    this.#write(answerTo(challenge, this.#key, digest));
  }

  /** What the other side makes of our answer. */
  #hear(verdict: Buffer): void {
    if (verdict.equals(FAILURE))
      throw new DuodaoError('auth', 'Cannot connect: the other side refuses us, as its key is another one', {
        refusedBy: 'peer',
        reason: 'wrong-key',
      });
    if (!verdict.equals(WELCOME)) throw noHandshake('it neither welcomes nor refuses us');
    if (this.#steps.includes('answer')) this.#ask();
  }

  #mind(digest: Digest): void {
    if (isWeak(digest) && !this.#legacy)
      throw refusal('legacy', 'it knows only MD5, as Python does up to 3.11; the option legacy allows that');
  }

  #write(message: Buffer): void {
    this.#toWrite.push(...frameOf(message, message.length));
  }

  #written(): Uint8Array[] {
    const written = this.#toWrite;
    this.#toWrite = [];
    return written;
  }
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.subarray(0, beginning.length).equals(beginning);
}

/** The error when we refuse the other side. */
function refusal(reason: string, why: string): DuodaoError {
  return new DuodaoError('auth', `Cannot connect: we refuse the other side, as ${why}`, {
    refusedBy: 'us',
    reason,
  });
}

function noHandshake(why: string, facts: Facts = {}, cause?: unknown): DuodaoError {
  return new DuodaoError(
    'protocol',
    `Cannot connect: what the other side sends is no handshake, as ${why}`,
    facts,
    cause === undefined ? undefined : { cause },
  );
}
