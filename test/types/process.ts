/** What users' code must and must not compile to when it starts processes. See base.ts for how such a test works. */
import {
  type Exit,
  isMain,
  type Lock,
  type ParentProcess,
  parentProcess,
  Process,
  type ProcessOptions,
  type Queue,
  task,
} from '../../src/index.ts';
import { same } from './same.ts';

declare function none(): void;
declare function two(a: number, b: string): boolean;
declare function optional(a?: number): string;
declare function some(a: number, b?: string): string;
declare function rest(...numbers: number[]): number;
declare function later(lock: Lock, queue: Queue<Map<string, Date>>): Promise<{ count: number }>;
declare function either(): number | Promise<string>;
declare const withoutArgs: { target: typeof two; name: string };
declare function generic<T>(value: T): T[];

// Arguments may be left out only where the target needs none.
new Process({ target: none });
new Process({ target: none, args: [] });
new Process({ target: optional });
new Process({ target: optional, args: [1] });
new Process({ target: rest });
new Process({ target: rest, args: [1, 2, 3] });
new Process({ target: two, args: [1, 'a'], name: 'n', daemon: true });
new Process({ target: some, args: [1] });
// @ts-expect-error: two needs arguments
new Process({ target: two });
// @ts-expect-error: some needs its first argument
new Process({ target: some });
// @ts-expect-error: some needs its first argument
new Process({ target: some, args: [] });
// @ts-expect-error: one is missing
new Process({ target: two, args: [1] });
// @ts-expect-error: in the wrong order
new Process({ target: two, args: ['a', 1] });
// @ts-expect-error: one too many
new Process({ target: two, args: [1, 'a', 2] });
// @ts-expect-error: none takes none
new Process({ target: none, args: [1] });
// Only a subclass may leave out the target, which the types cannot tell: this is refused when it runs.
new Process();
// @ts-expect-error: there is no such function
new Process({ target: undefined, args: [1], deamon: true });
// @ts-expect-error: two needs arguments, whoever made the options
new Process(withoutArgs);
// @ts-expect-error: a name is a string
new Process({ target: none, name: 1 });
// @ts-expect-error: there is no such option
new Process({ target: none, deamon: true });

// What somebody has in hand may be read-only.
const pair = [1, 'a'] as const;
new Process({ target: two, args: pair });
declare const numbers: readonly number[];
new Process({ target: rest, args: numbers });
// @ts-expect-error: there may be too few of them
new Process({ target: two, args: numbers });

// The result is what the target returns, awaited.
same<Awaited<ReturnType<Process<typeof none>['result']>>, void>(true);
const boolean = new Process({ target: two, args: [1, 'a'] }).result();
same<typeof boolean, Promise<boolean>>(true);
export async function counted(lock: Lock, queue: Queue<Map<string, Date>>): Promise<number> {
  const child = await new Process({ target: later, args: [lock, queue] }).start();
  same<typeof child, Process<typeof later>>(true);
  const result = await child.result({ timeoutMs: 5 });
  same<typeof result, { count: number }>(true);
  return result.count;
}
const mixed = new Process({ target: either }).result();
same<typeof mixed, Promise<number | string>>(true);
new Process({ target: generic, args: [new Map()] });

// A subclass gives its run() any parameters, and its result is what that returns.
class Counter extends Process {
  from: number;
  constructor(from: number) {
    super({ name: 'counter', args: [1, 'a'] });
    this.from = from;
    this.name = 'counts';
    this.daemon = true;
  }
  override async run(by: number, unit?: string): Promise<string> {
    return `${this.from + by} ${unit}`;
  }
}
class Silent extends Process {
  override run(): void {}
}
new Silent({ name: 'silent', daemon: true });
// @ts-expect-error: there is no such option
new Silent({ deamon: true });
const counter = new Counter(1);
same<ReturnType<typeof counter.result>, Promise<string>>(true);
export async function countedFrom(one: Counter): Promise<string> {
  same<Awaited<ReturnType<typeof one.start>>, Counter>(true);
  return (await one.start()).result({ timeoutMs: 5 });
}
const any: readonly Process[] = [counter, new Silent(), new Process({ target: two, args: [1, 'a'] })];
same<ReturnType<(typeof any)[number]['result']>, Promise<unknown>>(true);

// A task has the type of the function that it names.
const named = new Process({ target: task<typeof two>(import.meta.url, 'two'), args: [1, 'a'] });
same<typeof named, Process<typeof two>>(true);
// @ts-expect-error: as much as the function itself
new Process({ target: task<typeof two>(import.meta, 'two') });

// An exit is one of three, told apart by a word.
export function exitText(exit: Exit): string {
  // @ts-expect-error: not every exit has a code
  exit.code;
  if (exit.how === 'exited') return String(exit.code);
  if (exit.how === 'killed') return exit.signal satisfies NodeJS.Signals;
  return exit.reason.message;
}
export async function ends(child: Process<typeof two>): Promise<void> {
  same<Awaited<ReturnType<typeof child.join>>, Exit>(true);
  same<Awaited<ReturnType<typeof child.stop>>, Exit>(true);
  await child.join({ timeoutMs: 5, signal: AbortSignal.abort() });
  // @ts-expect-error: as every other wait
  await child.join({ timeout: 5 });
  child.name = 'renamed';
  child.daemon = true;
  // @ts-expect-error: before it has started there is none
  child.pid satisfies number;
  // @ts-expect-error: the kernel gives the pid
  child.pid = 5;
  // @ts-expect-error: null before it has ended
  child.exitCode satisfies number;
  // @ts-expect-error: there is no such state
  if (child.state === 'dead') return;
}
same<ReturnType<typeof parentProcess>, ParentProcess | undefined>(true);
isMain(import.meta);
// @ts-expect-error: not the URL itself
isMain(import.meta.url);

// A function over processes of any target keeps the rule of arguments.
export function startAll<F extends (...args: never[]) => unknown>(
  options: readonly ProcessOptions<F>[],
): Promise<Process<F>>[] {
  return options.map((each) => new Process(each).start());
}
void startAll([{ target: two, args: [1, 'a'] }]);
// @ts-expect-error: two needs arguments
void startAll([{ target: two }]);
