/**
 * Connects, and connects again when that fails or the connection is lost: for whoever uses one connection after the
 * other.
 *
 *     connecting ──▶ connected ──lost()──▶ waiting ──delay──▶ connecting …
 *          └─── failed ───▶ waiting        any ── stop(), or a failure that stays one ──▶ closed
 *
 * What is no reason to try again: the key is wrong, the certificate is not the one, or the options cannot be used. That
 * nobody listens, the name is not found or nobody answers in time may be otherwise in a moment.
 *
 * A connection that was lost soon after it began is followed by a longer delay, as if it had failed: a server that
 * accepts and then falls is not called without end as fast as it can.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { SocketConnection } from '../connection/connection.ts';
import { Backoff } from './backoff.ts';
import { connect } from './connect.ts';
import type { ReconnectPlan, ReconnectState } from './reconnect-options.ts';

/** Whom a dialer tells. */
export interface DialerEars<In, Out extends readonly unknown[]> {
  /** There is a connection. lost() is to be called when it is over. */
  connected(connection: SocketConnection<In, Out>): void;
  /** There will be none any more. */
  gaveUp(why: unknown): void;
}

/** What TLS says of certificates: another try would show the same one. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH/;

export class Dialer<In, Out extends readonly unknown[]> {
  readonly #plan: ReconnectPlan<In, Out>;
  readonly #ears: DialerEars<In, Out>;
  readonly #backoff: Backoff;
  readonly #unlisten: () => void;
  #state: ReconnectState = 'connecting';
  #attempts = 0;
  #failure: unknown;
  #connectedAt = 0;
  #isWanted = false;
  #timer: NodeJS.Timeout | undefined;
  #dialing: AbortController | undefined;

  /** Begins at once; its ears hear nothing before this has returned. */
  constructor(plan: ReconnectPlan<In, Out>, ears: DialerEars<In, Out>) {
    this.#plan = plan;
    this.#ears = ears;
    this.#backoff = new Backoff(plan.minDelayMs, plan.maxDelayMs, plan.jitter);
    const { signal } = plan.connect;
    const abort = (): void => this.#giveUp(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#unlisten = () => signal?.removeEventListener('abort', abort);
    this.#dial();
  }

  get state(): ReconnectState {
    return this.#state;
  }

  /** Tries since it was connected last. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Why there is no connection; undefined while there is one, or before the first try has failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Somebody waits for a connection: so the process stays alive until there is one. */
  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** The connection is over. */
  lost(why: unknown): void {
    if (this.#state !== 'connected') return;
    if (performance.now() - this.#connectedAt >= this.#plan.maxDelayMs) this.#backoff.reset();
    this.#wait(why);
  }

  /** No more connections. */
  stop(why?: unknown): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unlisten();
    this.#dialing?.abort();
    this.#become('closed', why);
  }

  #dial(): void {
    this.#timer = undefined;
    this.#attempts++;
    const dialing = new AbortController();
    this.#dialing = dialing;
    const { signal } = this.#plan.connect;
    if (signal?.aborted) dialing.abort(signal.reason);
    connect(this.#plan.address, { ...this.#plan.connect, signal: dialing.signal }).then(
      (connection) => {
        this.#dialing = undefined;
        if (this.#state === 'closed') connection.close();
        else this.#connected(connection);
      },
      (error: unknown) => {
        this.#dialing = undefined;
        if (this.#state !== 'closed') this.#failed(error);
      },
    );
  }

  #connected(connection: SocketConnection<In, Out>): void {
    this.#connectedAt = performance.now();
    this.#attempts = 0;
    this.#failure = undefined;
    this.#become('connected');
    // Whoever was told of that may have closed it.
    if (this.state === 'closed') connection.close();
    else this.#ears.connected(connection);
  }

  #failed(error: unknown): void {
    if (isFinal(error) || this.#attempts >= this.#plan.attempts) this.#giveUp(error);
    else this.#wait(error);
  }

  #wait(why: unknown): void {
    this.#failure = why;
    let delayMs: number;
    try {
      delayMs = this.#backoff.next();
    } catch (error) {
      this.#giveUp(error); // the user's own jitter has failed
      return;
    }
    this.#timer = setTimeout(() => {
      this.#become('connecting');
      if (this.#state !== 'closed') this.#dial();
    }, delayMs);
    if (!this.#isWanted) this.#timer.unref();
    this.#become('waiting', why);
  }

  #giveUp(why: unknown): void {
    if (this.#state === 'closed') return;
    this.#ears.gaveUp(why);
    this.stop(why);
  }

  /** Comes last in whatever calls it: the user may do anything in return. */
  #become(state: ReconnectState, why?: unknown): void {
    this.#state = state;
    const { onState } = this.#plan;
    if (!onState) return;
    try {
      onState(state, why);
    } catch (error) {
      // Theirs, and not to disturb us: as with listeners of events, it is an uncaught exception.
      setImmediate(() => {
        throw error;
      });
    }
  }
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof DuodaoError)) return true;
  return error.code === 'auth' || CERTIFICATE.test(String(error.facts['errno'] ?? ''));
}
