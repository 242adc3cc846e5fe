/**
 * Where the items come from: words, a file or standard input cut into records, or paths that match a pattern.
 *
 * Items come in batches, as they are read: how many there will be is known only of words. Nothing is read before it is
 * wanted, so that an input of any length needs the memory of one block.
 *
 * @module
 */
import { open } from 'node:fs/promises';
import { fileError } from '../usage-error.ts';
import { glob } from './glob.ts';
import type { Input } from './options.ts';
import { recordsOf } from './records.ts';

/** An item as it came: a text (of JSON, if items are); undefined where the bytes are no text. */
export type Item = string | undefined;

export interface Source {
  /** Whether items are JSON values, or else texts. */
  readonly form: 'text' | 'json';
  /** How many there are, where that is known before. */
  readonly total: number | undefined;
  readonly batches: AsyncIterable<readonly Item[]>;
  /** Lets go of what is open. */
  close(): void;
}

const BLOCK_BYTES = 2 ** 18;

/**
 * Opens the input of a run.
 *
 * @throws UsageError when there is no such file, or the pattern is none.
 */
export async function openSource(
  input: Input,
  stdin?: NodeJS.ReadableStream & { destroy?(): unknown },
): Promise<Source> {
  if (input.from === 'words') return sourceOf('text', once(input.words), () => {}, input.words.length);
  if (input.from === 'glob') return sourceOf('text', oneByOne(glob(input.pattern)), () => {});
  const name = input.path === '-' ? 'standard input' : input.path;
  // Node.js opens standard input when it is first looked at.
  const stream = input.path === '-' ? (stdin ?? process.stdin) : await openFile(input.path);
  // Whoever reads hears of its failures; later, when nobody does, they are of no interest.
  stream.on('error', () => undefined);
  const blocks = stream as AsyncIterable<Buffer>;
  const records = recordsOf(blocks, input.from === 'null' ? '\0' : '\n', name);
  const close = (): void => void stream.destroy?.();
  const read = telling(records, name);
  return input.from === 'ndjson'
    ? sourceOf('json', withoutBlank(read), close)
    : sourceOf('text', read, close);
}

function sourceOf(
  form: Source['form'],
  batches: AsyncIterable<readonly Item[]>,
  close: () => void,
  total?: number,
): Source {
  return { form, total, batches, close };
}

async function openFile(path: string): Promise<NodeJS.ReadableStream & { destroy(): unknown }> {
  const file = await open(path).catch((cause: unknown) => {
    throw fileError('read', path, cause);
  });
  if ((await file.stat()).isDirectory()) {
    await file.close();
    throw fileError('read', path, Object.assign(new Error('it is a folder'), { code: 'EISDIR' }));
  }
  return file.createReadStream({ highWaterMark: BLOCK_BYTES });
}

/** Names the file in what the system says of it. */
async function* telling<T>(from: AsyncIterable<T>, name: string): AsyncGenerator<T> {
  try {
    yield* from;
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause ? fileError('read', name, cause) : cause;
  }
}

async function* withoutBlank(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<readonly Item[]> {
  for await (const batch of batches) yield batch.filter((item) => item === undefined || item.trim() !== '');
}

async function* once(words: readonly string[]): AsyncGenerator<readonly Item[]> {
  yield words;
}

async function* oneByOne(items: AsyncIterable<string>): AsyncGenerator<readonly Item[]> {
  for await (const item of items) yield [item];
}
