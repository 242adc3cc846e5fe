/**
 * Starts a program of the examples as users do, and talks with it.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { type Program, run } from '../harness/programs.ts';

/** Where the examples lie. */
export function exampleFile(file: string): string {
  return fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));
}

/** Starts one, such as `chat/room-server.ts`, with its standard input open. */
export function example(file: string, ...args: string[]): Program {
  return run(undefined, [exampleFile(file), ...args], { input: 'open' });
}

/** The next line that it prints and that matches; those before are passed over. */
export async function lineWith(program: Program, pattern: RegExp): Promise<string> {
  for (;;) {
    const line = await program.line();
    if (pattern.test(line)) return line;
  }
}

/** Starts a server, and waits until it says at which port it listens. */
export async function serving(file: string, ...args: string[]): Promise<{ program: Program; port: number }> {
  const program = example(file, '--port', '0', ...args);
  const port = Number(/:(\d+)/.exec(await program.line())?.[1]);
  return { program, port };
}
