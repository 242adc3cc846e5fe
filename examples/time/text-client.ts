/**
 * Asks text-server.ts for the time in a form of one's choice.
 *
 *     node examples/time/text-client.ts 127.0.0.1:15124 '%A, %e %B'
 *
 * UDP loses datagrams and does not say so: who gets no answer asks again, a few times.
 *
 * @module
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isMain } from 'duodao';
import { BadInput, Failed, numberOf, type Place, placeOf, placeText, program } from '../program.ts';
import { visible } from '../visible.ts';

/** What `--help` prints. */
export const HELP: string = `Asks for the time as text.

Usage:  node examples/time/text-client.ts [options] [HOST:PORT [FORMAT]]

Options (what holds when left out):
  --timeout SECONDS  how long to wait before it asks again (1)
  --tries N          how often it asks (3)

Examples:
  node examples/time/text-client.ts
  node examples/time/text-client.ts 127.0.0.1:15124 '%Y-%m-%d %X'
  node examples/time/text-client.ts 127.0.0.1:15124 'week %V, day %j'

Exit code: 0 it prints the time, 1 nobody answers or the format is refused,
2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = { timeout: { type: 'string' }, tries: { type: 'string' } } as const;

interface Plan {
  readonly format: string;
  readonly timeoutMs: number;
  readonly tries: number;
  readonly signal: AbortSignal;
}

async function ask({ host, port }: Place, { format, timeoutMs, tries, signal }: Plan): Promise<string> {
  const where = placeText({ host, port });
  const { address, family } = await lookup(host).catch((cause: Error) => {
    throw new Failed(`Cannot find ${host}: ${cause.message}`, { cause });
  });
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    socket.connect(port, address); // so that only this server is heard, and we are told when nobody listens
    await once(socket, 'connect', { signal });
    for (let tried = 0; tried < tries; tried++) {
      const answer = once(socket, 'message', {
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      socket.send(format);
      const [datagram] = (await answer.catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED')
          throw new Failed(`Nobody answers at ${where}: nothing listens at that UDP port`, { cause: error });
        if (error.name !== 'AbortError' || signal.aborted) throw error;
        return [];
      })) as [Buffer?];
      if (datagram) return datagram.toString('utf8');
    }
  } finally {
    socket.close();
  }
  throw new Failed(`Nobody answers at ${where}: asked ${tries} times`);
}

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, words, signal }) => {
    if (words.length > 2)
      throw new BadInput('A server and a format are all that is needed: quote the format');
    const answer = await ask(placeOf(words[0] ?? '127.0.0.1:15124'), {
      format: words[1] ?? '',
      timeoutMs: 1000 * numberOf('timeout', values.timeout, { least: 0.001, most: 3600, otherwise: 1 }),
      tries: numberOf('tries', values.tries, { least: 1, most: 100, otherwise: 3 }),
      signal,
    });
    if (answer.startsWith('error: ')) throw new Failed(visible(answer));
    console.log(visible(answer));
  });
}
