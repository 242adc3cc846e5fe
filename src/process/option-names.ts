/**
 * Which options there are. What is none is refused by its name: a slip of the pen, or the niceness of a thread, would
 * be without effect, and nobody would know.
 *
 * @module
 */
import type { MemoryOptions, SubclassOptions } from './options.ts';
import type { ThreadSubclassOptions } from './thread/thread-options.ts';

/** The compiler holds the lists complete. */
type Names<T> = Readonly<Record<keyof T, true>>;
type Noun = 'process' | 'thread';

const OF_THREADS: Names<ThreadSubclassOptions> = {
  args: true,
  daemon: true,
  memory: true,
  name: true,
  target: true,
};
const OF_PROCESSES: Names<SubclassOptions> = {
  affinity: true,
  allowChildren: true,
  args: true,
  cwd: true,
  daemon: true,
  descriptors: true,
  detached: true,
  env: true,
  execArgv: true,
  memory: true,
  name: true,
  nice: true,
  stdio: true,
  target: true,
};
const OF_MEMORY: Names<MemoryOptions> = { hardBytes: true, onSoft: true, softBytes: true };
const OF_THREAD_MEMORY: Names<NonNullable<ThreadSubclassOptions['memory']>> = { hardBytes: true };

/**
 * Refuses options that a process or thread does not have, unless they are undefined.
 *
 * @throws TypeError that names the option.
 */
export function checkOptionNames(options: unknown, noun: Noun): void {
  check(options, noun === 'thread' ? OF_THREADS : OF_PROCESSES, OF_PROCESSES, noun);
  const memory = isObject(options) ? options['memory'] : undefined;
  check(memory, noun === 'thread' ? OF_THREAD_MEMORY : OF_MEMORY, OF_MEMORY, noun, 'memory.');
}

/** Whether they are objects at all is asked by who checks their values. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function check(options: unknown, own: object, ofProcesses: object, noun: Noun, path = ''): void {
  if (!isObject(options)) return;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(own, name)) continue;
    const option = path + name;
    if (Object.hasOwn(ofProcesses, name)) {
      throw new TypeError(
        `Cannot make a ${noun} as ${option} is an option of processes only: make it a Process, or leave that out`,
      );
    }
    const names = Object.keys(own).map((one) => path + one);
    throw new TypeError(
      `Cannot make a ${noun} as there is no option ${option}: correct its name, or leave it out; ` +
        `there are ${names.join(', ')}`,
    );
  }
}
