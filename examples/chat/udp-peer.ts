/**
 * The chat of the course: two programs that talk over UDP, each with a thread that receives and one that sends.
 *
 *     node examples/chat/udp-peer.ts --listen 9001 --to 127.0.0.1:9002        (in one terminal)
 *     node examples/chat/udp-peer.ts --listen 9002 --to 127.0.0.1:9001        (in another one)
 *
 * Two threads, as both wait for something that may never come: a line, and a datagram. What they do is in
 * udp-threads.ts; this one starts them, and tells them by a shared event when it is over.
 *
 * @module
 */
import { lookup } from 'node:dns/promises';
import { DuodaoError, Event, isMain, Thread } from 'duodao';
import { BadInput, Failed, numberOf, type Place, placeOf, placeText, portOf, program } from '../program.ts';
import { MESSAGE_BYTES_MAX, receiving, sending } from './udp-threads.ts';

/** What `--help` prints. */
export const HELP: string = `Talks with one other over UDP: what you type is sent, what comes is printed.

Usage:  node examples/chat/udp-peer.ts --listen PORT --to HOST:PORT [options]

Options (what holds when left out):
  --listen PORT   the UDP port at which the other one can reach us
  --to HOST:PORT  where the other one listens
  --host HOST     the address to listen at (127.0.0.1; 0.0.0.0 for all)
  --wait SECONDS  how long to listen after the end of the input, if the other
                  one does not say good-bye before (0 in a terminal, else 10)

Examples:
  node examples/chat/udp-peer.ts --listen 9001 --to 127.0.0.1:9002
  date | node examples/chat/udp-peer.ts --listen 9002 --to 127.0.0.1:9001
  printf hi | nc -u -w1 127.0.0.1 9001

Each line of the input is a message, of ${MESSAGE_BYTES_MAX} bytes at most. UDP does not promise
that it arrives. The end of the input (Ctrl-D), or Ctrl-C, says good-bye.

Exit code: 0 after good-bye, 1 the port cannot be had, 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = {
  listen: { type: 'string' },
  to: { type: 'string' },
  host: { type: 'string' },
  wait: { type: 'string' },
} as const;

interface Peer {
  readonly listen: Place;
  readonly to: Place;
  readonly waitMs: number;
}

async function talk({ listen, to, waitMs }: Peer, signal: AbortSignal): Promise<void> {
  const isReady = new Event();
  const wasLast = new Event();
  const isOver = new Event();
  signal.addEventListener('abort', () => isOver.set(), { once: true });
  const receiver = new Thread({
    target: receiving,
    args: [{ listen, from: to.host, isReady, wasLast, isOver }],
  });
  await receiver.start();
  const received = receiver.result();
  const waiting = new AbortController();
  try {
    // It may fail instead, as the port may be taken.
    await Promise.race([received, isReady.wait({ signal: waiting.signal })]);
  } finally {
    waiting.abort(); // who still waits would keep us here
  }
  console.log(`-- Listening at ${placeText(listen)}, talking to ${placeText(to)}`);
  const sender = new Thread({ target: sending, args: [{ to, isOver }] });
  await sender.start();
  await sender.result();
  await wasLast.wait({ timeoutMs: signal.aborted ? 0 : waitMs, signal }).catch((error: unknown) => {
    const isEnough = signal.aborted || (error instanceof DuodaoError && error.code === 'timed-out');
    if (!isEnough) throw error;
  });
  isOver.set();
  await received;
  await Promise.all([receiver.join(), sender.join()]); // what they printed comes before what we do
}

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, words, signal }) => {
    if (words.length > 0 || values.listen === undefined || values.to === undefined)
      throw new BadInput('Two things are needed: --listen PORT and --to HOST:PORT');
    const to = placeOf(values.to);
    const { address } = await lookup(to.host).catch((cause: Error) => {
      throw new Failed(`Cannot find ${to.host}: ${cause.message}`, { cause });
    });
    const otherwise = process.stdin.isTTY ? 0 : 10;
    await talk(
      {
        listen: { host: values.host ?? '127.0.0.1', port: portOf('listen', values.listen, 0) },
        to: { host: address, port: to.port },
        waitMs: 1000 * numberOf('wait', values.wait, { least: 0, most: 86_400, otherwise }),
      },
      signal,
    );
    console.log('-- Good-bye');
  });
}
