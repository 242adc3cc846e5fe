/**
 * A rolling replacement of the workers, when it is asked for: with the module as it is on disk by then.
 *
 * The module is tried first, in a process of its own: one that does not load, or has no such handler any more, leaves
 * the workers as they are. Who asks while one is going on has another one after it, however often.
 *
 * @module
 */
import type { SocketServer } from '../../net/index.ts';
import type { Target } from '../target.ts';
import { counted } from '../text.ts';
import { nameOf } from './discovery.ts';
import type { Discovery } from './learn.ts';
import type { Voice } from './voice.ts';

export interface RenewalOptions {
  readonly server: Pick<SocketServer, 'replaceWorkers' | 'stats'>;
  /** With the name of the export. */
  readonly target: Target;
  readonly drainMs: number;
  readonly voice: Pick<Voice, 'say' | 'event'>;
  /** Aborted when the server is to end. */
  readonly signal: AbortSignal;
  /** Loads the module apart. */
  readonly look: (target: Target, signal: AbortSignal) => Promise<Discovery>;
}

export class Renewal {
  readonly #options: RenewalOptions;
  #isWanted = false;
  #atWork: Promise<void> | undefined;

  constructor(options: RenewalOptions) {
    this.#options = options;
  }

  /** Asks for one. Resolves when none is wanted any more; it never rejects. */
  ask(): Promise<void> {
    this.#isWanted = true;
    this.#atWork ??= this.#work();
    return this.#atWork;
  }

  async #work(): Promise<void> {
    while (this.#isWanted && !this.#options.signal.aborted) {
      this.#isWanted = false;
      await this.#renew();
    }
    this.#atWork = undefined;
  }

  async #renew(): Promise<void> {
    const { server, target, drainMs, voice, signal, look } = this.#options;
    voice.say(`SIGHUP: replacing the workers, one by one, with ${target.module} as it is now`);
    try {
      nameOf(await look(target, signal), target);
      await server.replaceWorkers({ drainMs });
      const workers = server.stats().workers.map(({ pid, thread }) => ({ pid, thread }));
      voice.say(`replaced ${counted(workers.length, 'worker')}`);
      voice.event('replaced', { workers });
    } catch (error) {
      if (signal.aborted) return; // it ends anyway
      const why = error instanceof Error ? error.message : String(error);
      voice.say(`${why}\nworkers that are not replaced stay as they are`);
      voice.event('not-replaced', { error: why });
    }
  }
}
