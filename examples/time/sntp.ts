/**
 * A packet of NTP, versions 1 to 4, as bytes and back (RFC 4330, RFC 5905). Pure.
 *
 *     offset  bytes  field
 *      0       1     leap indicator (2 bits), version (3), mode (3)
 *      1       1     stratum: 0 a "kiss of death", 1 has the time from a clock, 2 to 15 from another server
 *      2       1     poll: 2 to the power of it is the interval between questions, in seconds; signed
 *      3       1     precision of the clock, in the same way; signed
 *      4       4     root delay: the way to the clock and back, in seconds as 16.16
 *      8       4     root dispersion: how wrong it may be, in seconds as 16.16
 *     12       4     reference: four letters (stratum 0 and 1), or the address of the server above
 *     16       8     when the clock was last set
 *     24       8     originate: `transmit` of the question, copied
 *     32       8     receive: when the question came
 *     40       8     transmit: when this packet left
 *
 * All big-endian. A time is 64 bits: seconds since 1900 and a fraction, as 32.32, kept here as one bigint. The seconds
 * run over in 2036 and begin again at 0. Differences are right all the same, as long as they are taken modulo 2^64 and
 * are no longer than 68 years; a moment needs to know near which other one it is. A time of 0 means "not known".
 *
 * What may follow the 48 bytes (extension fields, a signature) is not looked at.
 *
 * @module
 */

/** What a packet must have at least, and what ours have. */
export const PACKET_BYTES = 48;

export const CLIENT_MODE = 3;
export const SERVER_MODE = 4;
/** "Not synchronised", as a leap indicator. */
export const UNSYNCHRONISED = 3;

/** A time on the wire: 32.32 since 1900, modulo 2^64. */
export type NtpTime = bigint;

export interface Packet {
  readonly leap: number;
  readonly version: number;
  readonly mode: number;
  readonly stratum: number;
  readonly poll: number;
  readonly precision: number;
  readonly rootDelaySeconds: number;
  readonly rootDispersionSeconds: number;
  readonly referenceId: number;
  readonly reference: NtpTime;
  readonly originate: NtpTime;
  readonly receive: NtpTime;
  readonly transmit: NtpTime;
}

/** From 1900 to 1970: 70 years, 17 of them leap years. */
const SECONDS_TO_1970 = 2_208_988_800n;
const NS_PER_SECOND = 1_000_000_000n;
const SHORT = 0x1_0000;

/** A packet from its bytes; undefined when they are too few to be one. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.byteLength < PACKET_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, PACKET_BYTES);
  const first = view.getUint8(0);
  return {
    leap: first >> 6,
    version: (first >> 3) & 7,
    mode: first & 7,
    stratum: view.getUint8(1),
    poll: view.getInt8(2),
    precision: view.getInt8(3),
    rootDelaySeconds: view.getUint32(4) / SHORT,
    rootDispersionSeconds: view.getUint32(8) / SHORT,
    referenceId: view.getUint32(12),
    reference: view.getBigUint64(16),
    originate: view.getBigUint64(24),
    receive: view.getBigUint64(32),
    transmit: view.getBigUint64(40),
  };
}

/** The bytes of a packet. */
export function encodePacket(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(PACKET_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (packet.leap << 6) | (packet.version << 3) | packet.mode);
  view.setUint8(1, packet.stratum);
  view.setInt8(2, packet.poll);
  view.setInt8(3, packet.precision);
  view.setUint32(4, Math.round(packet.rootDelaySeconds * SHORT));
  view.setUint32(8, Math.round(packet.rootDispersionSeconds * SHORT));
  view.setUint32(12, packet.referenceId);
  view.setBigUint64(16, packet.reference);
  view.setBigUint64(24, packet.originate);
  view.setBigUint64(32, packet.receive);
  view.setBigUint64(40, packet.transmit);
  return bytes;
}

/** A question, which says nothing but its version and a `transmit` that the answer has to bring back. */
export function question(version: number, transmit: NtpTime): Packet {
  return {
    leap: 0,
    version,
    mode: CLIENT_MODE,
    stratum: 0,
    poll: 0,
    precision: 0,
    rootDelaySeconds: 0,
    rootDispersionSeconds: 0,
    referenceId: 0,
    reference: 0n,
    originate: 0n,
    receive: 0n,
    transmit,
  };
}

/** Nanoseconds since 1970 as a time on the wire. */
export function ntpTimeOf(unixNs: bigint): NtpTime {
  const scaled = unixNs << 32n;
  // So that it is rounded down before 1970, too.
  const rest = ((scaled % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const time = BigInt.asUintN(64, (scaled - rest) / NS_PER_SECOND + (SECONDS_TO_1970 << 32n));
  return time === 0n ? 1n : time; // 0 means "not known"
}

/** A time on the wire as nanoseconds since 1970: of all moments that it may mean, the one nearest to `nearUnixNs`. */
export function unixNsOf(time: NtpTime, nearUnixNs: bigint): bigint {
  return nearUnixNs + differenceNs(time, ntpTimeOf(nearUnixNs));
}

/** How long `later` is after `earlier`, in nanoseconds, also where the seconds run over; negative when it is before. */
export function differenceNs(later: NtpTime, earlier: NtpTime): bigint {
  const scaled = BigInt.asIntN(64, later - earlier) * NS_PER_SECOND;
  return (scaled + (1n << 31n)) >> 32n; // rounded to the nearest
}

/** The four times of a question and its answer. */
export interface Exchange {
  /** When the question left, by the client's clock. */
  readonly asked: NtpTime;
  /** When it came, and when the answer left, by the server's clock. */
  readonly received: NtpTime;
  readonly answered: NtpTime;
  /** When the answer came, by the client's clock. */
  readonly back: NtpTime;
}

/**
 * How far the server's clock is ahead of the client's, and how long question and answer were on their way.
 *
 * The offset is exact if both ways took as long as each other, and wrong by half of the delay at most.
 */
export function offsetAndDelay({ asked, received, answered, back }: Exchange): {
  readonly offsetNs: bigint;
  readonly delayNs: bigint;
} {
  const there = differenceNs(received, asked);
  const home = differenceNs(back, answered);
  return { offsetNs: (there - home) / 2n, delayNs: there + home };
}

/** Four letters as a reference. */
export function referenceOf(letters: string): number {
  return [0, 1, 2, 3].reduce((id, index) => id * 256 + (letters.charCodeAt(index) || 0), 0);
}

/** A reference for people: letters at stratum 0 and 1, an address above. What is no plain letter is shown as `?`. */
export function referenceText(id: number, stratum: number): string {
  const bytes = [id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255];
  if (stratum > 1) return bytes.join('.');
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return bytes
    .slice(0, end)
    .map((byte) => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : '?'))
    .join('');
}
