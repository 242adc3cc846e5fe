/**
 * The sellers of the office: started, counted, killed on purpose, replaced.
 *
 * @module
 */
import { DuodaoError, Process } from '../../index.ts';
import type { Desk } from './desk.ts';
import { sell } from './seller.ts';
import type { SellerView } from './view.ts';

type Seller = { readonly number: number; readonly process: Process<typeof sell>; answeredBefore: number };

/** How many sellers may die of themselves before we stop believing that the next one will live. */
const LOSSES_MOST = 5;

export class Staff {
  readonly #desk: Desk;
  readonly #lock: boolean;
  readonly #alive: Set<Seller> = new Set();
  readonly #ends: Promise<void>[] = [];
  #hired = 0;
  #losses = 0;
  #killed = 0;
  #going = false;
  #failure: Error | undefined;
  readonly #victims: Set<number> = new Set();

  constructor(desk: Desk, lock: boolean) {
    this.#desk = desk;
    this.#lock = lock;
  }

  /** How many sellers were killed on purpose. */
  get killed(): number {
    return this.#killed;
  }

  /** Why no seller can work, if none can. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  async hire(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#hireOne();
  }

  async #hireOne(): Promise<void> {
    const number = ++this.#hired;
    const process = new Process({
      target: sell,
      args: [this.#desk, number, this.#lock],
      name: `seller ${number}`,
      daemon: true,
    });
    await process.start();
    const seller: Seller = { number, process, answeredBefore: 0 };
    this.#alive.add(seller);
    this.#ends.push(this.#untilGone(seller));
  }

  /** Sees to it that a seller who is gone before the office closes is replaced. */
  async #untilGone(seller: Seller): Promise<void> {
    const exit = await seller.process.join();
    this.#alive.delete(seller);
    if (this.#going || (exit.how === 'exited' && exit.code === 0)) return;
    if (!this.#victims.has(seller.number)) {
      this.#losses++;
      const why = await seller.process.result().catch((reason: unknown) => reason);
      if (this.#losses > LOSSES_MOST || exit.how === 'not-started') {
        this.#failure = new DuodaoError(
          'exited',
          `Sellers keep dying: the last one was ${seller.process.name}`,
          {},
          { cause: why },
        );
        return;
      }
    }
    await this.#hireOne().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Kills a seller that is at work, chosen by `random` (0 to below 1). False while none is. */
  killOne(random: number): boolean {
    const atWork = [...this.#alive].filter(
      ({ number, process }) => process.state === 'running' && !this.#victims.has(number),
    );
    const victim = atWork[Math.floor(random * atWork.length)];
    if (!victim) return false;
    this.#victims.add(victim.number);
    victim.process.kill();
    this.#killed++;
    return true;
  }

  /** From now on, who goes is not replaced. */
  close(): void {
    this.#going = true;
  }

  /** Kills whoever is left. */
  dismiss(): void {
    this.#going = true;
    for (const { process } of this.#alive) process.kill();
  }

  /** Until everybody is gone. */
  async gone(): Promise<void> {
    // Replacements add their own ends while we wait.
    for (let i = 0; i < this.#ends.length; i++) await this.#ends[i];
  }

  /** The sellers as they are now. @param seconds - Since the last call: for their speed. */
  view(seconds: number): SellerView[] {
    const { tally, queue } = this.#desk;
    return [...this.#alive].map((seller) => {
      const answered = Atomics.load(tally.view, seller.number * 2);
      const perSecond = seconds > 0 ? (answered - seller.answeredBefore) / seconds : 0;
      seller.answeredBefore = answered;
      const state = seller.process.state === 'running' ? (queue.isEmpty ? 'waiting' : 'selling') : 'starting';
      return {
        name: `seller ${seller.number}`,
        pid: seller.process.pid ?? 0,
        state,
        perSecond: Math.round(perSecond),
        sold: Atomics.load(tally.view, seller.number * 2 + 1),
      };
    });
  }
}
