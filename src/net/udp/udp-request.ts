/**
 * One datagram, as its handler has it.
 *
 * @module
 */
import type { HostAddress } from '../address.ts';
import type { Sender } from './sender.ts';

/** A datagram, and the way back to whoever sent it. */
export interface UdpRequest {
  /** All of its bytes, as they were sent: never cut, and never several datagrams together. There may be none. */
  readonly data: Buffer;
  /**
   * Sends a datagram back. Resolves when the kernel has taken it, which says nothing of its arrival; until then its
   * bytes must stay as they are. What fails and nobody waits for is only counted.
   *
   * @throws DuodaoError `over-limit` when it is too long, or too much waits to be sent; `broken` when the kernel knows
   * no way there; `unsafe` when it would answer ourselves; `protocol` when the other side has no port that could be
   * answered; `closed` when the server has closed.
   */
  reply(bytes: Uint8Array | string): Promise<void>;
}

/** What handlers are given: small, as one is made for each datagram. */
export class Datagram implements UdpRequest {
  readonly data: Buffer;
  readonly #client: HostAddress;
  readonly #sender: Sender;

  constructor(data: Buffer, client: HostAddress, sender: Sender) {
    this.data = data;
    this.#client = client;
    this.#sender = sender;
  }

  reply(bytes: Uint8Array | string): Promise<void> {
    return this.#sender.reply(bytes, this.#client);
  }
}
