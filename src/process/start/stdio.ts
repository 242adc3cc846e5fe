/**
 * Where the standard streams of a child lead, and its lines under its name.
 *
 *     inherit   where ours lead
 *     pipe      to streams of the Process object
 *     ignore    nowhere
 *     prefix    stdout and stderr come through us, each line with `[name] ` in front, and go on where ours lead;
 *               stdin is ours
 *
 * Whole lines are written at once, so lines of several children never mix. We write as fast as we read: the standard
 * streams of Node.js block on Linux, so nothing piles up here; and libuv reads a pipe that is ready before it tells of
 * an exit, so when an exit is known, all that the child itself has said is here.
 *
 * @module
 */
import type { ChildProcess, StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

export const STDIO_MODES = ['inherit', 'pipe', 'ignore', 'prefix'] as const;
/** Where the standard streams of a child lead. */
export type StdioMode = (typeof STDIO_MODES)[number];

const NEWLINE = 0x0a;
/** A line that is longer is cut, so that a child that never ends one does not fill our memory. */
const LINE_LIMIT_BYTES = 1024 * 1024;

/** What `spawn` is told of the three standard streams. */
export function standardStreams(mode: StdioMode): Exclude<StdioOptions, string> {
  return mode === 'prefix' ? ['inherit', 'pipe', 'pipe'] : [mode, mode, mode];
}

/** Sends what a child prints on to our own streams, under its name. */
export function prefixOutput(child: ChildProcess, name: string): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const source = child[stream];
    if (!source) continue; // it could not be started
    const sink = process[stream];
    const lines = new LinePrefix(labelOf(name, sink.isTTY), (bytes) => void sink.write(bytes));
    source.on('data', (bytes: Buffer) => lines.push(bytes));
    source.once('end', () => lines.flush());
    // Somebody else may have the pipe and keep it open: the last line of the child must not wait for that.
    child.once('exit', () => lines.flush());
  }
}

function labelOf(name: string, isTerminal: boolean): string {
  const isPlain = !isTerminal || (process.env['NO_COLOR'] ?? '') !== '';
  return isPlain ? `[${name}] ` : `\u001b[36m[${name}]\u001b[39m `;
}

/** Has the streams of a child not keep this process alive. */
export function unrefStreams(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    // A pipe is a socket to Node.js, whatever its types say.
    (stream as (Readable & { unref?(): void }) | null)?.unref?.();
  }
}

/** Cuts bytes into lines, and puts a prefix before each. */
export class LinePrefix {
  readonly #prefix: Buffer;
  readonly #write: (bytes: Buffer) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(prefix: string, write: (bytes: Buffer) => void) {
    this.#prefix = Buffer.from(prefix);
    this.#write = write;
  }

  push(bytes: Buffer): void {
    const out: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      out.push(this.#prefix, ...this.#rest, bytes.subarray(start, end + 1));
      this.#rest = [];
      this.#restBytes = 0;
      start = end + 1;
    }
    if (out.length > 0) this.#write(Buffer.concat(out));
    if (start === bytes.length) return;
    this.#rest.push(bytes.subarray(start));
    this.#restBytes += bytes.length - start;
    if (this.#restBytes > LINE_LIMIT_BYTES) this.flush();
  }

  /** Writes what is left as a line, though it has no end. */
  flush(): void {
    if (this.#restBytes === 0) return;
    this.#write(Buffer.concat([this.#prefix, ...this.#rest, Buffer.from('\n')]));
    this.#rest = [];
    this.#restBytes = 0;
  }
}
