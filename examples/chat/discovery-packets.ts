/**
 * What is asked and answered to find rooms on a network, as bytes. Pure.
 *
 *     question    `duodao-room? 1 ` + nonce + newline, filled up with dots to 512 bytes
 *     answer      `duodao-room! 1 ` + nonce + space + TCP port + newline + title
 *
 * The nonce is 32 hexadecimal digits that nobody can guess: an answer without the one that was asked with is none. The
 * question is longer than any answer can be: whoever sends it with a forged address does not have a server send more
 * than he sent himself.
 *
 * @module
 */
import { visible } from '../visible.ts';

export const QUESTION_BYTES = 512;
const TITLE_BYTES_MAX = 200;

const QUESTION = /^duodao-room\? 1 (?<nonce>[0-9a-f]{32})\n\.*$/;
const ANSWER = /^duodao-room! 1 (?<nonce>[0-9a-f]{32}) (?<port>[1-9]\d{0,4})\n(?<title>[^]*)$/;

export interface RoomAnswer {
  readonly nonce: string;
  readonly port: number;
  readonly title: string;
}

/** The bytes of a question. */
export function questionWith(nonce: string): Buffer {
  return Buffer.from(`duodao-room? 1 ${nonce}\n`.padEnd(QUESTION_BYTES, '.'), 'latin1');
}

/** The nonce of a question; undefined when it is none, or too short to be answered. */
export function nonceIn(datagram: Uint8Array): string | undefined {
  if (datagram.byteLength !== QUESTION_BYTES) return undefined;
  return QUESTION.exec(Buffer.from(datagram).toString('latin1'))?.groups?.['nonce'];
}

/** The bytes of an answer. Of a long title the start is sent. */
export function answerWith({ nonce, port, title }: RoomAnswer): Buffer {
  const head = `duodao-room! 1 ${nonce} ${port}\n`;
  const cut = Buffer.from(title).subarray(0, TITLE_BYTES_MAX).toString('utf8');
  return Buffer.from(head + cut.replace(/\ufffd$/u, ''));
}

/** What an answer says; undefined when it is none, or one to another question. */
export function answerIn(datagram: Uint8Array, nonce: string): RoomAnswer | undefined {
  if (datagram.byteLength > QUESTION_BYTES) return undefined;
  const { groups } = ANSWER.exec(Buffer.from(datagram).toString('utf8')) ?? {};
  const port = Number(groups?.['port']);
  if (groups?.['nonce'] !== nonce || !(port <= 65_535)) return undefined;
  return { nonce, port, title: visible(groups['title'] ?? '') };
}
