/**
 * Stops another process at the very edge of a system call, and kills it there.
 *
 *     const tracer = await Tracer.of(pid);
 *     const stopped = tracer.stopAt({ ...EDGES.wakeWord, at: 'entry' });
 *     …                       // have it go there
 *     await stopped;          // it stands: it holds what it holds, and runs no more
 *     await tracer.kill();
 *
 * It sees the process' main thread only. The work is done by a program: test/fixtures/crash/tracer.ts.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { type Program, run } from './programs.ts';
import type { Edge } from './system-calls.ts';

/** Only turns a hang into a failure. */
const LIMIT_MS = 20_000;

export class Tracer {
  readonly #pid: number;
  readonly #program: Program;

  constructor(pid: number, program: Program) {
    this.#pid = pid;
    this.#program = program;
  }

  /** Attaches to a process. */
  static async of(pid: number): Promise<Tracer> {
    const tracer = new Tracer(pid, run('crash/tracer.ts', [String(pid)], { input: 'open' }));
    await tracer.#expect('seized');
    return tracer;
  }

  /** Has the process run, until it stops there. */
  async stopAt(edge: Edge): Promise<void> {
    this.#program.tell(JSON.stringify(edge));
    await this.#expect('stopped');
  }

  /** Kills the process, where it stands, and resolves when it is gone. */
  async kill(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL');
    this.#program.tell('bury');
    await this.#expect('ended');
    await this.end();
  }

  /** Ends the tracer, and with it the process, if that still runs. */
  async end(): Promise<void> {
    this.#program.process.kill('SIGKILL');
    await this.#program.end;
  }

  async #expect(answer: string): Promise<void> {
    const timer = setTimeout(() => this.#program.process.kill('SIGKILL'), LIMIT_MS);
    try {
      const said = await this.#program.line();
      if (said !== answer) throw new Error(`The tracer of ${this.#pid} said ${said} instead of ${answer}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Why processes cannot be traced here, or false: containers may forbid it. */
export async function tracingRefused(): Promise<string | false> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const program = run('crash/tracer.ts', [String(child.pid)], { input: 'open' });
  const said = await program.line();
  program.process.kill('SIGKILL');
  child.kill('SIGKILL');
  await Promise.all([program.end, ended]);
  return said === 'seized' ? false : `ptrace is ${said}`;
}
