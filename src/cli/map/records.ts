/**
 * Bytes cut into records: lines, or texts that end with a zero byte. As many as there are, from files of any size and
 * from pipes, in flat memory.
 *
 * Bytes are cut first and decoded after, all whole records of a block at once: neither separator is ever a part of
 * another character in UTF-8. A record that is not UTF-8 is undefined, and those around it are as they are.
 *
 * A last record needs no separator behind it. A line that ends in CR LF loses both, and a byte order mark before the
 * first record is dropped.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { UsageError } from '../usage-error.ts';

export type Separator = '\n' | '\0';

/** Without a limit, a file without separators would fill the memory. */
const RECORD_BYTES_MOST = 2 ** 26;

/**
 * The records of a stream, in batches of a block.
 *
 * @param name - Of the file, for people.
 * @throws {@link UsageError} for a record longer than 64 MiB; and what the stream throws.
 */
export async function* recordsOf(
  stream: AsyncIterable<Buffer>,
  separator: Separator,
  name: string,
): AsyncGenerator<(string | undefined)[]> {
  const byte = separator.charCodeAt(0);
  let pieces: Buffer[] = []; // of a record whose end has not come yet
  let held = 0;
  let isFirst = true;
  const taken = (bytes: Buffer): (string | undefined)[] => {
    const records = decoded(bytes, separator);
    if (isFirst) records[0] = records[0]?.replace(/^\uFEFF/, '');
    isFirst = false;
    return records;
  };
  for await (const block of stream) {
    const end = block.lastIndexOf(byte);
    if (end === -1) {
      pieces.push(block);
      held += block.length;
    } else {
      const whole = block.subarray(0, end);
      yield taken(held > 0 ? Buffer.concat([...pieces, whole]) : whole);
      // A copy: what is left of a block would keep the whole of it.
      const rest = Buffer.from(block.subarray(end + 1));
      held = rest.length;
      pieces = held > 0 ? [rest] : [];
    }
    if (held > RECORD_BYTES_MOST)
      throw new UsageError(
        `Cannot read ${name} as one of its items is longer than ${RECORD_BYTES_MOST} bytes`,
      );
  }
  if (held > 0) yield taken(Buffer.concat(pieces));
}

/** @param bytes - Whole records, without the separator behind the last. */
function decoded(bytes: Buffer, separator: Separator): (string | undefined)[] {
  if (isUtf8(bytes)) {
    const records = bytes.toString().split(separator);
    if (separator === '\0' || !bytes.includes(CARRIAGE_RETURN)) return records;
    return records.map((record) => (record.endsWith('\r') ? record.slice(0, -1) : record));
  }
  // Somewhere in here is a bad byte: go one by one, so that only its record is called bad.
  const records: (string | undefined)[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(separator, start);
    const end = found === -1 ? bytes.length : found;
    const one = bytes.subarray(start, end);
    records.push(isUtf8(one) ? decoded(one, separator)[0] : undefined);
    start = end + 1;
  }
  return records;
}

const CARRIAGE_RETURN = 0x0d;
