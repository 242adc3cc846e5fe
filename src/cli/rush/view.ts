/**
 * What the office looks like while it sells: one frame of text out of one snapshot. Pure; see `screen.ts` for
 * how frames reach a terminal.
 *
 *     duodao rush  12,345 of 20,000 orders  25,310 a second  0.3 s left  2 killed
 *     [############################################.............................]  61 %
 *
 *     seller          pid state        a second     sold
 *     seller 1      12345 selling         6,310    2,114
 *
 *     G1     [####....]  512/1,181  D301   [#.......]   31/640  ...
 *
 * Of an office to which buyers come, nobody knows how many orders there will be, so the bar shows the seats sold:
 *
 *     duodao rush  127.0.0.1:7000  2,000 buyers  9,212 sold  3,133 refused  25,310 a second  2 killed
 *     [############################################.............................]  61 %
 *
 * A frame never has more lines or columns than it was given: sellers take at most a third of the lines, the
 * trains share the rest in as many columns as are needed, and what does not fit is counted in the last place.
 *
 * @module
 */
import { clip, columnsOf, grouped, padLeft, padRight, printable, withoutColour } from '../text.ts';

export interface SellerView {
  readonly name: string;
  readonly pid: number;
  readonly state: string;
  readonly perSecond: number;
  /** Orders sold. */
  readonly sold: number;
}

export interface TrainView {
  readonly train: string;
  /** Below zero when oversold. */
  readonly left: number;
  readonly seats: number;
}

export interface Snapshot {
  readonly sellers: readonly SellerView[];
  readonly trains: readonly TrainView[];
  /** Orders answered, of all orders. */
  readonly done: number;
  readonly total: number;
  readonly ordersPerSecond: number;
  /** Undefined while nothing can be said yet. */
  readonly secondsLeft: number | undefined;
  readonly kills: number;
  /** What only an office to which buyers come has. */
  readonly counter?: CounterView;
}

export interface CounterView {
  /** Where it listens. */
  readonly at: string;
  /** How many are connected. */
  readonly buyers: number;
  /** Orders. */
  readonly sold: number;
  readonly refused: number;
}

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

type Paint = (text: string) => string;
/** A train needs so many columns, and with more than so many its name would drift away from its bar. */
const TRAIN_COLUMNS_LEAST = 25;
const TRAIN_COLUMNS_MOST = 52;

/** Draws a snapshot as lines of at most `columns`, at most `rows` of them. */
export function frame(snapshot: Snapshot, size: FrameSize): string[] {
  const { columns, rows } = size;
  const lines = [...heading(snapshot, size), ...sellerLines(snapshot.sellers, size)];
  lines.push(...trainLines(snapshot.trains, size, Math.max(1, rows - lines.length)));
  return lines
    .slice(0, rows)
    .map((line) => (columnsOf(line) > columns ? clip(withoutColour(line), columns) : line));
}

/** The snapshot in one line, for where there is no terminal. */
export function plainLine(snapshot: Snapshot): string {
  const { done, total, sellers, kills, counter } = snapshot;
  const a = `${Math.round(snapshot.ordersPerSecond)} a second`;
  const parts = counter
    ? [`${counter.buyers} buyers`, `${counter.sold} sold`, `${counter.refused} refused`, a]
    : [`${done} of ${total} orders`, a];
  if (!counter && done < total) parts.push(timeLeft(snapshot.secondsLeft));
  parts.push(`${sellers.length} sellers`);
  if (kills > 0) parts.push(`${kills} killed`);
  return `rush: ${parts.join(', ')}`;
}

function heading(snapshot: Snapshot, size: FrameSize): string[] {
  const { done, total, kills, counter } = snapshot;
  const perSecond = `${grouped(snapshot.ordersPerSecond)} a second`;
  const parts = counter
    ? [...counterParts(counter), perSecond]
    : [
        `${grouped(done)} of ${grouped(total)} orders`,
        perSecond,
        done < total ? timeLeft(snapshot.secondsLeft) : 'done',
      ];
  parts.unshift('duodao rush');
  if (kills > 0) parts.push(`${kills} killed`);
  const share = counter ? shareSold(snapshot.trains) : total === 0 ? 1 : done / total;
  const percent = padLeft(`${Math.floor(share * 100)} %`, 6);
  return [parts.join('  '), bar(share, size.columns - percent.length, green(size)) + percent, ''];
}

