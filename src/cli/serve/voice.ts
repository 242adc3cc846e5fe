/**
 * What the command says: sentences on standard error, and with --json events on standard output, a line for each.
 *
 * Handlers run beside it, in this process or with the same streams, and print what they like. With --json what they
 * print goes to standard error, so that standard output has nothing but events. Who reads either may leave: a server
 * serves on.
 *
 * @module
 */
import type { Output } from '../main.ts';
import { ignoreLoss, isReaderGone } from '../print.ts';
import type { StatusLine } from '../status-line.ts';
import { escaped, jsonText } from '../text.ts';

export class Voice {
  readonly #err: NodeJS.WritableStream;
  readonly #write: ((text: string, done: (cause?: Error | null) => void) => boolean) | undefined;
  /** To be cleared before something else is written there. */
  statusLine: StatusLine | undefined;

  constructor({ out, err }: Output, isJson: boolean) {
    this.#err = err;
    ignoreLoss(out);
    ignoreLoss(err);
    if (!isJson) return;
    this.#write = out.write.bind(out);
    if (out === process.stdout) process.stdout.write = process.stderr.write.bind(process.stderr);
  }

  /** Says sentences, a line for each. */
  say(text: string): void {
    this.statusLine?.clear();
    this.#err.write(text.replace(/^(?! {2})/gm, 'duodao serve: ').replace(/^.*$/gm, escaped) + '\n');
  }

  /** Tells programs. */
  event(event: string, facts: object): void {
    this.#write?.(`${jsonText({ event, ...facts })}\n`, (cause) => {
      if (cause && !isReaderGone(cause)) this.say(`Cannot write the output: ${cause.message}`);
    });
  }
}
