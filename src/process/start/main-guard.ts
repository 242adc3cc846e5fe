/**
 * Whether a module is the program itself, and not imported by it, by a child, or by a thread.
 *
 * A child imports its target's module, so code at the top level runs there again. `if (isMain(import.meta))`
 * keeps the part that starts the program out of it, as `if __name__ == '__main__'` does in Python. Node.js 24
 * has `import.meta.main` for this, Node.js 20 has not; and neither knows our children.
 *
 * The program is `process.argv[1]`, which Node.js has made absolute but left as it was typed: it may be a
 * symbolic link, lack its extension, or be a folder. `require.resolve` finds the file by the same rules as
 * Node.js did.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// As it was when the program began: some programs rewrite it.
const program = process.argv[1];
let isChild = false;

/** Says that this process is a child of ours, so that no module in it is the program. */
export function markChild(): void {
  isChild = true;
}

/** Whether this process is a child of ours. */
export function inChild(): boolean {
  return isChild;
}

/**
 * True if the module is the program that was started: `if (isMain(import.meta)) …`
 *
 * @param meta - the module's `import.meta`
 */
export function isMain(meta: { readonly url: string }): boolean {
  if (typeof meta?.url !== 'string')
    throw new TypeError(
      `Cannot tell the program as meta must be import.meta: current value is of type ${typeof meta}`,
    );
  if (isChild || !isMainThread || program === undefined || !meta.url.startsWith('file:')) return false;
  const file = fileOf(program);
  return file !== undefined && file === fileOf(fileURLToPath(meta.url));
}

function fileOf(path: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(path);
  } catch {
    // No such file: the program came from the command line or from standard input.
    return undefined;
  }
}
