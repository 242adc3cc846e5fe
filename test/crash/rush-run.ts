/**
 * `duodao rush` as a program of its own: started, interrupted, killed; and its books, added up by hand.
 *
 * The adding up reads the three files and asks nothing of the program's own check.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MARK = 'RUSH_TEST';
const RUN_MS_MOST = process.env['DUODAO_TORTURE'] === '1' ? 300_000 : 60_000;
const PROGRAM = fileURLToPath(new URL('../fixtures/rush/program.ts', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../examples/data/', import.meta.url));
/** tsx by its file: the program runs in a folder from where its name leads nowhere. */
const flags = process.execArgv
  .filter((flag) => !flag.startsWith('--test'))
  .map((flag) => (flag === 'tsx' ? import.meta.resolve('tsx') : flag));

/** How a line of bash starts the program. */
export const RUSH: string = [process.execPath, ...flags, PROGRAM, 'rush']
  .map((word) => `'${word}'`)
  .join(' ');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run in a folder of its own. */
export class Run {
  readonly folder: string;
  readonly ledger: string;
  readonly trains: string;
  readonly orders: string;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly #mark: string;
  #end: Ended | undefined;

  constructor(folder: string, bash: string, env: NodeJS.ProcessEnv, files: Files) {
    this.folder = folder;
    this.ledger = join(folder, 'ledger');
    this.trains = files.trains ?? join(SAMPLE, 'trains.json');
    this.orders = files.orders ?? join(SAMPLE, 'orders.ndjson');
    this.#mark = randomBytes(8).toString('hex');
    const environment = { ...process.env, [MARK]: this.#mark, ...env };
    // A group of its own, as a shell gives its programs: Ctrl-C goes to all of them.
    this.child = spawn('bash', ['-c', bash], { cwd: folder, env: environment, detached: true });
    this.ended = listen(this.child).then((end) => (this.#end = end));
    // A run that hangs is a failure, and no reason to leave it behind.
    const limit = setTimeout(() => this.kill(), RUN_MS_MOST);
    this.child.once('exit', () => clearTimeout(limit));
  }

  /** Ends whatever is left of it. */
  kill(): void {
    for (const pid of this.alive()) signalTo(pid, 'SIGKILL');
  }

  /** What Ctrl-C in a terminal does: the whole group hears of it. */
  signalGroup(signal: NodeJS.Signals): void {
    signalTo(-this.child.pid!, signal);
  }

  /** The processes of this run that are alive, the first one included. */
  alive(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && carries(pid, `${MARK}=${this.#mark}`));
  }

  /** The sellers that are alive. */
  #sellers(): number[] {
    return this.alive().filter((pid) => (read(`/proc/${pid}/cmdline`) ?? '').includes('--duodao-child='));
  }

  /** Until so many sellers have begun to be. They must have work for long: who is gone between two looks is missed. */
  async untilSellers(count: number): Promise<void> {
    await this.until(`${count} sellers`, () => this.#sellers().length >= count);
  }

  /** Until a seller has come and gone, and none is there: that lasts, so no look can come too late for it. */
  async untilSellersWentHome(): Promise<void> {
    await this.until(
      'the sellers have gone home',
      () => hasBuried(this.child.pid!) && this.#sellers().length === 0,
    );
  }

  /** Until so many lines are in the ledger. */
  async untilLines(count: number): Promise<void> {
    await this.until(`${count} lines in the ledger`, () => this.lines().length >= count);
  }

  lines(): string[] {
    return existsSync(this.ledger) ? readFileSync(this.ledger, 'utf8').split('\n').slice(0, -1) : [];
  }

  async untilNobodyIsLeft(): Promise<void> {
    await soon('every process is gone', () => this.alive().length === 0);
  }

  /** Looks until it holds while the program runs. */
  async until(what: string, holds: () => boolean): Promise<void> {
    await soon(what, () => {
      const end = this.#end; // before the look: what the program did last counts
      if (holds()) return true;
      if (end) assert.fail(`${what}: not before the end, ${end.code ?? end.signal}: ${end.stderr}`);
      return false;
    });
  }
}

interface Files {
  readonly trains?: string;
  readonly orders?: string;
}

export interface Shape {
  /** A line of bash; `$RUSH` is the program with its files. The program alone, with the words, if left out. */
  readonly bash?: string;
  readonly words?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Instead of the sample. */
  readonly trains?: string;
  readonly orders?: string;
  /** The ledger of a run before. */
  readonly old?: string;
}

/** Starts a run, and sees to it that nothing of it is left, whatever the test finds. */
export async function withRun(shape: Shape, test: (run: Run) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rush-'));
  const file = async (name: string, text: string | undefined): Promise<string | undefined> => {
    if (text === undefined) return undefined;
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const trains = await file('trains.json', shape.trains);
  const orders = await file('orders.ndjson', shape.orders);
  await file('ledger', shape.old);
  const files = `${trains ? `--trains ${trains}` : ''} ${orders ? `--orders ${orders}` : ''} --ledger ledger`;
  const bash = shape.bash ?? `exec $RUSH ${shape.words ?? ''}`;
  const script = bash.replace('$RUSH', `${RUSH} ${files}`);
  const run = new Run(folder, script, shape.env ?? {}, {
    ...(trains && { trains }),
    ...(orders && { orders }),
  });
  try {
    await test(run);
    await run.ended;
    await run.untilNobodyIsLeft();
  } finally {
    run.kill();
    await run.ended;
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Looks until it holds, without taking much time away from whom it waits for. The limit turns a hang into a failure.
 */
async function soon(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) assert.fail(`${what}: not within 30 s`);
    await later(20);
  }
}

function listen(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone by itself meanwhile
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // gone, or somebody else's
  }
}

/** Whether the process has had a child that is gone: the system adds the page faults of those up, cminflt. */
function hasBuried(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[8] ?? 0) > 0;
}

function carries(pid: number, variable: string): boolean {
  return read(`/proc/${pid}/environ`)?.split('\0').includes(variable) ?? false;
}

export interface Books {
  readonly orders: number;
  readonly answered: number;
  readonly sold: number;
  readonly refused: number;
  readonly oversold: number;
}

/**
 * Adds up the three files. Everything but overselling is a failure at once: so lost and doubled orders are.
 *
 * Who was told sold-out asked for more than what the lines before had left. So a ledger is true up to each line, and
 * may have been cut off behind any.
 */
export function booksOf(run: Run): Books {
  const trains = JSON.parse(readFileSync(run.trains, 'utf8')) as readonly {
    train: string;
    classes: Record<string, { seats: number }>;
  }[];
  const stock = new Map<string, number>();
  for (const { train, classes } of trains)
    for (const [name, { seats }] of Object.entries(classes)) stock.set(`${train}/${name}`, seats);
  const names = new Set(trains.map(({ train }) => train));
  const left = new Map(stock);
  const text = readFileSync(run.orders, 'utf8').split('\n').filter(Boolean);
  const orders = new Map(text.map((line) => JSON.parse(line) as Answer).map((order) => [order.id, order]));
  const waiting = new Set(orders.keys());
  let sold = 0;
  const ledger = readFileSync(run.ledger, 'utf8');
  assert.ok(ledger === '' || ledger.endsWith('\n'), 'the ledger is whole lines');
  for (const line of run.lines()) {
    const answer = JSON.parse(line) as Answer;
    const order = orders.get(answer.id);
    assert.ok(order && waiting.delete(answer.id), `${line}: asked for once, answered once`);
    const { train, class: name, seats } = order;
    assert.deepEqual([answer.train, answer.class, answer.seats], [train, name, seats]);
    const seatsLeft = left.get(`${train}/${name}`);
    const isServable = seatsLeft !== undefined && Number.isInteger(seats) && seats > 0;
    if (answer.status === 'sold') {
      assert.ok(isServable, line);
      left.set(`${train}/${name}`, seatsLeft - seats);
      sold++;
    } else if (isServable) {
      assert.equal(answer.reason, 'sold-out', line);
      assert.ok(seatsLeft < seats, `${line}: but ${seatsLeft} seats were left`);
    } else {
      const why = names.has(train)
        ? seatsLeft === undefined
          ? 'unknown-class'
          : 'bad-seats'
        : 'unknown-train';
      assert.equal(answer.reason, why, line);
    }
  }
  const answered = orders.size - waiting.size;
  const oversold = [...left.values()].reduce((sum, seats) => sum + Math.max(0, -seats), 0);
  return { orders: orders.size, answered, sold, refused: answered - sold, oversold };
}

interface Answer {
  readonly id: number | string;
  readonly train: string;
  readonly class: string;
  readonly seats: number;
  readonly status: 'sold' | 'refused';
  readonly reason?: string;
}

/** What `--json` printed. */
export function resultOf({ stdout }: Ended): Record<string, unknown> {
  assert.match(stdout, /^\{[^\n]*\}\n$/, 'one line on standard output');
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Orders for a train of the sample, one seat each. */
export function orderLines(count: number, train = 'G1'): string {
  const rest = `"buyer":"Li Na","train":"${train}","class":"second","seats":1`;
  return Array.from({ length: count }, (_, id) => `{"id":${id},${rest}}\n`).join('');
}
