/**
 * Where the body of a message that is sent comes from.
 *
 * @module
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Pieces } from './outgoing.ts';

/** A body: bytes or text, something with a length, a file, or bytes as they come, whose length the header must say. */
export type Body = Uint8Array | string | Blob | { readonly file: string | URL } | AsyncIterable<Uint8Array>;

/** One is read while the other one is sent. Larger ones are no faster. */
const BUFFER_BYTES = 1024 * 1024;

/** Whether all of a body is there. */
export function isWhole(body: unknown): body is Uint8Array | string | undefined {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

/**
 * A body that is not there yet as pieces.
 *
 * @param said - Its length, as the header says; needed of bytes as they come.
 * @throws TypeError or RangeError; what the system says of a file that cannot be read.
 */
export async function piecesOf(body: Exclude<Body, Uint8Array | string>, said: unknown): Promise<Pieces> {
  if (body instanceof Blob) return { size: agree(body.size, said), pieces: body.stream() };
  if (typeof body === 'object' && body !== null && 'file' in body) return await ofFile(body.file, said);
  if (typeof (body as Partial<AsyncIterable<Uint8Array>>)?.[Symbol.asyncIterator] !== 'function')
    throw new TypeError(
      'Cannot send a body as it must be bytes, a string, a Blob, { file: path } or a stream of bytes: ' +
        `it is ${body === null ? 'null' : typeof body}`,
    );
  if (!Number.isSafeInteger(said) || (said as number) < 0)
    throw new RangeError(
      'Cannot send a stream as nobody knows its length: say it as file_size in the header: ' +
        `current value is ${String(said)}`,
    );
  return { size: said as number, pieces: body };
}

function agree(size: number, said: unknown): number {
  if (said === undefined || said === size) return size;
  throw new RangeError(
    `Cannot send a body of ${size} bytes as file_size in its header says otherwise: ` +
      `current value is ${JSON.stringify(said)}`,
  );
}

async function ofFile(path: string | URL, said: unknown): Promise<Pieces> {
  // Before it is opened: a pipe has whoever opens it wait until somebody writes.
  if (!(await stat(path)).isFile())
    throw new TypeError(
      `Cannot send a file as it is a folder, a pipe or a device: current value is ${String(path)}`,
    );
  const file = await open(path, 'r');
  try {
    const size = agree((await file.stat()).size, said);
    return { size, pieces: reading(file, size), release: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file that is cut meanwhile ends early, which is found by whoever adds up; what is appended is not sent. */
async function* reading(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  // A piece is with the kernel before the next but one is asked for, so two buffers do.
  const length = Math.min(BUFFER_BYTES, Math.max(size, 1));
  const buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)] as const;
  const read = (turn: number, at: number): Promise<{ bytesRead: number }> => {
    const reads = file.read(buffers[turn % 2]!, 0, Math.min(length, size - at), at);
    reads.catch(() => undefined); // it may fail when nobody wants it any more
    return reads;
  };
  let next = read(0, 0);
  for (let at = 0, turn = 0; at < size; turn++) {
    const { bytesRead } = await next;
    if (bytesRead === 0) return;
    const taken = buffers[turn % 2]!.subarray(0, bytesRead);
    at += bytesRead;
    // Some file systems give less than they were asked for. So little is not waited for by whoever sends it.
    const piece = bytesRead < length && at < size ? Buffer.from(taken) : taken;
    if (at < size) next = read(turn + 1, at);
    yield piece;
  }
}
