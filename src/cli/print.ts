/**
 * Writing results so that a script can trust them.
 *
 * Three things can happen to text on its way out, and only three:
 *   - the reader took it;
 *   - the reader is gone (`duodao rush --json | head -1`): that is its right, so we go on quietly;
 *   - it could not be stored (`> file` on a full disk): that is a failure, as a result has been lost.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { systemCode } from './usage-error.ts';

const listening = new WeakSet<NodeJS.WritableStream>();

/** Sees to it that a write to this stream that fails does not end the program: also one that nobody waits for. */
export function ignoreLoss(stream: NodeJS.WritableStream): void {
  // A failed write is told twice, to its callback and as an event; without a listener the event would end us.
  if (listening.has(stream)) return;
  listening.add(stream);
  stream.on('error', () => undefined);
}

/**
 * Writes text and waits until the system has it. A reader who is gone is not told of.
 *
 * @throws {@link DuodaoError} `broken` when the text could not be stored.
 */
export async function print(stream: NodeJS.WritableStream, text: string): Promise<void> {
  ignoreLoss(stream);
  const cause = await new Promise<Error | null | undefined>((resolve) => {
    stream.write(text, resolve);
  });
  if (!cause || isReaderGone(cause)) return;
  const system = systemCode(cause);
  throw new DuodaoError('broken', `Cannot write the output: ${cause.message}`, { system }, { cause });
}

/** Whether a failed write only means that nobody reads any more. */
export function isReaderGone(cause: Error): boolean {
  const code = systemCode(cause);
  // After the first EPIPE the stream is destroyed, and later writes say so instead.
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
