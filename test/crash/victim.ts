/** A process that is killed at the very edge of a system call, where it was stopped. */
import assert from 'node:assert/strict';
import { type AnyFunction, Process, SharedArray } from '../../src/index.ts';
import { DONE, GO, HERE, type Stages, VICTIM } from '../fixtures/crash/edges.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import type { Edge } from '../harness/system-calls.ts';
import { Tracer } from '../harness/tracer.ts';
import { endChildren, until } from '../harness/tree.ts';

export function newStages(): Stages {
  return new SharedArray('i32', 8);
}

const tracers: Set<Tracer> = new Set();

/** To be called after each test. A process that dies under a tracer has not ended for its parent until that has. */
export async function endVictims(): Promise<void> {
  await Promise.all([...tracers].map((tracer) => tracer.end()));
  tracers.clear();
  await endChildren();
}

export class Victim {
  readonly pid: number;
  readonly #child: Process;
  readonly #tracer: Tracer;
  readonly #stages: Stages;

  constructor(child: Process, tracer: Tracer, stages: Stages) {
    this.pid = child.pid as number;
    this.#child = child;
    this.#tracer = tracer;
    this.#stages = stages;
  }

  /** Starts it, and attaches to it where it waits to be told. */
  static async start<F extends AnyFunction>(
    stages: Stages,
    target: F,
    args: Readonly<Parameters<F>>,
  ): Promise<Victim> {
    const child = await new Process({ target, args }).start();
    await until('the victim is there', () => stages.view[VICTIM] === HERE);
    const tracer = await Tracer.of(child.pid as number);
    tracers.add(tracer);
    return new Victim(child, tracer, stages);
  }

  /** Tells it to do what it is there for. */
  go(): void {
    Atomics.store(this.#stages.view, VICTIM, GO);
  }

  /** Resolves when it stands there. */
  stopsAt(edge: Edge): Promise<void> {
    return this.#tracer.stopAt(edge);
  }

  /** Tells it to go, and waits until it stands there. */
  async goTo(edge: Edge): Promise<void> {
    const stopped = this.stopsAt(edge);
    this.go();
    await stopped;
  }

  async kill(): Promise<void> {
    assert.notEqual(this.#stages.view[VICTIM], DONE, 'it is still at its work');
    await this.#tracer.kill();
    assert.deepEqual(await this.#child.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
  }
}
