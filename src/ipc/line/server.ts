/**
 * The serving side of a line: takes requests one at a time, answers them, and hears when one is to be given up.
 *
 * @module
 */
import { FAULTY, pass } from '../../base/index.ts';
import { cellCursor, readCell } from '../../wire/index.ts';
import { handlesSent, handlesTaken, needsFunctions, resolveFunctions, unpack } from '../crossing.ts';
import { readParcel } from '../parcel.ts';
import { bitsOfFloat } from './frame-reader.ts';
import { type FrameFacts, FrameWriter } from './frame-writer.ts';
import { CALLER, type Line, SERVER, type Sleeper } from './line.ts';
import {
  AT,
  COOPERATIVE,
  FORM,
  formOf,
  HEAD_WORDS,
  hasLinks,
  isWrap,
  nextRound,
  RING_MASK,
  SINCE,
  sizeOf,
  typeOf,
} from './line-shape.ts';
import { leaveParcel, Packed, packedOf, parcelFor, stageCells } from './load.ts';
import { bytesIn, parcelIn } from './unread.ts';

/** What is to be sent back: a scalar as it is, or what anything else was packed into. */
type Reply = readonly [unknown] | Packed;

export class Server {
  readonly #line: Line;
  readonly #writer: FrameWriter;
  readonly #sleeper: Sleeper;
  /** Waits while another one lasts, so it stands in a line of its own. */
  readonly #abortSleeper: Sleeper;
  #position = 0;
  #number = 0;
  #start = 0;
  /** How far the caller had read when room was asked for last: one that reads right after a refusal is not missed. */
  #seen = 0;
  /** Of the request that was taken last. */
  type = 0;
  about = 0;

  constructor(line: Line) {
    this.#line = line;
    this.#writer = new FrameWriter(line.rings.answers);
    this.#sleeper = line.sleeper(SERVER);
    this.#abortSleeper = line.sleeper(SERVER);
  }

