/**
 * A chat room on TCP.
 *
 *     node examples/chat/room-server.ts --port 4242
 *     node examples/chat/room-client.ts --name bob        (in another terminal; or: nc 127.0.0.1 4242)
 *
 * Messages are lines of text, so that any program that sends lines can come in. What the room does is in room.ts, what
 * happens to one guest in guest.ts.
 *
 * @module
 */
import { isMain } from 'duodao';
import { lines, TcpServer } from 'duodao/net';
import { aborted, placeText, portOf, program, wholeOf } from '../program.ts';
import { answering, DISCOVERY_PORT } from './answering.ts';
import { guestOf } from './guest.ts';
import { Room, TEXT_LENGTH_MAX } from './room.ts';

/** What `--help` prints. */
export const HELP: string = `A chat room on TCP: guests say lines, and everybody reads them.

Usage:  node examples/chat/room-server.ts [options]

Options (what holds when left out):
  --host HOST          the address to listen at (127.0.0.1; 0.0.0.0 for all)
  --port PORT          the TCP port (4242; 0: any)
  --title TEXT         what the room is called (the room)
  --history N          lines that newcomers get to read (50)
  --most N             guests at once (100)
  --rate N             lines that one guest may say in a second (10)
  --findable           answer to discovery.ts and room-client.ts --find
  --find-port PORT     the UDP port for that (${DISCOVERY_PORT})

Examples:
  node examples/chat/room-server.ts
  node examples/chat/room-server.ts --host 0.0.0.0 --title Readers --findable
  nc 127.0.0.1 4242

It prints where it listens. Ctrl-C says good-bye to all and ends it.

Exit code: 0 after Ctrl-C, 1 the address cannot be had, 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  title: { type: 'string' },
  history: { type: 'string' },
  most: { type: 'string' },
  rate: { type: 'string' },
  findable: { type: 'boolean' },
  'find-port': { type: 'string' },
} as const;

/** The longest line: of a text every character may take four bytes, and a command comes before it. */
const LINE_BYTES_MAX = TEXT_LENGTH_MAX * 4 + 100;

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, signal }) => {
    const room = new Room({
      title: values.title ?? 'the room',
      historyLines: wholeOf('history', values.history, { least: 0, most: 10_000, otherwise: 50 }),
    });
    const server = new TcpServer({
      host: values.host ?? '127.0.0.1',
      port: portOf('port', values.port, 4242),
      framing: lines(),
      maxMessageBytes: LINE_BYTES_MAX,
      maxConnections: wholeOf('most', values.most, { least: 1, most: 10_000, otherwise: 100 }),
      sendTimeoutMs: 10_000,
      handler: guestOf({
        room,
        mostLines: 500,
        perSecond: wholeOf('rate', values.rate, { least: 1, most: 1_000_000, otherwise: 10 }),
        nameTimeoutMs: 60_000,
      }),
    });
    await server.listen();
    const { host, port } = server.address;
    console.log(`${room.title} is open at ${placeText({ host, port })}`);
    const asked =
      values.findable === true &&
      answering({
        host,
        port,
        title: room.title,
        discoveryPort: portOf('find-port', values['find-port'], DISCOVERY_PORT),
      });
    try {
      if (asked) {
        await asked.listen();
        console.log(`Who looks for it is answered at UDP port ${asked.address.port}`);
      }
      await aborted(signal);
      room.note('The room closes. Good-bye');
    } finally {
      if (asked) await asked.close();
      await server.close({ drainMs: 1000 });
    }
  });
}