function counterParts({ at, buyers, sold, refused }: CounterView): string[] {
  return [printable(at), `${grouped(buyers)} buyers`, `${grouped(sold)} sold`, `${grouped(refused)} refused`];
}

/** The share of all seats that are sold; never above 1. */
function shareSold(trains: readonly TrainView[]): number {
  const seats = trains.reduce((sum, train) => sum + train.seats, 0);
  const left = trains.reduce((sum, train) => sum + Math.max(0, train.left), 0);
  return seats === 0 ? 1 : (seats - left) / seats;
}

function sellerLines(sellers: readonly SellerView[], size: FrameSize): string[] {
  const room = Math.max(1, Math.floor(size.rows / 3) - 2); // less the names of the columns and a blank line
  const shown = sellers.slice(0, sellers.length > room ? room - 1 : room);
  const lines = [bold(size)(row('seller', 'pid', 'state', 'a second', 'sold'))];
  for (const { name, pid, state, perSecond, sold } of shown)
    lines.push(row(printable(name), String(pid), printable(state), grouped(perSecond), grouped(sold)));
  if (shown.length < sellers.length) lines.push(`and ${sellers.length - shown.length} more sellers`);
  return [...lines, ''];
}

function row(name: string, pid: string, state: string, perSecond: string, sold: string): string {
  const left = `${padRight(name, 12)} ${padLeft(pid, 8)} ${padRight(state, 10)}`;
  return `${left} ${padLeft(perSecond, 9)} ${padLeft(sold, 9)}`;
}

/** The trains, filled in row by row, in as few columns as fit into the lines. */
function trainLines(trains: readonly TrainView[], size: FrameSize, room: number): string[] {
  const across = Math.min(
    Math.max(1, Math.floor((size.columns + 2) / (TRAIN_COLUMNS_LEAST + 2))),
    Math.max(1, Math.ceil(trains.length / room)),
  );
  const width = Math.min(TRAIN_COLUMNS_MOST, Math.floor((size.columns + 2) / across) - 2);
  const places = across * room;
  const shown = trains.slice(0, trains.length > places ? places - 1 : places);
  const cells = shown.map((train) => trainCell(train, width, size));
  if (shown.length < trains.length) cells.push(`and ${trains.length - shown.length} more trains`);
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += across) lines.push(cells.slice(at, at + across).join('  '));
  return lines;
}

function trainCell({ train, left, seats }: TrainView, width: number, size: FrameSize): string {
  const count = `${left < 0 ? '-' : ''}${grouped(Math.abs(left))}/${grouped(seats)}`;
  const counted = padLeft(count, Math.max(columnsOf(count), 11));
  const barWidth = Math.min(30, width - 7 - counted.length - 1);
  const paint = left < 0 ? red(size) : left === 0 ? dim(size) : green(size);
  const drawn = barWidth >= 5 ? `${bar(seats === 0 ? 0 : left / seats, barWidth, paint)} ` : '';
  const nameWidth = width - columnsOf(withoutColour(drawn)) - counted.length - 1;
  const name = padRight(printable(train), Math.max(1, nameWidth));
  return `${name} ${drawn}${left < 0 ? paint(counted) : counted}`;
}

/** A bar of so many columns, brackets included. In ASCII, which has the same width everywhere. */
function bar(share: number, columns: number, paint: Paint): string {
  const inside = Math.max(1, columns - 2);
  const full = Math.round(Math.min(1, Math.max(0, share)) * inside);
  return `[${full > 0 ? paint('#'.repeat(full)) : ''}${'.'.repeat(inside - full)}]`;
}

function timeLeft(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return 'time left unknown';
  if (seconds < 10) return `${seconds.toFixed(1)} s left`;
  if (seconds < 100) return `${Math.round(seconds)} s left`;
  return `${grouped(seconds / 60)} min left`;
}

function sgr(code: number, { colour }: FrameSize): Paint {
  return colour ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text;
}
const bold = (size: FrameSize): Paint => sgr(1, size);
const dim = (size: FrameSize): Paint => sgr(2, size);
const red = (size: FrameSize): Paint => sgr(31, size);
const green = (size: FrameSize): Paint => sgr(32, size);
