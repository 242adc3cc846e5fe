/**
 * `duodao rush --listen` as a program of its own, and programs that buy there.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  connect,
  dictHeader,
  type DictHeader,
  type DictMessage,
  type SocketConnection,
} from '../../src/net/index.ts';
import { type Ended, type Run, RUSH, type Shape, withRun } from '../crash/rush-run.ts';
import { shell } from '../unit/cli/scratch.ts';

export interface Office {
  readonly run: Run;
  /** `host:port`, for buyers. */
  readonly place: string;
  /** The address of the page; empty without `--web`. */
  readonly page: string;
  /** Runs `duodao rush` with these words in the folder of the office, beside it. */
  rush(words: string): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Ctrl-C; resolves when it has ended. */
  interrupt(): Promise<Ended>;
}

/** Opens an office with these words, and sees to it that nothing of it is left. */
export async function withOffice(shape: Shape, use: (office: Office) => Promise<void>): Promise<void> {
  const { words = '' } = shape;
  await withRun({ ...shape, words: `--listen 0 --sellers 2 ${words}` }, async (run) => {
    let said = '';
    run.child.stderr!.on('data', (text: string) => (said += text));
    const places = /listening at (\S+)\n(?:rush: the page is at (\S+)\n)?/;
    const all = words.includes('--web') ? /the page is at \S+\n/ : places;
    await run.until('the office is open', () => all.test(said));
    const [, place = '', page = ''] = places.exec(said) ?? [];
    const rush = (more: string): ReturnType<typeof shell> => shell(`${RUSH} ${more}`, run.folder);
    const interrupt = (): Promise<Ended> => {
      run.signalGroup('SIGINT');
      return run.ended;
    };
    try {
      await use({ run, place, page, rush, interrupt });
    } finally {
      run.signalGroup('SIGTERM');
    }
  });
}

export interface Line {
  readonly id: number | string;
  readonly buyer: string;
  readonly train: string;
  readonly class: string;
  readonly seats: number;
  readonly status: 'sold' | 'refused';
  readonly seller: number;
}

export function ledgerOf(run: Run): Line[] {
  return run.lines().map((line) => JSON.parse(line) as Line);
}

export type Seats = Record<string, Record<string, { readonly seats: number; readonly left?: number }>>;

/** Seats by train and class, of a stock file or of what the office says. */
export function seatsOf(trains: readonly { train: string; classes: Seats[string] }[]): Map<string, number> {
  const seats = new Map<string, number>();
  for (const { train, classes } of trains)
    for (const [name, { left, seats: all }] of Object.entries(classes))
      seats.set(`${train}/${name}`, left ?? all);
  return seats;
}

/** What must be left: the stock file, less what the ledger says was sold; each id once. */
export function leftByLedger(run: Run): Map<string, number> {
  const left = seatsOf(JSON.parse(readFileSync(run.trains, 'utf8')) as never);
  const ids = new Set<unknown>();
  for (const { id, train, class: name, seats, status } of ledgerOf(run)) {
    assert.ok(!ids.has(id), `${id} is answered once`);
    ids.add(id);
    const cell = `${train}/${name}`;
    if (status === 'sold') left.set(cell, left.get(cell)! - seats);
  }
  return left;
}

export type Buyer = SocketConnection<DictMessage, [header: DictHeader]>;

export function buyerAt(place: string): Promise<Buyer> {
  return connect<DictMessage, [header: DictHeader]>(place, { framing: dictHeader() });
}

export async function ask(buyer: Buyer, header: DictHeader): Promise<DictMessage> {
  await buyer.send(header);
  return await buyer.receive();
}
