/** A guest at a terminal: what stands on the screen while he types and messages come in. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Program } from '../harness/programs.ts';
import { pythons } from '../harness/tools.ts';
import { until } from '../harness/tree.ts';
import { Screen } from './chat/screen.ts';
import { example, exampleFile, lineWith, serving } from './example.ts';

const started: ChildProcess[] = [];
after(() => started.forEach((child) => child.kill('SIGKILL')));

const LEFT = '\u001b[D';
const UP = '\u001b[A';
const BACKSPACE = '\u007f';

/** A program in a terminal. */
class Seat {
  readonly child: ChildProcess;
  readonly screen: Screen;
  /** How the program ended: its code, or its signal. */
  readonly closed: Promise<readonly unknown[]>;
  /** All that it wrote. */
  written = '';

  constructor(python: string, columns: number, file: string, ...args: readonly string[]) {
    const script = fileURLToPath(new URL('chat/in-terminal.py', import.meta.url));
    const program = [process.execPath, ...process.execArgv, exampleFile(file), ...args];
    this.child = spawn(python, [script, String(columns), ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
    started.push(this.child);
    this.closed = once(this.child, 'close');
    this.screen = new Screen(columns);
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.written += text;
      this.screen.write(text);
    });
  }

  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Waits until the line with the cursor looks so; `|` is the cursor. */
  async looks(current: string): Promise<void> {
    await until(
      () => `${current} rather than ${this.screen.current} below ${JSON.stringify(this.screen.rows)}`,
      () => this.screen.current === current,
    );
  }

  /** The rows above the line that is being typed, without the times. */
  get above(): string[] {
    return this.screen.rows.slice(0, -1).map((row) => row.replace(/^\[\d\d:\d\d\]/, '[]'));
  }
}

interface Scene {
  readonly at: string;
  readonly server: Program;
  readonly bob: Program;
  sit(columns: number, name: string): Promise<Seat>;
}

/** A room with bob in it, who has pipes. Undefined where no terminal can be made. */
async function scene(t: TestContext): Promise<Scene | undefined> {
  const python = pythons()[0];
  if (!python) {
    t.skip('there is no Python to make a terminal with');
    return undefined;
  }
  const { program: server, port } = await serving('chat/room-server.ts');
  const at = `127.0.0.1:${port}`;
  const bob = example('chat/room-client.ts', '--name', 'bob', at);
  started.push(server.process, bob.process);
  await lineWith(bob, /^-- Here are/);
  return {
    at,
    server,
    bob,
    async sit(columns, name) {
      const seat = new Seat(python.command, columns, 'chat/room-client.ts', '--name', name, at);
      await until('the room', () => seat.above.some((row) => row.startsWith('-- Here are')));
      await seat.looks('> |');
      return seat;
    },
  };
}

test('What comes in stands above what is being typed, which stays as it was, cursor and all', async (t) => {
  const room = await scene(t);
  if (!room) return;
  const { bob, server } = room;
  const eve = await room.sit(40, 'eve');
  eve.type(`hello 中文 wor${LEFT}${LEFT}`);
  await eve.looks('> hello 中文 w|or');
  bob.tell('are you there?');
  await until('the message', () => eve.above.includes('[] bob: are you there?'));
  await eve.looks('> hello 中文 w|or');
  eve.type(`${LEFT}${LEFT}${BACKSPACE}e\u0301`);
  await eve.looks('> hello 中e\u0301| wor');
  eve.type('\u0005ld\r');
  await eve.looks('> |');
  assert.match(await lineWith(bob, /eve: /), /eve: hello 中e\u0301 world$/);
  await until('the echo', () => eve.above.includes('[] eve: hello 中e\u0301 world'));
  assert.equal(eve.above.at(-2), '[] bob: are you there?');

  eve.type(`x${UP}`);
  await eve.looks('> hello 中e\u0301 world|');
  eve.type('\u0017\u0017there\r');
  assert.match(await lineWith(bob, /eve: /), /eve: hello there$/);
  eve.type('\u001a'); // no shell is there to stop for
  eve.type('again');
  await eve.looks('> again|');
  eve.type('\u0003');
  assert.equal(await lineWith(bob, /^-- eve/), '-- eve has left');
  const [code] = await eve.closed;
  assert.equal(code, 0);
  assert.equal(eve.screen.current, '|');
  bob.process.kill();
  server.process.kill();
  await Promise.all([bob.end, server.end]);
});

test('A line longer than the terminal stays one row, and a refused name can be mended at the prompt', async (t) => {
  const room = await scene(t);
  if (!room) return;
  const { bob, server } = room;
  const eve = await room.sit(30, 'eve');
  const text = 'a line that is longer than thirty columns are';
  eve.type(text);
  await eve.looks('> ger than thirty columns are|');
  bob.tell('hi');
  await until('the message', () => eve.above.includes('[] bob: hi'));
  await eve.looks('> ger than thirty columns are|');
  eve.type('\r');
  assert.ok((await lineWith(bob, /eve: /)).endsWith(text));
  eve.type('/name bob\r');
  await until('the refusal', () => eve.above.some((row) => row.startsWith('!! Cannot take the name')));
  eve.type('/name eva\r');
  await lineWith(bob, /^-- eve is now called eva$/);
  eve.type('x\u0004\u0015\u0004'); // first there is text to delete
  assert.equal(await lineWith(bob, /^-- eva/), '-- eva has left');
  assert.deepEqual(await eve.closed, [0, null]);
  bob.process.kill();
  server.process.kill();
  await Promise.all([bob.end, server.end]);
});

test('The terminal is put back when the room goes away', async (t) => {
  const room = await scene(t);
  if (!room) return;
  const eve = await room.sit(60, 'eve');
  eve.type('half a thou');
  await eve.looks('> half a thou|');
  room.server.process.kill('SIGKILL');
  const [code] = await eve.closed;
  const { rows } = eve.screen;
  await room.bob.end;
  assert.ok(!rows.join('\n').includes('half a thou'), 'the line is wiped');
  assert.match(eve.written, /The room has ended the connection\r\n$/);
  assert.equal(code, 1);
});
