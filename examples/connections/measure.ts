/**
 * What long and short connections cost: the same requests in four ways, side by side.
 *
 *     node examples/connections/measure.ts
 *
 * @module
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as later } from 'node:timers/promises';
import { isMain } from 'duodao';
import { dictHeader, TcpServer } from 'duodao/net';
import { BadInput, program, wholeOf } from '../program.ts';
import { Echo } from './echo.ts';
import { type Figures, meanOf, p99Of, tableOf } from './figures.ts';
import { timeWaitAt } from './sockets.ts';
import { type Way, waysOf, type Work } from './ways.ts';

const HELP = `Shows what long and short connections cost: the same requests, to a server in
another process of this machine, over one connection that stays and over a new
one for each; one after the other, and several at once.

Usage:  node examples/connections/measure.ts [options]

Options (what holds when left out):
  --requests N  how many, in each of the four ways (2000)
  --at-once N   how many of them at once, where there are several (16)
  --body BYTES  how long each request and its answer are (100)
  --json        the figures as one line of JSON

It prints a line for each way:
  connections   how many the server has accepted
  per second    requests answered
  mean, p99 ms  from the wish to ask until the answer is there, for the average
                request, and for the slowest but one in a hundred; connecting is
                part of it where each request has a connection of its own
  TIME_WAIT     sockets that the kernel keeps of its closed connections, for a
                minute: while there are many, ports can run out

Examples:
  node examples/connections/measure.ts
  node examples/connections/measure.ts --requests 500 --at-once 100 --json

Exit code: 0 it has measured, 1 it could not, 2 bad input.
`;

const OPTIONS = {
  requests: { type: 'string' },
  'at-once': { type: 'string' },
  body: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Made first, and not counted: both programs compile what is hot. */
const WARM_UP = 200;

type Counting = Pick<TcpServer, 'stats'>;

async function measured(way: Way, work: Work, server: Counting): Promise<Figures> {
  const { port } = work.address;
  const before = { accepted: server.stats().accepted, timeWait: timeWaitAt(port) };
  const from = performance.now();
  const times = await way.run(work);
  const seconds = (performance.now() - from) / 1000;
  // When the server has closed them as well, the kernel has.
  while (server.stats().active > 0) await later(1);
  const timeWait = timeWaitAt(port);
  return {
    name: way.name,
    requests: times.length,
    connections: server.stats().accepted - before.accepted,
    perSecond: times.length / seconds,
    meanMs: meanOf(times),
    p99Ms: p99Of(times),
    timeWait: timeWait === undefined ? null : timeWait - (before.timeWait ?? 0),
  };
}

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, words, signal }) => {
    if (words.length > 0) throw new BadInput(`It takes options only: there is ${JSON.stringify(words[0])}`);
    const requests = wholeOf('requests', values.requests, { least: 1, most: 20_000, otherwise: 2000 });
    const atOnce = wholeOf('at-once', values['at-once'], { least: 2, most: 200, otherwise: 16 });
    const bytes = wholeOf('body', values.body, { least: 0, most: 1_000_000, otherwise: 100 });
    setMaxListeners(2 * atOnce, signal); // each of those at once listens to it
    const server = await new TcpServer({
      handler: Echo,
      framing: dictHeader(),
      concurrency: 'processes',
      workers: 1,
    }).listen();
    try {
      if (values.json !== true)
        console.log(`${requests} requests of ${bytes} bytes in each way, and as many bytes back.\n`);
      const work: Work = {
        address: server.address,
        requests,
        atOnce,
        body: Buffer.alloc(bytes, 'x'),
        signal,
      };
      const ways = waysOf(work);
      for (const way of ways) await way.run({ ...work, requests: Math.min(requests, WARM_UP) });
      const rows: Figures[] = [];
      for (const way of ways) rows.push(await measured(way, work, server));
      console.log(
        values.json === true ? JSON.stringify({ requests, atOnce, bytes, ways: rows }) : tableOf(rows),
      );
    } finally {
      await server.close();
    }
  });
}
