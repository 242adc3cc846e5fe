/**
 * Question:  what does our server cost beside the bare sockets of Node.js, and beside Python's, which it stands for?
 *            Messages there and back, short connections, framed messages, long messages, datagrams, memory for
 *            connections that do nothing.
 * Method:    a program in C (bench/net/load) does the same to every server on loopback, a second each, in turn, 5
 *            rounds after one thrown away. Every message is awaited before the next of its connection; connections are
 *            ended by a reset. All servers of a table are up all the time. Ours is the package as it is built. Memory
 *            is the growth of the proportional set size.
 * Read it:   how many a second, the median of the rounds; µs from a message to its answer, the median of the rounds'
 *            percentiles; µs of CPU of the server for one. Below each table what it is for: the ratio of the rates in
 *            each round, the median of these, and what we want of it.
 * Beware:    the load runs on the same two CPUs, and takes one of them. Two processes share the other one with it, so
 *            their gain is less than it would be from another machine. `quick` runs one short round, to try it out.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { load, type LoadOptions, openIdle, type Outcome } from './net/load.ts';
import {
  cpuOf,
  descriptorsOf,
  pssOf,
  type Server,
  type ServerName,
  start,
  withServers,
} from './net/servers.ts';
import { percentile } from './measure.ts';

const isQuick = process.argv.includes('quick');
const ROUNDS = isQuick ? 1 : 5;
const ROUND_MS = isQuick ? 200 : 1000;
const IDLE = isQuick ? 1000 : 10_000;
const MIB = 2 ** 20;

/** What a table is for: `of` has at least so many times the rate of the best of `to`. */
interface Wish {
  readonly of: ServerName;
  readonly to: readonly ServerName[];
  readonly least: number;
}

const PYTHONS: readonly ServerName[] = ['Python, ThreadingTCPServer', 'Python, asyncio'];

const median = (all: readonly number[]): number =>
  percentile(
    all.toSorted((a, b) => a - b),
    0.5,
  );
const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** Runs something for every server in turn, round by round; the first round is not kept. */
async function rounds<T>(servers: readonly Server[], run: (server: Server) => Promise<T>): Promise<T[][]> {
  const all = servers.map((): T[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, server] of servers.entries()) {
      const outcome = await run(server);
      if (round >= 0) all[index]?.push(outcome);
    }
  }
  return all;
}

/** What went wrong in all rounds, in words; it should be nothing. */
function troubles(outcomes: readonly Outcome[]): string {
  const lost = outcomes.reduce((sum, one) => sum + one.lost, 0);
  const failed = outcomes.flatMap((one) => Object.values(one.failures)).reduce((sum, one) => sum + one, 0);
  return [lost > 0 && `${lost} lost`, failed > 0 && `${failed} failed`].filter(Boolean).join(', ');
}

/** A server's outcome of a round, with the milliseconds of CPU that it took. */
interface Figure extends Outcome {
  readonly cpuMs: number;
}

const rateOf = ({ count, seconds }: Outcome): number => count / seconds;

function judge(wishes: readonly Wish[], figures: ReadonlyMap<ServerName, readonly Figure[]>): void {
  console.log('');
  for (const { of, to, least } of wishes) {
    const ours = figures.get(of);
    const theirs = to.flatMap((name) => [figures.get(name) ?? []]).filter((all) => all.length > 0);
    if (ours === undefined || theirs.length === 0) {
      console.log(`- ${of} / ${to.join(' or ')}: not measured`);
      continue;
    }
    const ratio = median(
      ours.map((one, round) => rateOf(one) / Math.max(...theirs.map((all) => rateOf(all[round] as Figure)))),
    );
    const verdict = ratio >= least ? '' : ' **missed**';
    console.log(
      `- ${of} / ${to.length > 1 ? 'the best of ' : ''}${to.join(' and ')}: ${ratio.toFixed(2)}, ` +
        `wanted at least ${least}${verdict}`,
    );
  }
}

