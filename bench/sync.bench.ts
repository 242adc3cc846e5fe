/**
 * Question:  what do the primitives cost, alone and with 2, 4 and 8 processes that want nothing else, beside Python's?
 * Method:    alone: pairs of take and give (of set and clear) in one thread. Contended: for 300 ms all take and give as
 *            fast as they can, and what they did is added up. Barrier: rounds; Condition: each in turn, woken by
 *            notifyAll; Event: round trips of two. Median of 3 rounds; Python in the same run, before and after.
 * Read it:   operations a second, of all together; above 1: faster than Python.
 * Beware:    contended throughput rewards whoever does not let others in: read it beside the fair lock, which does.
 *            Python's primitives lose their count, or hang, when somebody is killed.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  isMain,
  Lock,
  Process,
  RLock,
  Semaphore,
  SharedArray,
} from '../src/index.ts';
import { timed } from './measure.ts';

const MS = 300;
const TURNS = 1000;
const ROUNDS = 3;
const PARTIES = [2, 4, 8] as const;

type Taken = Lock | RLock | Semaphore | BoundedSemaphore;

/** What one process does in one job, when it is its turn to take part. */
type Job =
  | { readonly kind: 'take'; readonly name: string; readonly parties: number; readonly on: Taken }
  | { readonly kind: 'meet'; readonly name: string; readonly parties: number; readonly on: Barrier }
  | { readonly kind: 'turn'; readonly name: string; readonly parties: number; readonly on: Condition }
  | {
      readonly kind: 'ping';
      readonly name: string;
      readonly parties: 2;
      readonly on: readonly [Event, Event];
    };

interface Field {
  readonly begin: Readonly<Record<number, Barrier>>;
  readonly end: Readonly<Record<number, Barrier>>;
  /** Index 0: the job that is stopped last; 1: whose turn it is; from 8 on: what was done in each job. */
  readonly state: SharedArray<'i32'>;
}

/** Takes part in each job of as many parties as there are people up to this one. */
export function work(me: number, jobs: readonly Job[], { begin, end, state }: Field): void {
  const { view } = state;
  for (const [index, job] of jobs.entries()) {
    if (me >= job.parties) continue;
    begin[job.parties]?.waitSync();
    let done = 0;
    if (job.kind === 'take') for (; Atomics.load(view, 0) <= index; done++) job.on.acquireSync().release();
    else if (job.kind === 'meet') for (let turn = 0; turn < TURNS; turn++) job.on.waitSync();
    else if (job.kind === 'ping') {
      for (let turn = 0; turn < TURNS; turn++) {
        job.on[me]?.waitSync();
        job.on[me]?.clear();
        job.on[1 - me]?.set();
      }
    } else {
      for (let turn = 0; turn < TURNS; turn++) {
        const held = job.on.acquireSync();
        job.on.waitForSync(held, () => Atomics.load(view, 1) === me);
        Atomics.store(view, 1, (me + 1) % job.parties);
        job.on.notifyAll();
        held.release();
      }
    }
    Atomics.add(view, 8 + index, done);
    end[job.parties]?.waitSync();
  }
}

function jobsOf(): Job[] {
  const jobs: Job[] = [];
  for (const parties of PARTIES) {
    for (const [name, make] of [
      ['Lock', () => new Lock()],
      ['Lock, fair', () => new Lock({ fair: true })],
      ['RLock', () => new RLock()],
      ['Semaphore', () => new Semaphore(1)],
      ['BoundedSemaphore', () => new BoundedSemaphore(1)],
    ] as const)
      jobs.push({ kind: 'take', name, parties, on: make() });
    jobs.push({ kind: 'meet', name: 'Barrier', parties, on: new Barrier(parties) });
    jobs.push({ kind: 'turn', name: 'Condition', parties, on: new Condition() });
  }
  const events = [new Event(), new Event()] as const;
  events[0].set();
  jobs.push({ kind: 'ping', name: 'Event', parties: 2, on: events });
  return jobs;
}

