/**
 * Keys from the bytes that a terminal sends in raw mode. However the bytes are cut: a letter may come in two halves,
 * and so may the sequence that an arrow key sends.
 *
 * @module
 */
import { StringDecoder } from 'node:string_decoder';
import { visible } from '../visible.ts';

/** Keys that do something. */
export type KeyName =
  | 'enter'
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'home'
  | 'end'
  | 'up'
  | 'down'
  | 'cut-line' //  Ctrl-U: all before the cursor
  | 'cut-rest' //  Ctrl-K: all behind it
  | 'cut-word' //  Ctrl-W
  | 'clear' //     Ctrl-L
  | 'interrupt' // Ctrl-C
  | 'end-of-file' // Ctrl-D
  | 'suspend'; //  Ctrl-Z

export type Key = { readonly kind: KeyName } | { readonly kind: 'text'; readonly text: string };

const CONTROLS: Readonly<Record<string, KeyName>> = {
  '\u0001': 'home',
  '\u0002': 'left',
  '\u0003': 'interrupt',
  '\u0004': 'end-of-file',
  '\u0005': 'end',
  '\u0006': 'right',
  '\b': 'backspace',
  '\n': 'enter',
  '\u000b': 'cut-rest',
  '\f': 'clear',
  '\r': 'enter',
  '\u000e': 'down',
  '\u0010': 'up',
  '\u0015': 'cut-line',
  '\u0017': 'cut-word',
  '\u001a': 'suspend',
  '\u007f': 'backspace',
};

/** What comes after ESC. The number of a modifier (`1;5C` is Ctrl and right) is looked at apart. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[1~': 'home',
  '[3~': 'delete',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
  b: 'word-left',
  f: 'word-right',
  '\u007f': 'cut-word',
};

const ESCAPE = '\u001b';
/** What may follow ESC: `[`, numbers, and the letter at its end; or `O` and a letter; or one letter. */
const SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[^[O])/u;
const HALF_SEQUENCE = /^(?:|O|\[[0-?]*[ -/]*)$/;
/** Longer than any key's: what does not end by then is none. */
const SEQUENCE_LENGTH_MAX = 32;

export class KeyReader {
  readonly #decoder = new StringDecoder('utf8');
  /** The start of a sequence whose end has not come yet. */
  #half = '';
  #wasReturn = false;

  /** The keys that these bytes complete. */
  read(bytes: Uint8Array): Key[] {
    let rest = this.#half + this.#decoder.write(Buffer.from(bytes));
    this.#half = '';
    const keys: Key[] = [];
    while (rest !== '') {
      if (rest.startsWith(ESCAPE)) {
        const behind = rest.slice(1);
        if (HALF_SEQUENCE.test(behind) && behind.length < SEQUENCE_LENGTH_MAX) {
          this.#half = rest;
          break;
        }
        const [sequence = ''] = SEQUENCE.exec(behind) ?? [];
        // An ESC behind an ESC begins anew.
        const taken = sequence === ESCAPE ? 0 : sequence.length;
        add(keys, keyOfSequence(sequence));
        rest = behind.slice(taken);
      } else {
        const [text = ''] = /^[^\p{Cc}]+|^./su.exec(rest) ?? [];
        this.#addPlain(keys, text);
        rest = rest.slice(text.length);
      }
    }
    return keys;
  }

  #addPlain(keys: Key[], text: string): void {
    const isSecondHalf = text === '\n' && this.#wasReturn; // pasted lines may end in both
    this.#wasReturn = text === '\r';
    if (isSecondHalf) return;
    const kind = Object.hasOwn(CONTROLS, text) ? CONTROLS[text] : undefined;
    if (kind) return add(keys, { kind });
    const shown = Array.from(text)
      .filter((character) => visible(character) === character)
      .join('');
    if (shown !== '') add(keys, { kind: 'text', text: shown });
  }
}

function add(keys: Key[], key: Key | undefined): void {
  if (key) keys.push(key);
}

function keyOfSequence(sequence: string): Key | undefined {
  const [, start = '', modifier, letter = ''] = /^(\[(?:\d*))(?:;(\d+))?([@-~])$/.exec(sequence) ?? [];
  if (modifier !== undefined && (letter === 'C' || letter === 'D'))
    return { kind: letter === 'C' ? 'word-right' : 'word-left' };
  const plain = modifier === undefined ? sequence : `${letter === '~' ? start : '['}${letter}`;
  const kind = Object.hasOwn(SEQUENCES, plain) ? SEQUENCES[plain] : undefined;
  return kind && { kind };
}
