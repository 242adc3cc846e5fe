/**
 * One guest of the room and his connection: the handler of the server, made anew for each.
 *
 *     his lines ──pace──▶ commands ──▶ room ──▶ everybody's outbox ──▶ everybody's lines
 *
 * Nobody waits for anybody: who says too much is read more slowly, which in the end he notices as his own sends take
 * longer; who reads too slowly fills his own outbox and is let go. What breaks the rules of the connection (a line that
 * is too long, bytes that are no text) ends that connection, and no other.
 *
 * @module
 */
import { setTimeout as later } from 'node:timers/promises';
import { DuodaoError } from 'duodao';
import { RequestHandler, type SocketConnection } from 'duodao/net';
import { visible } from '../visible.ts';
import { type Command, commandIn, COMMANDS_TEXT } from './commands.ts';
import { BadName } from './names.ts';
import { Outbox } from './outbox.ts';
import { Pace } from './pace.ts';
import { type Room, type Seat, TEXT_LENGTH_MAX } from './room.ts';

/** A connection on which lines of text come and go. */
export type Lines = SocketConnection<string, [text: string]>;

export interface GuestMeans {
  readonly room: Room;
  /** Lines that may wait for a guest who reads slowly. */
  readonly mostLines: number;
  /** Lines that a guest may say in a second, on average. More of them wait. */
  readonly perSecond: number;
  /** How long somebody may be here without a name. */
  readonly nameTimeoutMs: number;
}

/** How often somebody may ask for a name that cannot be had. */
const NAME_TRIES = 5;
/** Lines that may come at once before the pace begins. */
const BURST = 20;
/** What somebody is told whose connection cannot go on, by the code of the error. */
const LAST_WORDS: Readonly<Record<string, string>> = {
  'over-limit': '!! That line was too long',
  protocol: '!! That was no text: lines are UTF-8',
};
const SLOW = '!! You read too slowly for what is said here';

/** The class of handlers for a room. */
export function guestOf({
  room,
  mostLines,
  perSecond,
  nameTimeoutMs,
}: GuestMeans): typeof RequestHandler<Lines> {
  return class Guest extends RequestHandler<Lines> {
    readonly #pace = new Pace({ perSecond, burst: BURST });
    readonly #outbox = new Outbox({
      send: (line) => this.request.send(line),
      mostLines,
      // Later, so that those who are just being told something are told it before this.
      onFull: () => queueMicrotask(() => void this.#letGo('was let go: too slow a reader', SLOW)),
    });
    #seat: Seat | undefined;
    #tries = 0;
    #impatience: NodeJS.Timeout | undefined;

    override setup(): void {
      this.#outbox.put(`-- This is ${room.title}. Say /name and your name to come in`);
      this.#impatience = setTimeout(() => {
        if (!this.#seat) void this.#letGo('', '!! Nobody waits here for a name');
      }, nameTimeoutMs);
    }

    override async handle(): Promise<void> {
      try {
        for await (const line of this.request) {
          const delayMs = this.#pace.delayMs(performance.now());
          if (delayMs > 0) await later(delayMs, undefined, { ref: false });
          await this.#obey(commandIn(line));
        }
      } catch (error) {
        const lastWord = error instanceof DuodaoError ? LAST_WORDS[error.code] : undefined;
        if (lastWord === undefined) throw error;
        await this.#letGo('was let go: what came from there were no lines of text', lastWord);
      }
    }

    override async finish(): Promise<void> {
      clearTimeout(this.#impatience);
      this.#seat?.leave('is gone');
      await this.#outbox.close();
    }

    async #obey(command: Command): Promise<void> {
      switch (command.kind) {
        case 'quit':
          return this.#letGo('has left', '-- Good-bye');
        case 'name':
          return this.#rename(command.text);
        case 'say':
        case 'me':
          return this.#say(command.kind, command.text);
        case 'help':
          return this.#outbox.put(`-- You can say: ${COMMANDS_TEXT}`);
        case 'who':
          return this.#outbox.put(room.who);
        case 'unknown':
          return this.#outbox.put(
            `!! There is no ${visible(clipped(command.text))}: /help says what there is`,
          );
        case 'nothing':
          return undefined;
      }
    }

    async #say(kind: 'say' | 'me', text: string): Promise<void> {
      if (!this.#seat) return this.#refuse('!! Say /name and your name first');
      if (text.length > TEXT_LENGTH_MAX)
        return this.#outbox.put(
          `!! Cannot say that as it has ${text.length} characters: ${TEXT_LENGTH_MAX} are the most`,
        );
      if (kind === 'me') this.#seat.act(text);
      else this.#seat.say(text);
    }

    async #rename(wish: string): Promise<void> {
      try {
        if (this.#seat) this.#seat.rename(wish);
        else this.#seat = room.enter(wish, (line) => this.#outbox.put(line));
      } catch (error) {
        if (!(error instanceof BadName)) throw error;
        await this.#refuse(
          `!! Cannot take the name ${JSON.stringify(visible(clipped(wish)))} as ${error.message}`,
        );
      }
    }

    /** Says no, and to somebody who has no name only so often. */
    async #refuse(why: string): Promise<void> {
      this.#outbox.put(why);
      this.#tries++;
      if (!this.#seat && this.#tries >= NAME_TRIES) await this.#letGo('', '!! That is enough');
    }

    /** Takes him out of the room at once, gives him a last word, and then ends the connection. */
    async #letGo(how: string, lastWord: string): Promise<void> {
      const seat = this.#seat;
      // Nobody must find him in the room any more, who would fill his outbox again.
      const said = this.#outbox.close(lastWord);
      seat?.leave(how);
      await said;
      this.request.close();
    }
  };
}

/** The start of a text, long enough to know it again. */
function clipped(text: string): string {
  return Array.from(text).slice(0, 40).join('');
}
