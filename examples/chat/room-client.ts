/**
 * A guest of a chat room.
 *
 *     node examples/chat/room-client.ts --name bob 127.0.0.1:4242
 *
 * In a terminal one types at the bottom while messages come in above (terminal.ts). With piped input every line is
 * said, and everything that comes is printed until the room has said good-bye.
 *
 * @module
 */
import { userInfo } from 'node:os';
import { isMain } from 'duodao';
import { connect, lines } from 'duodao/net';
import { BadInput, Failed, type Place, placeOf, placeText, portOf, program } from '../program.ts';
import { visible } from '../visible.ts';
import { DISCOVERY_PORT } from './answering.ts';
import type { Lines } from './guest.ts';
import { linesIn } from './lines-in.ts';
import { roomsFound } from './looking.ts';
import { Terminal } from './terminal.ts';

/** What `--help` prints. */
export const HELP: string = `Comes into a chat room as a guest.

Usage:  node examples/chat/room-client.ts [options] [HOST:PORT]

Without an address it goes to 127.0.0.1:4242, where room-server.ts is.

Options (what holds when left out):
  --name NAME       what to be called (the name of the user)
  --find            look for a room on the network and go to it
  --find-port PORT  the UDP port at which to look (${DISCOVERY_PORT})

Examples:
  node examples/chat/room-client.ts --name bob
  node examples/chat/room-client.ts --find --name bob
  printf 'hello\\n/me waves\\n' | node examples/chat/room-client.ts --name bob

In the room: /who /name NAME /me DOES-SOMETHING /quit, and // for a line that
begins with a slash. Keys: arrows, Home, End, up and down for what was said
before, Ctrl-U and Ctrl-W to erase, Ctrl-C or Ctrl-D to leave.

Exit code: 0 after leaving, 1 there is no room, it does not take the name, or
the connection broke; 2 bad input.
`;

/** As for `parseArgs` of `node:util`. */
export const OPTIONS = {
  name: { type: 'string' },
  find: { type: 'boolean' },
  'find-port': { type: 'string' },
} as const;

/** Where lines are shown: a terminal, or a pipe. */
interface Desk {
  show(line: string): void;
}

/** What the room says last when all is well. */
const GOOD_BYE = /^-- (?:Good-bye|The room closes)/;

/** Being in a room, from giving a name to leaving. */
class Visit {
  readonly #lines: Lines;

  constructor(connection: Lines) {
    this.#lines = connection;
  }

  /**
   * Shows what comes until the room says good-bye. Answers whether it did.
   *
   * @param insists - Whether it is over when the room does not take the name.
   */
  async read(desk: Desk, { insists }: { readonly insists: boolean }): Promise<boolean> {
    let isIn = false;
    let last = '';
    for await (const line of this.#lines) {
      // The room writes out what could drive a terminal; that it does is not taken for granted.
      desk.show(visible(line));
      if (line.startsWith('-- Welcome to ')) isIn = true;
      if (line.startsWith('!! ') && insists && !isIn) throw new Failed('The room does not take the name');
      last = line;
    }
    return GOOD_BYE.test(last);
  }

  async leave(): Promise<void> {
    await this.say('/quit');
    this.#lines.end();
  }

  /** What cannot be sent any more is told by whoever reads. */
  async say(text: string): Promise<void> {
    await this.#lines.send(text).catch(() => undefined);
  }
}

async function inTerminal(visit: Visit, signal: AbortSignal): Promise<boolean> {
  const leave = (): void => void visit.leave();
  const terminal = new Terminal(process.stdin, process.stdout, '> ', {
    onLine: (text) => void visit.say(text),
    onEnd: leave,
  });
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await visit.read(terminal, { insists: false });
  } finally {
    terminal[Symbol.dispose]();
  }
}

async function inPipes(visit: Visit, signal: AbortSignal): Promise<boolean> {
  const speaking = speak(visit, signal);
  try {
    return await visit.read({ show: (line) => console.log(line) }, { insists: true });
  } finally {
    process.stdin.destroy(); // whoever is about to say more would say it to nobody
    await speaking;
  }
}

async function speak(visit: Visit, signal: AbortSignal): Promise<void> {
  signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  try {
    for await (const line of linesIn(process.stdin)) await visit.say(line);
  } catch (error) {
    // Destroyed from here, which is the other end of input.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  await visit.leave();
}

async function findRoom(port: number, signal: AbortSignal): Promise<Place> {
  const rooms = await roomsFound({ port, timeoutMs: 1000, signal });
  const [room, ...others] = rooms;
  if (!room) throw new Failed('No room was found on the network');
  for (const { title, host, port: at } of rooms)
    console.log(`-- Found ${title} at ${placeText({ host, port: at })}`);
  if (others.length > 0) throw new Failed('There are several rooms: say which one');
  return room;
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'guest'; // a user without a name
  }
}

if (isMain(import.meta)) {
  await program(HELP, OPTIONS, async ({ values, words, signal }) => {
    if (words.length > 1) throw new BadInput(`One room at a time: there are ${words.length}`);
    if (values.find === true && words[0] !== undefined)
      throw new BadInput('--find looks for the address: leave it out');
    const findPort = portOf('find-port', values['find-port'], DISCOVERY_PORT);
    const place =
      values.find === true ? await findRoom(findPort, signal) : placeOf(words[0] ?? '127.0.0.1:4242', 4242);
    const connection = await connect(place, { framing: lines(), signal });
    const visit = new Visit(connection);
    try {
      await visit.say(`/name ${values.name ?? nameOfUser()}`);
      const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
      const isWell = await (isTerminal ? inTerminal(visit, signal) : inPipes(visit, signal));
      if (!isWell) throw new Failed('The room has ended the connection');
    } finally {
      connection.close();
    }
  });
}
