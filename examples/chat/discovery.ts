/**
 * Lists the chat rooms on the local networks.
 *
 *     node examples/chat/room-server.ts --findable
 *     node examples/chat/discovery.ts
 *
 * @module
 */
import { isMain } from 'duodao';
import { numberOf, placeText, portOf, program } from '../program.ts';
import { DISCOVERY_PORT } from './answering.ts';
import { roomsFound } from './looking.ts';

/** What `--help` prints. */
export const HELP: string = `Lists the chat rooms on the local networks: asks everybody, and waits a while.

Usage:  node examples/chat/discovery.ts [options]

Options (what holds when left out):
  --port PORT        the UDP port at which rooms are asked (${DISCOVERY_PORT})
  --timeout SECONDS  how long to wait for answers (1)
  --json             the rooms as one line of JSON

Examples:
  node examples/chat/discovery.ts
  node examples/chat/discovery.ts --timeout 0.3 --json

A machine without a network asks itself. Rooms are found if they were started
with --findable.

Exit code: 0 there is one, 1 there is none, 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = {
  port: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
} as const;

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, signal }) => {
    const rooms = await roomsFound({
      port: portOf('port', values.port, DISCOVERY_PORT),
      timeoutMs: 1000 * numberOf('timeout', values.timeout, { least: 0.01, most: 3600, otherwise: 1 }),
      signal,
    });
    if (values.json === true) console.log(JSON.stringify(rooms));
    else if (rooms.length === 0) process.stderr.write('No room answers. Are they started with --findable?\n');
    else for (const { title, host, port } of rooms) console.log(`${placeText({ host, port })}  ${title}`);
    return rooms.length === 0 ? 1 : 0;
  });
}
