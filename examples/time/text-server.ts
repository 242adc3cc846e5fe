/**
 * The time server of the course: a client sends a format, and gets the time in that form.
 *
 *     node examples/time/text-server.ts
 *     printf '%%Y-%%m-%%d' | nc -u -w1 127.0.0.1 15124
 *
 * As an answer can be longer than its question, this is for a network where nobody forges addresses: it listens at
 * 127.0.0.1 unless told otherwise, answers nobody without end, and no more than 512 bytes. What asks for nothing, such
 * as the answer of another server, gets none: two of them would talk to each other for ever.
 *
 * @module
 */
import { isMain } from 'duodao';
import { UdpServer } from 'duodao/net';
import { aborted, hostOf, placeText, portOf, program } from '../program.ts';
import { RateLimit } from '../rate-limit.ts';
import { textFor } from './strftime.ts';

/** What `--help` prints. */
export const HELP: string = `Tells the time as text: a client sends a format over UDP and gets the time.

Usage:  node examples/time/text-server.ts [options]

Options (what holds when left out):
  --host HOST  the address to listen at (127.0.0.1)
  --port PORT  the UDP port (15124; 0: any)

Examples:
  node examples/time/text-server.ts
  node examples/time/text-client.ts 127.0.0.1:15124 '%Y-%m-%d %X'
  printf '%%H:%%M' | nc -u -w1 127.0.0.1 15124

A format is that of strftime in the C locale, of 64 bytes at most. An empty one
is '%Y-%m-%d %X'. Directives: % a A b B c C d D e F g G h H I j m M n p r R s S
t T u U V w W x X y Y z. What is wrong with a format is said in the answer,
which then begins with "error: ".

Exit code: 0 after Ctrl-C, 1 the address cannot be had, 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = { host: { type: 'string' }, port: { type: 'string' } } as const;

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, signal }) => {
    const limit = new RateLimit({ burst: 32, perSecond: 8 });
    const server = new UdpServer({
      host: values.host ?? '127.0.0.1',
      port: portOf('port', values.port, 15_124),
      async handler(request, clientAddress) {
        if (limit.ask(hostOf(clientAddress), performance.now()) !== 'ok') return;
        const text = textFor(request.data.toString('utf8'), new Date());
        if (text !== undefined) await request.reply(text);
      },
    });
    await server.listen();
    console.log(`Telling the time as text at ${placeText(server.address)} (UDP)`);
    await aborted(signal);
    await server.close();
  });
}
