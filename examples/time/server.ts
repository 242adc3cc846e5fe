/**
 * A time server: SNTP over UDP, for any client of NTP.
 *
 *     node examples/time/server.ts --port 15123 --ahead 1.5
 *     chronyd -U -Q -f /dev/null 'server 127.0.0.1 port 15123 iburst maxsamples 1' 'cmdport 0'
 *
 * It is a `UdpServer` whose handler is a class. What is answered, and what is dropped without a word, is in answer.ts.
 *
 * @module
 */
import { isMain } from 'duodao';
import { RequestHandler, UdpServer, type UdpRequest } from 'duodao/net';
import { aborted, hostOf, numberOf, placeText, portOf, program, wholeOf } from '../program.ts';
import { RateLimit } from '../rate-limit.ts';
import { answerTo, kissOfDeath, questionIn, sealed } from './answer.ts';
import { Clock } from './clock.ts';
import { ntpTimeOf } from './sntp.ts';

/** What `--help` prints. */
export const HELP: string = `Tells the time: an SNTP server (RFC 4330), for any client of NTP.

Usage:  node examples/time/server.ts [options]

Options (what holds when left out):
  --host HOST      the address to listen at (127.0.0.1; 0.0.0.0 for all)
  --port PORT      the UDP port (15123; NTP's own, 123, is root's; 0: any)
  --ahead SECONDS  tell a time that is so far ahead, to see it found (0)
  --stratum N      how far it says to be from a good clock, 1 to 16 (10)
  --burst N        questions that one address may ask at once (16)
  --rate N         questions that it may ask in a second, on average (4)

Examples:
  node examples/time/server.ts
  node examples/time/server.ts --port 0 --ahead 1.5
  node examples/time/server.ts --ahead=-3600

It prints where it listens, and at the end how many asked. Ctrl-C ends it.
Who asks too often is told so (RATE) once a second, and else gets no answer.

Exit code: 0 after Ctrl-C, 1 the address cannot be had, 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  ahead: { type: 'string' },
  stratum: { type: 'string' },
  burst: { type: 'string' },
  rate: { type: 'string' },
} as const;

interface Counts {
  answered: number;
  dropped: number;
  refused: number;
}

interface Means {
  readonly clock: Clock;
  readonly limit: RateLimit;
  readonly stratum: number;
  readonly counts: Counts;
}

/** The class that handles each datagram, with what it needs. */
function timeHandler({ clock, limit, stratum, counts }: Means): typeof RequestHandler<UdpRequest> {
  return class TimeHandler extends RequestHandler<UdpRequest> {
    override async handle(): Promise<void> {
      const receive = ntpTimeOf(clock.now()); // before anything else is done
      const question = questionIn(this.request.data);
      if (!question) {
        counts.dropped++;
        return;
      }
      const verdict = limit.ask(hostOf(this.clientAddress), performance.now());
      counts[verdict === 'ok' ? 'answered' : 'refused']++;
      if (verdict === 'silent') return;
      const answer =
        verdict === 'ok'
          ? answerTo(question, receive, { stratum, errorSeconds: Number(clock.errorNs) / 1e9 })
          : kissOfDeath(question, 'RATE', receive);
      await this.request.reply(sealed(answer, ntpTimeOf(clock.now())));
    }
  };
}

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, signal }) => {
    const counts = { answered: 0, dropped: 0, refused: 0 };
    const hundredYears = 3.15e9;
    const server = new UdpServer({
      host: values.host ?? '127.0.0.1',
      port: portOf('port', values.port, 15_123),
      handler: timeHandler({
        clock: new Clock({
          aheadSeconds: numberOf('ahead', values.ahead, {
            least: -hundredYears,
            most: hundredYears,
            otherwise: 0,
          }),
        }),
        limit: new RateLimit({
          burst: wholeOf('burst', values.burst, { least: 1, most: 1e6, otherwise: 16 }),
          perSecond: numberOf('rate', values.rate, { least: 0, most: 1e6, otherwise: 4 }),
        }),
        stratum: wholeOf('stratum', values.stratum, { least: 1, most: 16, otherwise: 10 }),
        counts,
      }),
    });
    await server.listen();
    console.log(`Telling the time at ${placeText(server.address)} (UDP)`);
    await aborted(signal);
    await server.close();
    const { answered, refused, dropped } = counts;
    console.log(
      `${answered} answered, ${refused} refused as they came too often, ${dropped} were no questions`,
    );
  });
}
