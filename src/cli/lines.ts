/**
 * Reading a file line by line, however big it is.
 *
 * Bytes are cut at line feeds first and decoded after, a block of whole lines at a time: a line feed byte is
 * never part of another character in UTF-8. Node's own `readline` would also cut at U+2028 and U+2029, which
 * may stand inside a JSON text, and would replace bytes that are not UTF-8 without a word.
 *
 * A line that ends in CR LF loses both. A byte order mark before the first line is dropped.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { fileError, UsageError } from './usage-error.ts';

/**
 * Takes one line.
 *
 * `text` is undefined when its bytes are not UTF-8. `ended` is false only for a last line that has no line
 * feed.
 */
export type TakeLine = (text: string | undefined, number: number, ended: boolean) => void;

const LINE_FEED = 0x0a;
const BLOCK_BYTES = 1 << 18;
/** No order is longer than this; without a limit a file of one endless line would fill the memory. */
const LINE_BYTES_MOST = 1 << 20;

/**
 * Calls `take` with each line of a file, in order, numbered from 1.
 *
 * @throws UsageError when the file cannot be read, or a line is longer than 1 MiB.
 */
export async function eachLine(path: string, take: TakeLine): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES + LINE_BYTES_MOST);
  let held = 0; // bytes of a line whose end has not been read yet, at the start of the block
  let number = 0;
  const file = await open(path).catch((cause: unknown) => {
    throw fileError('read', path, cause);
  });
  try {
    for (;;) {
      const { bytesRead } = await file.read(block, held, BLOCK_BYTES, null).catch((cause: unknown) => {
        throw fileError('read', path, cause);
      });
      if (bytesRead === 0) break;
      const filled = block.subarray(0, held + bytesRead);
      const end = filled.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) number = takeBlock(filled.subarray(0, end - 1), number, take);
      held = filled.length - end;
      if (held > LINE_BYTES_MOST)
        throw new UsageError(`${path}:${number + 1}: the line is longer than ${LINE_BYTES_MOST} bytes`);
      block.copyWithin(0, end, filled.length);
    }
    if (held > 0) take(decoded(block.subarray(0, held), number === 0), number + 1, false);
  } finally {
    await file.close();
  }
}

/** Takes all lines of a block whose last line feed has been left off; returns the number of the last line. */
function takeBlock(block: Buffer, linesBefore: number, take: TakeLine): number {
  let number = linesBefore;
  if (isUtf8(block)) {
    const text = block.toString();
    for (const line of text.split('\n')) take(trimmed(line, number === 0), ++number, true);
    return number;
  }
  // Somewhere in here is a bad byte: go line by line, so that only its line is called bad.
  let start = 0;
  while (start <= block.length) {
    const feed = block.indexOf(LINE_FEED, start);
    const end = feed === -1 ? block.length : feed;
    take(decoded(block.subarray(start, end), number === 0), ++number, true);
    start = end + 1;
  }
  return number;
}

function decoded(bytes: Buffer, isFirst: boolean): string | undefined {
  return isUtf8(bytes) ? trimmed(bytes.toString(), isFirst) : undefined;
}

function trimmed(line: string, isFirst: boolean): string {
  const start = isFirst && line.startsWith('\uFEFF') ? 1 : 0;
  return line.slice(start, line.endsWith('\r') ? -1 : undefined);
}
