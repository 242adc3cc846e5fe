/**
 * Frames on a terminal. A small terminal stands in: it obeys the few controls we use, wraps long lines and
 * scrolls, so that the tests look at what a person would see.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { canRedraw, PlainLines, Screen } from '../../../../src/cli/rush/screen.ts';
import type { FrameSize, Snapshot } from '../../../../src/cli/rush/view.ts';

class Terminal extends EventEmitter {
  columns: number;
  rows: number;
  readonly isTTY: boolean = true;
  writableNeedDrain = false;
  cursorShown = true;
  writes = 0;
  #lines: string[] = [''];
  #row = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  hasColors(): boolean {
    return true;
  }

  /** What stands there, without empty lines at the end. */
  get text(): string {
    return this.#lines.join('\n').trimEnd();
  }

  write(text: string): boolean {
    this.writes++;
    // oxlint-disable-next-line no-control-regex
    for (const [token] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g)) this.#obey(token);
    return true;
  }

  /** Makes the window narrower: lines that no longer fit are wrapped, as terminals do. */
  narrow(columns: number): void {
    const wrapped = this.#lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']);
    this.#row += wrapped.length - this.#lines.length;
    this.#lines = wrapped;
    this.columns = columns;
    this.emit('resize');
  }

  #obey(token: string): void {
    const up = token.startsWith('\u001b[') && token.endsWith('A') ? Number(token.slice(2, -1)) : 0;
    if (up > 0) this.#row = Math.max(this.#lines.length - this.rows, 0, this.#row - up);
    else if (token === '\u001b[?25l') this.cursorShown = false;
    else if (token === '\u001b[?25h') this.cursorShown = true;
    else if (token === '\u001b[K') this.#lines[this.#row] = '';
    else if (token === '\u001b[J') this.#lines.splice(this.#row, Number.POSITIVE_INFINITY, '');
    else if (token === '\n') {
      this.#row++;
      this.#lines[this.#row] ??= '';
    } else if (token !== '\r') {
      assert.ok(!token.startsWith('\u001b'), `unknown control ${JSON.stringify(token)}`);
      assert.equal(this.#lines[this.#row], '', 'a line is cleared before it is written');
      this.#lines[this.#row] = token;
    }
  }
}

function setup(
  columns = 20,
  rows = 10,
): {
  terminal: Terminal;
  screen: Screen;
  show: (...lines: string[]) => void;
  sizes: FrameSize[];
  clock: { ms: number };
} {
  const terminal = new Terminal(columns, rows);
  const clock = { ms: 1000 };
  const sizes: FrameSize[] = [];
  let lines: readonly string[] = [];
  const draw = (size: FrameSize): readonly string[] => {
    sizes.push(size);
    return lines.map((line) => line.slice(0, size.columns));
  };
  const screen = new Screen(terminal, draw, () => clock.ms);
  const show = (...next: string[]): void => {
    lines = next;
    clock.ms += 100;
    screen.refresh();
  };
  return { terminal, screen, show, sizes, clock };
}

test('Screen redraws in place, below what stood there before', () => {
  const { terminal, show } = setup();
  terminal.write('$ duodao rush\n');
  show('one', 'two', 'three');
  assert.equal(terminal.text, '$ duodao rush\none\ntwo\nthree');
  show('1', '2', '3', '4');
  assert.equal(terminal.text, '$ duodao rush\n1\n2\n3\n4');
});

test('Screen leaves nothing of a longer frame', () => {
  const { terminal, show } = setup();
  show('a long line', 'two', 'three');
  show('x');
  assert.equal(terminal.text, 'x');
});

test('Screen draws at most every 100 ms', () => {
  const { terminal, screen, show, clock } = setup();
  show('one');
  const { writes } = terminal;
  clock.ms += 99;
  screen.refresh();
  assert.equal(terminal.writes, writes);
  clock.ms += 1;
  screen.refresh();
  assert.equal(terminal.writes, writes + 1);
});

test('Screen leaves a frame out while the terminal is behind', () => {
  const { terminal, show } = setup();
  terminal.writableNeedDrain = true;
  show('one');
  assert.deepEqual([terminal.text, terminal.cursorShown], ['', true]);
});

test('Screen hides the cursor while it draws and leaves the last frame when it closes', () => {
  const { terminal, screen, show, clock } = setup();
  show('one');
  assert.equal(terminal.cursorShown, false);
  clock.ms += 1;
  screen.close();
  assert.deepEqual([terminal.text, terminal.cursorShown], ['one', true]);
  const { writes } = terminal;
  screen.close();
  show('two');
  terminal.emit('resize');
  assert.equal(terminal.writes, writes);
});

test('Screen gives the cursor back when the process ends without closing it', () => {
  const { terminal, show } = setup();
  const before = process.listeners('exit');
  show('one');
  const [onExit, ...others] = process.listeners('exit').filter((listener) => !before.includes(listener));
  assert.ok(onExit);
  assert.deepEqual(others, []);
  onExit.call(process, 0);
  assert.equal(terminal.cursorShown, true);
  assert.deepEqual(process.listeners('exit'), before);
});

test('Screen keeps one line free for the cursor, so that a full frame does not scroll', () => {
  const { show, sizes } = setup(20, 10);
  show('one');
  assert.deepEqual(sizes, [{ columns: 20, rows: 9, colour: true }]);
});

test('Screen redraws at once when the window is resized, over the lines that it wrapped', () => {
  const { terminal, show } = setup(20, 10);
  terminal.write('before\n');
  show('a line of 20 columns', 'short', 'another with 19 col');
  terminal.narrow(8);
  assert.equal(terminal.text, 'before\na line o\nshort\nanother');
});

test('Screen measures an unknown window as 80 by 24', () => {
  const { show, sizes } = setup(0, 0);
  show('one');
  assert.deepEqual([sizes[0]!.columns, sizes[0]!.rows], [80, 23]);
});

test('canRedraw asks for a terminal that can move its cursor', () => {
  const terminal = new Terminal(80, 24);
  assert.equal(canRedraw(terminal, { TERM: 'xterm' }), true);
  assert.equal(canRedraw(terminal, { TERM: 'dumb' }), false);
  assert.equal(canRedraw(Object.assign(new Terminal(80, 24), { isTTY: false }), {}), false);
});

const SNAPSHOT: Snapshot = {
  sellers: [],
  trains: [],
  done: 1,
  total: 2,
  ordersPerSecond: 3,
  secondsLeft: 4,
  kills: 0,
};
const LINE = 'rush: 1 of 2 orders, 3 a second, 4.0 s left, 0 sellers\n';

test('PlainLines writes at most a line a second, and one at the end', () => {
  let nowMs = 500;
  const written: string[] = [];
  const stream = { writableNeedDrain: false, write: (text: string) => written.push(text) > 0 };
  const lines = new PlainLines(stream, () => nowMs);
  lines.refresh(SNAPSHOT);
  nowMs += 999;
  lines.refresh(SNAPSHOT);
  assert.deepEqual(written, []);
  nowMs += 1;
  lines.refresh(SNAPSHOT);
  lines.refresh(SNAPSHOT);
  assert.deepEqual(written, [LINE]);
  stream.writableNeedDrain = true;
  nowMs += 1000;
  lines.refresh(SNAPSHOT);
  assert.deepEqual(written, [LINE]);
  lines.close(SNAPSHOT);
  assert.deepEqual(written, [LINE, LINE]);
});