  /** Takes the next request, if there is one. */
  take(): boolean {
    const { words, rings } = this.#line;
    for (;;) {
      const taken = Atomics.load(words, AT.taken);
      if (!this.#isThere(taken) || !this.#mayTake(taken)) return false;
      if (Atomics.compareExchange(words, AT.taken, taken, (taken + 1) | 0) !== taken) continue;
      this.#number = taken;
      if (FAULTY) pass('line.taken');
      break;
    }
    let start = this.#position & RING_MASK;
    if (isWrap(rings.requests[start] as number)) {
      this.#position = nextRound(this.#position);
      start = 0;
    }
    const head = rings.requests[start] as number;
    this.#start = start;
    this.#position = (this.#position + sizeOf(head)) >>> 0;
    this.type = typeOf(head);
    this.about = rings.requests[start + 1] as number;
    return true;
  }

  /**
   * What the request carries: a list; or a promise of it, when modules have to be loaded first.
   *
   * @throws What is wrong with it.
   */
  load(): readonly unknown[] | Promise<readonly unknown[]> {
    const ring = this.#line.rings.requests;
    const start = this.#start;
    const head = ring[start] as number;
    if (formOf(head) === FORM.cells) {
      const count = ring[start + 2] as number;
      cellCursor.at = start + HEAD_WORDS;
      const values: unknown[] = [];
      for (let index = 0; index < count; index++) values.push(readCell(ring));
      return values;
    }
    // The caller keeps the frame, and what it refers to, until we have answered.
    const bytes = formOf(head) === FORM.parcel ? this.#parcelBytes() : bytesIn(ring, start);
    if (!hasLinks(head) || !needsFunctions(bytes)) return unpack(bytes) as readonly unknown[];
    return resolveFunctions(bytes).then(() => unpack(bytes) as readonly unknown[]);
  }

  #parcelBytes(): Uint8Array {
    const { bytes, parcel } = readParcel(parcelIn(this.#line.rings.requests, this.#start));
    leaveParcel(parcel); // the caller holds it
    return bytes;
  }

  /** Notes when the present request began, for whoever has set it a limit; 0: none runs. */
  note(since: number): void {
    this.#line.doubles[SINCE] = since;
    if (since === 0) Atomics.store(this.#line.words, AT.flags, 0);
  }

  /** Says that the present request looks whether it is to be given up. */
  cooperate(): void {
    Atomics.store(this.#line.words, AT.flags, COOPERATIVE);
  }

  /** Whether the caller wants the present request to be given up. */
  get isAborted(): boolean {
    return Atomics.load(this.#line.words, AT.abort) === ((this.#number + 1) | 0);
  }

  get isClosing(): boolean {
    return Atomics.load(this.#line.words, AT.closing) !== 0;
  }

  /** Whether there is something to take. */
  get hasWork(): boolean {
    const { words } = this.#line;
    const taken = Atomics.load(words, AT.taken);
    return this.#isThere(taken) && this.#mayTake(taken);
  }

  /** Whether this request was sent. A caller that takes back what it has not published is ahead for a moment. */
  #isThere(number: number): boolean {
    return ((Atomics.load(this.#line.words, AT.sent) - number) | 0) > 0;
  }

  #mayTake(number: number): boolean {
    const { words } = this.#line;
    return words[AT.gated] === 0 || ((Atomics.load(words, AT.gate) - number) | 0) > 0;
  }

  /**
   * Sends a value back. False when there is no room for it until the caller has read more.
   *
   * @throws DuodaoError `not-cloneable`, `no-space`; nothing is sent then.
   */
  tryAnswer(type: number, isFinal: boolean, took: number, value: unknown, root: string): boolean {
    const staged = stageCells([value]);
    const facts = { type, isFinal, about: bitsOfFloat(took) };
    if (staged < 0) return this.tryReply(type, isFinal, took, packedOf(value, root));
    if (!this.#writer.cells(facts, 1, staged, this.#used)) return false;
    this.#publish();
    this.#answered(isFinal);
    return true;
  }

  /** The same with a value that was packed before, so that it can be tried again. */
  tryReply(type: number, isFinal: boolean, took: number, reply: Reply): boolean {
    if (!(reply instanceof Packed)) return this.tryAnswer(type, isFinal, took, reply[0], '');
    const facts = { type, isFinal, about: bitsOfFloat(took) };
    const isSent = FrameWriter.fits(reply)
      ? this.#replyInFrame(facts, reply)
      : this.#replyByParcel(facts, reply);
    if (isSent) this.#answered(isFinal);
    return isSent;
  }

  #replyInFrame(facts: FrameFacts, reply: Packed): boolean {
    if (!reply.hasLinks) {
      if (!this.#writer.bytes(facts, reply, this.#used)) return false;
      this.#publish();
      return true;
    }
    handlesSent(reply.handles);
    const isSent = this.#writer.bytes(facts, reply, this.#used);
    if (isSent) this.#publishCounted();
    else handlesTaken(reply.handles);
    return isSent;
  }

  #replyByParcel(facts: FrameFacts, reply: Packed): boolean {
    const { parcel, reference } = parcelFor(reply);
    handlesSent([reference]);
    const isSent = this.#writer.parcel(facts, reference, this.#used);
    if (isSent) this.#publishCounted();
    else handlesTaken([reference]);
    leaveParcel(parcel);
    return isSent;
  }

  get #used(): number {
    this.#seen = Atomics.load(this.#line.words, AT.head) >>> 0;
    return this.#seen;
  }

  /** Whether the caller has read something since then. */
  #isRead(since: number): boolean {
    return Atomics.load(this.#line.words, AT.head) >>> 0 !== since;
  }

  #publish(): void {
    if (FAULTY) pass('line.written');
    this.#line.publish(AT.tail, this.#writer.position | 0, CALLER);
  }

  /** Says that the present request has been answered. */
  #answered(isFinal: boolean): void {
    if (isFinal) Atomics.store(this.#line.words, AT.answered, (this.#number + 1) | 0);
  }

  /** Publishes what refers to others inside the guard, so that who counts them sees it whole. */
  #publishCounted(): void {
    if (FAULTY) pass('line.written');
    this.#line.inside(() => Atomics.store(this.#line.words, AT.tail, this.#writer.position | 0));
    this.#publish(); // the same once more, to wake the caller
  }

  /** Waits until there is something to take, or nothing will come any more. */
  untilWork(): Promise<void> {
    return this.#sleeper.sleep(() => this.hasWork || this.isClosing);
  }

  /** Waits until the caller has read something, or gives the present request up. */
  async untilRoom(): Promise<void> {
    const read = this.#seen;
    await this.#sleeper.sleep(() => this.#isRead(read));
  }

  /** Blocks the thread for it. */
  untilRoomSync(): void {
    const read = this.#seen;
    this.#sleeper.sleepSync(() => this.#isRead(read));
  }

  /** Waits until the present request is to be given up. */
  untilAborted(signal: AbortSignal): Promise<void> {
    return this.#abortSleeper.sleep(() => this.isAborted, { signal });
  }
}
