/**
 * The room: who is in it, and what all of them read. It knows no network.
 *
 * Everybody reads the same lines in the same order, and one's own come back like those of others. A line shows by its
 * beginning what it is, and no guest can make one that looks like another kind:
 *
 *     [12:01] bob: hello     said                  -- bob has come in     a note of the room
 *     [12:01] * bob waves    done, with /me        !! Cannot …            a refusal, for one guest only
 *
 * What guests say is written out (visible.ts) before it reaches anybody, so that it is safe also for who comes with a
 * program that shows whatever it gets, such as `nc`.
 *
 * @module
 */
import { visible } from '../visible.ts';
import { BadName, keyOf, nameOf } from './names.ts';

/** The longest text that may be said at once, in characters. */
export const TEXT_LENGTH_MAX = 2000;

export interface RoomOptions {
  readonly title: string;
  /** How much of what was said newcomers get to read. */
  readonly historyLines: number;
  readonly now?: () => Date;
}

/** One guest, from coming in to leaving. */
export interface Seat {
  readonly name: string;
  say(text: string): void;
  /** What `/me` says that one does. */
  act(text: string): void;
  /** @throws BadName */
  rename(name: string): void;
  /** Says once that this guest is no longer here, and how that came: "has left". */
  leave(how: string): void;
}

interface Guest {
  name: string;
  readonly tell: (line: string) => void;
}

export class Room {
  readonly title: string;
  readonly #guests = new Map<string, Guest>();
  readonly #history: string[] = [];
  readonly #historyLines: number;
  readonly #now: () => Date;

  constructor({ title, historyLines, now = () => new Date() }: RoomOptions) {
    this.title = visible(title);
    this.#historyLines = historyLines;
    this.#now = now;
  }

  /** How many are here. */
  get size(): number {
    return this.#guests.size;
  }

  /** Who is here, in one line. */
  get who(): string {
    const names = [...this.#guests.values()].map(({ name }) => name);
    return names.length === 0 ? '-- Nobody is here' : `-- Here are: ${names.join(', ')}`;
  }

  /**
   * Lets a guest in, who is told what was said before. `tell` gets each line; it must not throw.
   *
   * @throws BadName
   */
  enter(wish: string, tell: (line: string) => void): Seat {
    const guest: Guest = { name: this.#free(wish), tell };
    this.#guests.set(keyOf(guest.name), guest);
    tell(`-- Welcome to ${this.title}, ${guest.name}`);
    tell(this.who);
    for (const line of this.#history) tell(line);
    this.#tellOthers(guest, `-- ${guest.name} has come in`);
    return this.#seatOf(guest);
  }

  /** Tells everybody something of the room itself. */
  note(text: string): void {
    for (const { tell } of this.#guests.values()) tell(`-- ${text}`);
  }

  #seatOf(guest: Guest): Seat {
    let isHere = true;
    return {
      get name() {
        return guest.name;
      },
      say: (text) => this.#said(`${guest.name}: ${visible(text)}`),
      act: (text) => this.#said(`* ${guest.name} ${visible(text)}`),
      rename: (wish) => {
        const before = guest.name;
        const after = this.#free(wish, guest);
        this.#guests.delete(keyOf(before));
        this.#guests.set(keyOf(after), guest);
        guest.name = after;
        this.note(`${before} is now called ${after}`);
      },
      leave: (how) => {
        if (!isHere) return;
        isHere = false;
        this.#guests.delete(keyOf(guest.name));
        this.note(`${guest.name} ${how}`);
      },
    };
  }

  #free(wish: string, but?: Guest): string {
    const name = nameOf(wish);
    const other = this.#guests.get(keyOf(name));
    if (other && other !== but) throw new BadName(`somebody here is called ${other.name}`);
    return name;
  }

  #said(what: string): void {
    const at = this.#now();
    const clock = [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
    const line = `[${clock}] ${what}`;
    this.#history.push(line);
    if (this.#history.length > this.#historyLines) this.#history.shift();
    for (const { tell } of this.#guests.values()) tell(line);
  }

  #tellOthers(guest: Guest, line: string): void {
    for (const other of this.#guests.values()) if (other !== guest) other.tell(line);
  }
}
