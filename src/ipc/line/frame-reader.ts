/**
 * Reads the answers in a line.
 *
 * @module
 */
import { openFace, type SharedObject } from '../../memory/index.ts';
import { cellCursor, readCell } from '../../wire/index.ts';
import { handlesIn, handlesTaken, needsFunctions, resolveFunctions, unpack } from '../crossing.ts';
import { readParcel } from '../parcel.ts';
import { type Line, SERVER } from './line.ts';
import {
  AT,
  FORM,
  formOf,
  HEAD_WORDS,
  hasLinks,
  isFinal,
  isWrap,
  nextRound,
  RING_MASK,
  sizeOf,
  typeOf,
} from './line-shape.ts';
import { leaveParcel } from './load.ts';
import { bytesIn, parcelIn } from './unread.ts';

/** An answer. The same object each time: take out of it what is to stay. */
export interface Answer {
  type: number;
  isFinal: boolean;
  /** Milliseconds that the server spent on it. */
  took: number;
  /** What was answered; a promise of it (`isLater`) when modules have to be loaded first. */
  value: unknown;
  isLater: boolean;
  /** What is wrong with the answer, so that there is no value. */
  failure: unknown;
}

export type OnAnswer = (answer: Answer) => void;

const float = new Float32Array(1);
const floatBits: Int32Array = new Int32Array(float.buffer);

export function bitsOfFloat(value: number): number {
  float[0] = value;
  return floatBits[0] as number;
}

/** After so many words the server is told that there is room again. */
const TELL_WORDS = 2048;

export class FrameReader {
  readonly #line: Line;
  readonly #answer: Answer = {
    type: 0,
    isFinal: false,
    took: 0,
    value: undefined,
    isLater: false,
    failure: undefined,
  };
  #head = 0;
  #told = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  get hasMore(): boolean {
    return Atomics.load(this.#line.words, AT.tail) >>> 0 !== this.#head;
  }

  /** Reads all that is there. True if there was any. */
  read(onAnswer: OnAnswer): boolean {
    const { words, rings } = this.#line;
    const before = this.#head;
    const tail = Atomics.load(words, AT.tail) >>> 0;
    while (this.#head !== tail) {
      const start = this.#head & RING_MASK;
      const head = rings.answers[start] as number;
      if (isWrap(head)) {
        this.#head = nextRound(this.#head);
        continue;
      }
      this.#decode(rings.answers, start, head);
      if (((this.#head - this.#told) | 0) >= TELL_WORDS) this.#tell();
      onAnswer(this.#answer);
    }
    this.#tell();
    this.#answer.value = undefined;
    return this.#head !== before;
  }

  #decode(ring: Int32Array, start: number, head: number): void {
    const answer = this.#answer;
    answer.type = typeOf(head);
    answer.isFinal = isFinal(head);
    floatBits[0] = ring[start + 1] as number;
    answer.took = float[0] as number;
    answer.isLater = false;
    answer.failure = undefined;
    const next = (this.#head + sizeOf(head)) >>> 0;
    if (formOf(head) === FORM.cells) {
      cellCursor.at = start + HEAD_WORDS;
      answer.value = readCell(ring);
      this.#head = next;
      return;
    }
    answer.value = undefined;
    try {
      if (formOf(head) === FORM.parcel) this.#openParcel(ring, start, next);
      else if (hasLinks(head)) this.#openLinked(bytesIn(ring, start).slice(), next);
      else answer.value = unpack(bytesIn(ring, start));
    } catch (error) {
      answer.failure = error;
    }
    this.#head = next;
  }

  /** What refers to others is passed inside the guard: they are counted for as long as they are in here. */
  #openLinked(bytes: Uint8Array, next: number): void {
    const handles = handlesIn(bytes);
    const pass = (): void => {
      this.#passTo(next);
      handlesTaken(handles);
    };
    if (!needsFunctions(bytes)) {
      try {
        this.#answer.value = unpack(bytes);
      } finally {
        pass();
      }
      return;
    }
    // The handles stay counted until the value has come to be: whoever counts anew meanwhile finds a holder in us only
    // then. So they are opened first.
    const faces = handles.map((handle) => openFace(handle));
    pass();
    this.#answer.isLater = true;
    this.#answer.value = resolveFunctions(bytes).then(() => {
      faces.length = 0;
      return unpack(bytes);
    });
  }

  #openParcel(ring: Int32Array, start: number, next: number): void {
    const reference = parcelIn(ring, start);
    let parcel: SharedObject | undefined;
    let isLater = false;
    try {
      const opened = readParcel(reference);
      parcel = opened.parcel;
      if (needsFunctions(opened.bytes)) {
        isLater = true;
        const held = opened.parcel;
        this.#answer.isLater = true;
        this.#answer.value = resolveFunctions(opened.bytes)
          .then(() => unpack(opened.bytes))
          .finally(() => leaveParcel(held));
      } else this.#answer.value = unpack(opened.bytes);
    } finally {
      this.#passTo(next);
      handlesTaken([reference]);
      if (parcel && !isLater) leaveParcel(parcel);
    }
  }

  #passTo(next: number): void {
    this.#line.inside(() => {
      Atomics.store(this.#line.words, AT.head, next | 0);
    });
  }

  /** Tells the server, which may wait for this room, how far we are. */
  #tell(): void {
    if (this.#told === this.#head) return;
    this.#line.publish(AT.head, this.#head | 0, SERVER);
    this.#told = this.#head;
  }
}
