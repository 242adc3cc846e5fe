/**
 * The life of what was started: what its starter knows of it, from the launch to the end.
 *
 * The starter hears of the end from the system, the result comes through shared memory; both are in the record
 * (record.ts), and waiting for either is waiting for the record.
 *
 * @module
 */
import { assert, type DuodaoError, FAULTY, pass, type Wait } from '../base/index.ts';
import { openParcel } from '../ipc/index.ts';
import { here } from '../memory/index.ts';
import { leaveGate } from './start/boot-gate.ts';
import { type Exit, exitCodeOf } from './record/exit.ts';
import type { ProcessRecord, Stage } from './record/record.ts';
import type { ProcessState } from './record/state.ts';

export abstract class Life {
  readonly name: string;
  readonly record: ProcessRecord;
  readonly #onEnd: () => void;
  #exit: Exit | undefined;
  readonly #listeners: ((exit: Exit) => void)[] = [];

  constructor(name: string, record: ProcessRecord, onEnd: () => void) {
    this.name = name;
    this.record = record;
    this.#onEnd = onEnd;
  }

  get isAlive(): boolean {
    return this.#exit === undefined;
  }

  get exitCode(): number | null {
    return this.#exit === undefined ? null : exitCodeOf(this.#exit);
  }

  /** What it is doing now. */
  get state(): ProcessState {
    return this.#exit === undefined ? this.stateNow(this.record.stage) : 'terminated';
  }

  /** The same of one that lives. */
  abstract stateNow(stage: Stage): ProcessState;

  /** Whether it is among the participants by now, with a slot of its own. */
  abstract get hasPlace(): boolean;

  get stage(): Stage {
    return this.#exit === undefined ? this.record.stage : 'terminated';
  }

  /** It has ended. Only the first of these is heard. */
  end(exit: Exit): void {
    if (this.#exit) return;
    this.#exit = exit;
    leaveGate(this);
    this.#onEnd();
    if (FAULTY) pass('process.ended');
    this.record.dropOrders();
    this.record.setExit(exit);
    this.record.setStage('terminated');
    if (FAULTY) pass('process.told');
    here().noticeDeath();
    for (const listener of this.#listeners) listener(exit);
  }

  /** Has a function called at its end, at once if that has been. Unlike `join()` it keeps nobody alive. */
  onceEnded(listener: (exit: Exit) => void): void {
    if (this.#exit) listener(this.#exit);
    else this.#listeners.push(listener);
  }

  join(wait?: Wait): Promise<Exit> {
    return this.record.until('end', `The end of ${this.name}`, () => this.#exit, wait);
  }

  async result(wait?: Wait): Promise<unknown> {
    const { record } = this;
    const look = (): 'value' | 'error' | 'gone' | undefined => {
      const { outcome } = record;
      return outcome === 'none' ? this.#exit && 'gone' : outcome;
    };
    const outcome = await record.until('answer', `The result of ${this.name}`, look, wait);
    if (outcome === 'gone' || !record.result) {
      assert(this.#exit, 'only an end leaves no answer');
      throw this.noAnswer(this.#exit);
    }
    const value = await openParcel(record.result);
    if (outcome === 'error') throw value;
    return value;
  }

  /** What is said to those who wait for an answer when it ended without one. */
  abstract noAnswer(exit: Exit): DuodaoError;

  /** Gives up the record, once it has ended. */
  close(): void {
    this.record.close();
  }
}
