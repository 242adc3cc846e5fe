/**
 * What a time server answers, and what it does not. Pure: bytes and times in, bytes out.
 *
 * Whoever sends something else than a question gets nothing, not even an error: an answer to an answer would have two
 * servers talk to each other for ever, and the sender's address may be forged. For that reason too an answer has 48
 * bytes, which is never more than the question had.
 *
 * @module
 */
import {
  CLIENT_MODE,
  decodePacket,
  encodePacket,
  type NtpTime,
  type Packet,
  referenceOf,
  SERVER_MODE,
  UNSYNCHRONISED,
} from './sntp.ts';

const VERSIONS = { least: 1, most: 4 };
/** 2^-10 s, about a millisecond: what `Date.now()` tells. */
const PRECISION = -10;
/** The address that servers without a source above them give: their own clock. */
const OWN_CLOCK = 0x7f_7f_01_01;

/** The question in a datagram; undefined when it is none that is to be answered. */
export function questionIn(datagram: Uint8Array): Packet | undefined {
  const packet = decodePacket(datagram);
  if (packet?.mode !== CLIENT_MODE) return undefined;
  return packet.version >= VERSIONS.least && packet.version <= VERSIONS.most ? packet : undefined;
}

/** What a server says of itself. */
export interface Standing {
  /** 1 to 15; 16 and more is "not synchronised". */
  readonly stratum: number;
  /** How wrong its clock may be. */
  readonly errorSeconds: number;
}

/** The answer to a question that came at `receive`, all but the moment at which it leaves. */
export function answerTo(question: Packet, receive: NtpTime, { stratum, errorSeconds }: Standing): Packet {
  return {
    leap: stratum > 15 ? UNSYNCHRONISED : 0,
    version: question.version,
    mode: SERVER_MODE,
    stratum,
    poll: question.poll,
    precision: PRECISION,
    rootDelaySeconds: 0,
    rootDispersionSeconds: Math.min(errorSeconds, 1),
    referenceId: stratum === 1 ? referenceOf('LOCL') : OWN_CLOCK,
    reference: receive,
    originate: question.transmit,
    receive,
    transmit: receive,
  };
}

/** The "kiss of death" for who asks too often: no time, and the reason in four letters. */
export function kissOfDeath(question: Packet, code: string, receive: NtpTime): Packet {
  const answer = answerTo(question, receive, { stratum: 0, errorSeconds: 0 });
  return { ...answer, leap: UNSYNCHRONISED, referenceId: referenceOf(code) };
}

/** The bytes of an answer that leaves now. */
export function sealed(answer: Packet, transmit: NtpTime): Uint8Array {
  return encodePacket({ ...answer, transmit });
}
