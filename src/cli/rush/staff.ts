/**
 * The sellers of the office: started, counted, killed on purpose, replaced.
 *
 * Whoever dies is replaced, as often as it happens, while orders are answered by anybody. But when a few in a row
 * come to one place and die, and not one order is answered meanwhile, there will be no better ones, and the office
 * is told to close: a broken environment must not start processes without end.
 *
 * @module
 */
import { DuodaoError, type Exit, Process } from '../../index.ts';
import { OPEN } from './book.ts';
import type { Desk } from './desk.ts';
import { sell } from './seller.ts';
import type { SellerView } from './view.ts';

interface Seller {
  readonly number: number;
  readonly process: Process<typeof sell>;
  /** How many came to this place before it and died, one after the other, while no order was answered. */
  readonly failedBefore: number;
  /** How many orders were answered when it came. */
  readonly answeredBefore: number;
}

/** What a seller has done so far. */
export interface Work {
  readonly answered: number;
  readonly sold: number;
}

/** How many may die in one place while nothing is answered before we stop believing in the next one. */
const FAILED_MOST = 3;

export class Staff {
  readonly #desk: Desk;
  readonly #lock: boolean;
  readonly #onFailure: (failure: Error) => void;
  readonly #alive: Set<Seller> = new Set();
  readonly #ends: Promise<void>[] = [];
  readonly #victims: Set<Seller> = new Set();
  #hired = 0;
  #going = false;
  #viewed: ReadonlyMap<number, Work> = new Map();

  /** @param onFailure - Told why no seller can work here. Those who are at work stay so. */
  constructor(desk: Desk, lock: boolean, onFailure: (failure: Error) => void) {
    this.#desk = desk;
    this.#lock = lock;
    this.#onFailure = onFailure;
  }

  /** How many sellers were killed on purpose. */
  get killed(): number {
    return this.#victims.size;
  }

  /** How many are at work, those who were killed this moment left out. */
  get atWork(): number {
    return [...this.#alive].filter((seller) => isAtWork(seller) && !this.#victims.has(seller)).length;
  }

  /** Starts sellers; none any more once they are going. */
  async hire(count: number): Promise<void> {
    for (let i = 0; i < count && !this.#going; i++) await this.#hireOne(0);
  }

  async #hireOne(failedBefore: number): Promise<void> {
    const number = ++this.#hired;
    const process = new Process({
      target: sell,
      args: [this.#desk, number, this.#lock],
      name: `seller ${number}`,
      daemon: true,
    });
    await process.start();
    const seller: Seller = { number, process, failedBefore, answeredBefore: this.#answered() };
    this.#alive.add(seller);
    this.#ends.push(this.#untilGone(seller).catch(this.#onFailure));
  }

  /** Sees to it that a seller who is gone before the orders are is replaced. */
  async #untilGone(seller: Seller): Promise<void> {
    const exit = await seller.process.join();
    this.#alive.delete(seller);
    if (this.#going || (isLeave(exit) && this.#desk.queue.isClosed)) return;
    const isFailed = !this.#victims.has(seller) && this.#answered() === seller.answeredBefore;
    const failed = isFailed ? seller.failedBefore + 1 : 0;
    if (exit.how === 'not-started' || failed === FAILED_MOST) throw await failureOf(seller);
    await this.#hireOne(failed);
  }

  #answered(): number {
    return this.#desk.outcomes.view.reduce((sum, word) => (word === OPEN ? sum : sum + 1), 0);
  }

  /** Kills a seller that is at work, chosen by `random` (0 to below 1). False while none is. */
  killOne(random: number): boolean {
    const atWork = [...this.#alive].filter((seller) => isAtWork(seller) && !this.#victims.has(seller));
    const victim = atWork[Math.floor(random * atWork.length)];
    if (!victim) return false;
    this.#victims.add(victim);
    victim.process.kill();
    return true;
  }

  /** From now on who goes is not replaced. Those who are still on their way to work are sent home. */
  close(): void {
    this.#going = true;
    for (const seller of this.#alive) if (!isAtWork(seller)) seller.process.kill();
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

  /**
   * The sellers as they are now.
   *
   * @param work - What each seller, by number, has done so far.
   * @param seconds - Since the last call: for their speed.
   */
  view(work: ReadonlyMap<number, Work>, seconds: number): SellerView[] {
    const before = this.#viewed;
    this.#viewed = new Map(work);
    return [...this.#alive].map((seller) => {
      const { answered = 0, sold = 0 } = work.get(seller.number) ?? {};
      const more = answered - (before.get(seller.number)?.answered ?? 0);
      const busy = this.#desk.queue.isEmpty ? 'waiting' : 'selling';
      return {
        name: seller.process.name,
        pid: seller.process.pid ?? 0,
        state: isAtWork(seller) ? busy : 'starting',
        perSecond: seconds > 0 ? Math.round(more / seconds) : 0,
        sold,
      };
    });
  }
}

function isAtWork({ process }: Seller): boolean {
  return process.state === 'running' || process.state === 'blocked';
}

/** Whether it left by itself, as sellers do when the office closes. */
function isLeave(exit: Exit): boolean {
  return exit.how === 'exited' && exit.code === 0;
}

async function failureOf({ process }: Seller): Promise<Error> {
  const reason: unknown = await process.result().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  const why = reason instanceof Error ? reason.message : `${process.name} left on its own`;
  const facts = { name: process.name };
  return new DuodaoError(
    'exited',
    `Cannot sell as the sellers die, and no order is answered: ${why}`,
    facts,
    {
      cause: reason,
    },
  );
}
