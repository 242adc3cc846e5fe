/**
 * What a client makes of answers: which it believes, and what they come to. Pure.
 *
 * An answer is believed only if it brings back the number that was sent with the question. Nobody who did not see the
 * question knows that number, so he cannot have us believe another time, or stop asking.
 *
 * @module
 */
import {
  decodePacket,
  type NtpTime,
  ntpTimeOf,
  offsetAndDelay,
  differenceNs,
  referenceText,
  SERVER_MODE,
  unixNsOf,
  UNSYNCHRONISED,
} from './sntp.ts';

/** A question that was sent, and when by our clock (nanoseconds since 1970). */
export interface Asked {
  readonly number: NtpTime;
  readonly atNs: bigint;
}

/** What one answer says. */
export interface Sample {
  readonly offsetNs: bigint;
  readonly delayNs: bigint;
  readonly stratum: number;
  readonly reference: string;
  /** The server's time when it answered, in nanoseconds since 1970. */
  readonly serverNs: bigint;
}

/** Why an answer is not believed. With a `kiss` it is genuine, and the server wants no more questions. */
export interface Refusal {
  readonly refused: string;
  readonly kiss?: string;
}

/** What codes of a "kiss of death" mean. */
const KISSES: Readonly<Record<string, string>> = {
  RATE: 'we ask too often',
  DENY: 'it does not serve us',
  RSTR: 'it does not serve us',
  INIT: 'it has not begun yet',
  STEP: 'its clock was just set',
};

/** A server that is surely wrong about how exact it is does not get more than this. */
const COARSEST_NS = 16_000_000n;
/** How far it may be from a good clock, in seconds: NTP's own limit. */
const FARTHEST_SECONDS = 16;

/** Judges what came back at `backNs` by our clock. */
export function judge(datagram: Uint8Array, asked: Asked, backNs: bigint): Sample | Refusal {
  const packet = decodePacket(datagram);
  if (!packet) return { refused: `it has ${datagram.byteLength} bytes, and an answer has 48` };
  const { leap, mode, stratum, originate, receive, transmit, rootDelaySeconds, rootDispersionSeconds } =
    packet;
  if (mode !== SERVER_MODE) return { refused: `its mode is ${mode}, and that of an answer is 4` };
  if (originate !== asked.number) return { refused: 'it answers another question than ours' };
  const reference = referenceText(packet.referenceId, stratum);
  if (stratum === 0) {
    const why = Object.hasOwn(KISSES, reference) ? `: ${KISSES[reference]}` : '';
    return { refused: `the server wants no more questions (${reference}${why})`, kiss: reference };
  }
  if (stratum > 15) return { refused: `its stratum is ${stratum}: it is not synchronised` };
  if (leap === UNSYNCHRONISED) return { refused: 'it says that its clock is not synchronised' };
  if (receive === 0n || transmit === 0n) return { refused: 'a time is missing in it' };
  if (rootDelaySeconds / 2 + rootDispersionSeconds >= FARTHEST_SECONDS)
    return { refused: 'it says that it may be wrong by 16 s and more' };
  const coarseNs = packet.precision >= -6 ? COARSEST_NS : 2_000_000n;
  const { offsetNs, delayNs } = offsetAndDelay({
    asked: ntpTimeOf(asked.atNs),
    received: receive,
    answered: transmit,
    back: ntpTimeOf(backNs),
  });
  if (differenceNs(transmit, receive) < 0n) return { refused: 'it left before the question came' };
  if (delayNs < -coarseNs) return { refused: 'the server took longer for it than it took to come back' };
  return { offsetNs, delayNs, stratum, reference, serverNs: unixNsOf(transmit, backNs + offsetNs) };
}

/** What several samples come to. */
export interface Result {
  readonly best: Sample;
  /** How much the others differ from it, as the root of the mean of the squares, in nanoseconds. */
  readonly jitterNs: number;
}

/**
 * The clock filter: of several samples the one with the smallest delay is the best, as it can be wrong by half of that
 * delay at most. Averages would take in what waited in queues.
 */
export function filtered(samples: readonly Sample[]): Result | undefined {
  const [best, ...others] = samples.toSorted((a, b) => Number(a.delayNs - b.delayNs));
  if (!best) return undefined;
  const squares = others.map(({ offsetNs }) => Number(offsetNs - best.offsetNs) ** 2);
  const sum = squares.reduce((total, square) => total + square, 0);
  return { best, jitterNs: Math.sqrt(sum / Math.max(1, others.length)) };
}

/** Nanoseconds as seconds. */
export function seconds(ns: bigint | number): number {
  return Number(ns) / 1e9;
}