/** Operations a second, by name, of one round. */
async function contended(): Promise<Map<string, number>> {
  const jobs = jobsOf();
  const meetings = (): Record<number, Barrier> =>
    Object.fromEntries(PARTIES.map((parties) => [parties, new Barrier(parties + 1)]));
  const field: Field = { begin: meetings(), end: meetings(), state: new SharedArray('i32', 8 + jobs.length) };
  const people = [];
  for (let me = 0; me < Math.max(...PARTIES); me++)
    people.push(await new Process({ target: work, args: [me, jobs, field] }).start());
  const rates = new Map<string, number>();
  for (const [index, { name, parties, kind }] of jobs.entries()) {
    Atomics.store(field.state.view, 1, 0);
    await field.begin[parties]?.wait();
    const start = performance.now();
    if (kind === 'take') {
      await new Promise((resolve) => setTimeout(resolve, MS));
      Atomics.store(field.state.view, 0, index + 1);
    }
    const stopped = performance.now();
    await field.end[parties]?.wait();
    const tookMs = (kind === 'take' ? stopped : performance.now()) - start;
    const done = kind === 'take' ? Atomics.load(field.state.view, 8 + index) : TURNS;
    rates.set(`${name} ${parties}`, (done * 1000) / tookMs);
    Atomics.store(field.state.view, 0, index + 1);
  }
  for (const one of people) await one.join();
  return rates;
}

/** Operations a second of one thread, in a process of its own: what came before it would slow down what comes after. */
export function pairs(on: Taken | Event): number {
  const COUNT = 500_000;
  const round = (): number =>
    timed(() => {
      if (on instanceof Event) {
        for (let count = 0; count < COUNT; count++) {
          on.set();
          on.clear();
        }
      } else for (let count = 0; count < COUNT; count++) on.acquireSync().release();
    });
  round(); // warm
  return (COUNT * 1000) / round();
}

async function alone(): Promise<Map<string, number>> {
  const all: readonly (readonly [string, Taken | Event])[] = [
    ['Lock', new Lock()],
    ['Lock, fair', new Lock({ fair: true })],
    ['RLock', new RLock()],
    ['Semaphore', new Semaphore(2)],
    ['BoundedSemaphore', new BoundedSemaphore(2)],
    ['Event', new Event()],
  ];
  const rates = new Map<string, number>();
  for (const [name, on] of all) {
    const child = await new Process({ target: pairs, args: [on] }).start();
    rates.set(`${name} alone`, await child.result());
    await child.join();
  }
  return rates;
}

function python(): Map<string, number> {
  const script = fileURLToPath(new URL('./peers/sync_peer.py', import.meta.url));
  const args = [script, MS, TURNS, ROUNDS].map(String);
  const { status, stdout } = spawnSync('python3', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return status === 0 ? new Map(Object.entries(JSON.parse(stdout) as Record<string, number>)) : new Map();
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

if (isMain(import.meta)) {
  const theirs = [python()];
  const ours: Map<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round++)
    ours.push(new Map([...(await alone()), ...(await contended())]));
  theirs.push(python());
  const show = (rate: number): string => Math.round(rate).toLocaleString('en');
  console.log('\n### Primitives, alone and contended, beside Python’s\n');
  console.log(
    '| | ours, a second | slowest–fastest round | Python, a second | ratio |\n|---|---:|---:|---:|---:|',
  );
  for (const name of (ours[0] as Map<string, number>).keys()) {
    const rates = ours.map((round) => round.get(name) as number).toSorted((a, b) => a - b);
    const peers = theirs.flatMap((run) => run.get(name.replace(', fair', '')) ?? []);
    const peer = peers.length > 0 ? median(peers) : undefined;
    const ratio = peer === undefined ? '–' : (median(rates) / peer).toFixed(2);
    const spread = `${show(rates[0] as number)}–${show(rates.at(-1) as number)}`;
    console.log(`| ${name} | ${show(median(rates))} | ${spread} | ${peer ? show(peer) : '–'} | ${ratio} |`);
  }
}
