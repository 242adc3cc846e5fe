/**
 * JSON that remembers which line each value came from.
 *
 * `JSON.parse` says nothing about places once it has succeeded, little when it fails (V8 leaves the position
 * out of several messages), and lets the last of two equal names win in silence. For a file that a person
 * wrote by hand, the line and the duplicate are what they need to hear. So this reads the grammar of RFC 8259
 * itself, and leaves only the unescaping of texts to `JSON.parse`.
 *
 * Objects become Maps: a class called `__proto__` is a name like any other.
 * Not here: speed. Lines of NDJSON go through `JSON.parse`, and come here only to learn where they broke.
 *
 * @module
 */

/** A value and the line, from 1, on which it begins. */
export interface JsonNode {
  readonly line: number;
  readonly value: null | boolean | number | string | readonly JsonNode[] | ReadonlyMap<string, JsonNode>;
}

/** Where a text stops being JSON, and why. */
export class JsonFault extends Error {
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, message: string) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Deeper than this is no stock file, and the reader's own stack ends somewhere. */
const DEPTH_MOST = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Inside a text stands any character but the quote, the backslash and what comes before the space.
const TEXT = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

/**
 * Reads one JSON value that fills the whole text.
 *
 * @throws {@link JsonFault} at the first place that breaks the grammar, repeats a name, or is too deep.
 */
export function parseJson(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    this.#skipSpace();
    if (depth > DEPTH_MOST) throw this.#fault(`nested more than ${DEPTH_MOST} deep`);
    const line = this.#line;
    const next = this.#text[this.#at];
    if (next === '[') return { line, value: this.#list(depth) };
    if (next === '{') return { line, value: this.#object(depth) };
    if (next === '"') return { line, value: this.#string() };
    const word = this.#match(WORD) ?? this.#match(NUMBER);
    if (word === undefined) throw this.#fault(`expected a value, found ${this.#found()}`);
    return { line, value: JSON.parse(word) as null | boolean | number };
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#fault(`expected the end, found ${this.#found()}`);
  }

  #list(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    this.#at++;
    if (this.#take(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#more(']'));
    return items;
  }

  #object(depth: number): Map<string, JsonNode> {
    const fields = new Map<string, JsonNode>();
    this.#at++;
    if (this.#take('}')) return fields;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"')
        throw this.#fault(`expected a name in quotes, found ${this.#found()}`);
      const before = this.#at;
      const name = this.#string();
      if (fields.has(name)) {
        this.#at = before;
        throw this.#fault(`the name ${JSON.stringify(name)} appears twice in one object`);
      }
      if (!this.#take(':')) throw this.#fault(`expected ':', found ${this.#found()}`);
      fields.set(name, this.value(depth + 1));
    } while (this.#more('}'));
    return fields;
  }

  /** After an item: true at a comma, false at the closing bracket. */
  #more(close: string): boolean {
    if (this.#take(',')) return true;
    if (this.#take(close)) return false;
    throw this.#fault(`expected ',' or '${close}', found ${this.#found()}`);
  }

  #string(): string {
    const quotedText = this.#match(TEXT);
    if (quotedText === undefined)
      throw this.#fault('a text that does not end, or has a raw control character or a bad escape in it');
    return JSON.parse(quotedText) as string;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Line breaks can stand only between values, so this is where lines are counted. */
  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x0a) {
        this.#line++;
        this.#lineStart = this.#at + 1;
      } else if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return;
    }
  }

  #found(): string {
    const character = this.#text.codePointAt(this.#at);
    return character === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(character));
  }

  #fault(message: string): JsonFault {
    return new JsonFault(this.#line, this.#at - this.#lineStart + 1, message);
  }
}
