/**
 * The calling side of a line: sends requests, takes them back, reads the answers.
 *
 * A request is kept in the ring until its last answer has been read, so that a position is all that has to be known of
 * it. Requests are answered in the order in which they were sent.
 *
 * @module
 */
import type { SharedObject } from '../../memory/index.ts';
import { FrameReader, type OnAnswer } from './frame-reader.ts';
import { type FrameFacts, FrameWriter } from './frame-writer.ts';
import { CALLER, type Line, SERVER, type Sleeper } from './line.ts';
import { AT, COOPERATIVE, PAUSED, PAUSED_AT, SINCE } from './line-shape.ts';
import { leaveParcel, type Load, Packed, packedOf, parcelFor, stageCells } from './load.ts';

interface Request {
  /** Where its frame begins. */
  readonly start: number;
  readonly number: number;
  readonly parcel: SharedObject | undefined;
}

export class Caller {
  readonly #line: Line;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #sleeper: Sleeper;
  /** Sent and not yet answered, in order. */
  #requests: Request[] = [];
  #first = 0;
  #sent = 0;

  constructor(line: Line) {
    this.#line = line;
    this.#writer = new FrameWriter(line.rings.requests);
    this.#reader = new FrameReader(line);
    this.#sleeper = line.sleeper(CALLER);
  }

  /** Requests that wait for their last answer. */
  get open(): number {
    return this.#requests.length - this.#first;
  }

  /** How many were ever sent. */
  get count(): number {
    return this.#sent;
  }

  /** Whether the oldest of them has been taken by the server. */
  get isBegun(): boolean {
    const oldest = this.#requests[this.#first];
    return oldest !== undefined && this.#isTaken(oldest);
  }

  #isTaken({ number }: Request): boolean {
    return ((Atomics.load(this.#line.words, AT.taken) - number) | 0) > 0;
  }

  /** When the oldest began, in ms of the monotonic clock of the system; 0 if it has not. */
  get since(): number {
    return this.#line.doubles[SINCE] as number;
  }

  /** Milliseconds since then in which the server was stopped by an {@link Overseer}. */
  pausedMs(now: number): number {
    const { doubles } = this.#line;
    const at = doubles[PAUSED_AT] as number;
    return (doubles[PAUSED] as number) + (at > 0 ? now - at : 0);
  }

  /** Whether what runs has asked for its signal. */
  get isCooperative(): boolean {
    return (Atomics.load(this.#line.words, AT.flags) & COOPERATIVE) !== 0;
  }

  /**
   * Writes a request, which the server sees after `publish()`. False when there is no room now.
   *
   * @throws DuodaoError `no-space`, or `closed` when an object in the load is gone; nothing is sent then.
   */
  send(type: number, about: number, load: Load): boolean {
    const facts = { type, about, isFinal: true };
    const used = this.#used;
    const start = this.#writer.position;
    let parcel: SharedObject | undefined;
    if (load instanceof Packed) {
      if (FrameWriter.fits(load)) {
        if (!this.#writer.bytes(facts, load, used)) return false;
      } else {
        parcel = this.#sendParcel(facts, load);
        if (!parcel) return false;
      }
    } else {
      const staged = stageCells(load);
      if (staged < 0) return this.send(type, about, packedOf(load, 'args'));
      if (!this.#writer.cells(facts, load.length, staged, used)) return false;
    }
    this.#requests.push({ start, number: this.#sent, parcel });
    this.#sent = (this.#sent + 1) | 0;
    return true;
  }

  #sendParcel(facts: FrameFacts, load: Packed): SharedObject | undefined {
    const { parcel, reference } = parcelFor(load);
    if (this.#writer.parcel(facts, reference, this.#used)) return parcel;
    leaveParcel(parcel);
    return undefined;
  }

  get #used(): number {
    return this.#requests[this.#first]?.start ?? this.#writer.position;
  }

  /** Shows the server what was sent. */
  publish(): void {
    if (Atomics.load(this.#line.words, AT.sent) !== this.#sent)
      this.#line.publish(AT.sent, this.#sent, SERVER);
  }

  /** Takes back what the server has not begun, the newest ones; says how many that were. */
  takeBack(): number {
    const { words } = this.#line;
    for (;;) {
      const taken = Atomics.load(words, AT.taken);
      const count = (this.#sent - taken) | 0;
      if (count === 0) return 0;
      // Unpublished ones are among them: to the server they will never have been.
      if (Atomics.compareExchange(words, AT.taken, taken, this.#sent) !== taken) continue;
      Atomics.store(words, AT.sent, this.#sent);
      const back = this.#requests.splice(this.#requests.length - count, count);
      this.#writer.position = (back[0] as Request).start;
      for (const { parcel } of back) if (parcel) leaveParcel(parcel);
      return count;
    }
  }

  /** Asks the server to give up the oldest request, if it has been taken. */
  abort(): void {
    const oldest = this.#requests[this.#first];
    if (oldest) this.#line.publish(AT.abort, (oldest.number + 1) | 0, SERVER);
  }

  /** Says that no more requests will come: the server ends when it has answered all. */
  close(): void {
    this.#line.publish(AT.closing, 1, SERVER);
  }

  /** Reads all answers that are there. True if there were any. */
  read(onAnswer: OnAnswer): boolean {
    return this.#reader.read((answer) => {
      if (answer.isFinal) this.#settle();
      onAnswer(answer);
    });
  }

  get hasAnswers(): boolean {
    return this.#reader.hasMore;
  }

  #settle(): void {
    const request = this.#requests[this.#first] as Request;
    if (request.parcel) leaveParcel(request.parcel);
    this.#first += 1;
    if (this.#first < this.#requests.length && this.#first < 1024) return;
    this.#requests = this.#requests.slice(this.#first);
    this.#first = 0;
  }

  /** Waits until there are answers. */
  sleep(signal: AbortSignal): Promise<void> {
    return this.#sleeper.sleep(() => this.#reader.hasMore, { signal });
  }

  /** Gives the line up, when the server is gone and everything has been read. */
  leave(): void {
    for (const { parcel } of this.#requests.slice(this.#first)) if (parcel) leaveParcel(parcel);
    this.#requests = [];
    this.#first = 0;
    this.#line.leave();
  }
}