async function contest(
  title: string,
  mode: 'echo' | 'short' | 'udp',
  options: LoadOptions,
  names: readonly ServerName[],
  wishes: readonly Wish[],
): Promise<void> {
  const figures = new Map<ServerName, readonly Figure[]>();
  await withServers(names, async (servers) => {
    const all = await rounds(servers, async ({ port, pid }) => {
      const before = cpuOf(pid);
      const outcome = await load(mode, port, { ms: ROUND_MS, ...options });
      return { ...outcome, cpuMs: cpuOf(pid) - before };
    });
    for (const [index, { name }] of servers.entries()) figures.set(name, all[index] as Figure[]);
  });
  console.log(`\n### ${title}\n`);
  console.log('| | a second, median | slowest–fastest round | µs p50 | µs p99 | µs of CPU | |');
  console.log('|---|---:|---:|---:|---:|---:|---|');
  for (const [name, all] of figures) {
    const of = (what: (one: Figure) => number): number => median(all.map(what));
    const rates = all.map(rateOf);
    const cells = [
      whole(of(rateOf)),
      `${whole(Math.min(...rates))}–${whole(Math.max(...rates))}`,
      whole(of((one) => one.p50)),
      whole(of((one) => one.p99)),
      of((one) => (one.cpuMs * 1000) / one.count).toFixed(1),
      troubles(all),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  judge(wishes, figures);
}

/** Whether a long message costs more for each of its bytes than a shorter one. */
async function longMessages(): Promise<void> {
  const sizes = [16 * MIB, 64 * MIB];
  console.log('\n### One long message, framed\n\n| | ms, median | fastest–slowest round | ns for 1 KiB |');
  console.log('|---|---:|---:|---:|');
  await withServers(['duodao, one byte back'], async ([server]) => {
    if (!server) return;
    const all = sizes.map((): number[] => []);
    for (let round = -1; round < ROUNDS; round++)
      for (const [index, bytes] of sizes.entries()) {
        const { seconds } = await load('bulk', server.port, { bytes });
        if (round >= 0) all[index]?.push(seconds * 1000);
      }
    const perKib = all.map((ms, index) => (median(ms) * 1e6) / ((sizes[index] as number) / 1024));
    for (const [index, ms] of all.entries()) {
      const spread = `${Math.min(...ms).toFixed(1)}–${Math.max(...ms).toFixed(1)}`;
      const size = (sizes[index] as number) / MIB;
      console.log(
        `| ${size} MiB | ${median(ms).toFixed(1)} | ${spread} | ${whole(perKib[index] as number)} |`,
      );
    }
    const growth = (perKib[1] as number) / (perKib[0] as number);
    const verdict = growth <= 1.5 ? '' : ' **missed**';
    console.log(`\n- a byte of 64 MiB / one of 16 MiB: ${growth.toFixed(2)}, wanted at most 1.5${verdict}`);
  });
}

/** What V8 has for objects that come and go, it gives back after some seconds in which nothing comes. */
const REST_MS = isQuick ? 2000 : 20_000;

/** KiB that a server grows by for each connection that does nothing: when all have come, and when it has rested. */
async function idleCost(name: ServerName): Promise<{ readonly come: number; readonly rested: number }> {
  const server = await start(name);
  try {
    await load('echo', server.port, { ms: 100 }); // it has served before
    await later(500);
    const before = pssOf(server.pid);
    const close = await openIdle(server.port, IDLE);
    const deadline = performance.now() + 30_000;
    while (descriptorsOf(server.pid) < IDLE) {
      if (performance.now() > deadline) throw new Error(`${name} has not accepted ${IDLE} connections`);
      await later(10);
    }
    await later(1000);
    const come = (pssOf(server.pid) - before) / IDLE;
    await later(REST_MS);
    const rested = (pssOf(server.pid) - before) / IDLE;
    await close();
    return { come, rested };
  } finally {
    await server.stop();
  }
}

async function idleConnections(): Promise<void> {
  console.log(`\n### ${whole(IDLE)} connections that do nothing\n`);
  const limit = Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  if (limit < IDLE + 100) {
    console.log(`(a process may open ${limit} files here: not measured; see ulimit -Hn)`);
    return;
  }
  const names: readonly ServerName[] = ['duodao, 1 process', 'node:net'];
  const all = names.map((): { come: number; rested: number }[] => []);
  for (let round = 0; round < Math.min(ROUNDS, 3); round++)
    for (const [index, name] of names.entries()) all[index]?.push(await idleCost(name));
  console.log(`| | KiB each (PSS), median, when all have come | ${REST_MS / 1000} s later | least–most |`);
  console.log('|---|---:|---:|---:|');
  for (const [index, name] of names.entries()) {
    const kib = all[index]!.map(({ rested }) => rested);
    const spread = `${Math.min(...kib).toFixed(2)}–${Math.max(...kib).toFixed(2)}`;
    const come = median(all[index]!.map((one) => one.come)).toFixed(2);
    console.log(`| ${name} | ${come} | ${median(kib).toFixed(2)} | ${spread} |`);
  }
  const ours = median(all[0]!.map(({ rested }) => rested));
  console.log(
    `\n- one of ours, at rest: ${ours.toFixed(2)} KiB, wanted at most 5${ours <= 5 ? '' : ' **missed**'}`,
  );
}

await contest(
  '64 bytes there and back over 64 connections',
  'echo',
  {},
  ['duodao, 1 process', 'duodao, 2 processes', 'node:net', ...PYTHONS],
  [
    { of: 'duodao, 1 process', to: ['node:net'], least: 0.95 },
    { of: 'duodao, 2 processes', to: ['node:net'], least: 1.4 },
    { of: 'duodao, 1 process', to: PYTHONS, least: 1 },
  ],
);
await contest(
  'Short connections, 16 at a time',
  'short',
  {},
  [
    'duodao, 1 process',
    'duodao, 2 processes',
    'node:net',
    'node:cluster, 2 processes',
    'Python, ThreadingTCPServer',
  ],
  [
    { of: 'duodao, 1 process', to: ['Python, ThreadingTCPServer'], least: 3 },
    { of: 'duodao, 2 processes', to: ['node:cluster, 2 processes'], least: 4 },
  ],
);
await contest(
  'Framed messages of 64 bytes over 64 connections',
  'echo',
  { prefix: 4 },
  ['duodao, framed', 'node:net, framed by hand'],
  [{ of: 'duodao, framed', to: ['node:net, framed by hand'], least: 0.95 }],
);
await longMessages();
await contest(
  'Datagrams of 64 bytes, 64 clients',
  'udp',
  {},
  ['duodao, UDP', 'node:dgram', 'Python, UDPServer'],
  [
    { of: 'duodao, UDP', to: ['node:dgram'], least: 0.95 },
    { of: 'duodao, UDP', to: ['Python, UDPServer'], least: 1 },
  ],
);
await idleConnections();
