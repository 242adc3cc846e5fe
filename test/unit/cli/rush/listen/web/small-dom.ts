/**
 * As much of a browser as the page's script uses, so that what it does can be looked at without one.
 *
 * Text is kept apart from structure, as in a browser: there is no innerHTML, and a script that used it would fail.
 *
 * @module
 */
import { runInNewContext } from 'node:vm';
import { SCRIPT } from '../../../../../../src/cli/rush/listen/web/script.ts';

type Listener = (event: { data?: string; preventDefault(): void }) => unknown;

export class Node {
  readonly name: string;
  className = '';
  #text = '';
  children: Node[] = [];
  value: unknown = '';
  max = 0;
  disabled = false;
  readonly classes: Set<string> = new Set();
  readonly attributes: Map<string, string> = new Map();
  readonly #listeners: Map<string, Listener> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  readonly classList = {
    toggle: (name: string, on: boolean): void =>
      void (on ? this.classes.add(name) : this.classes.delete(name)),
  };

  get textContent(): string {
    return this.#text + this.children.map((child) => child.textContent).join('');
  }

  set textContent(text: string) {
    this.#text = text;
    this.children = [];
  }

  append(...children: Node[]): void {
    this.children.push(...children);
  }

  /** As a select, which has its first option chosen. */
  replaceChildren(...children: Node[]): void {
    this.children = children;
    this.value = children[0]?.value ?? '';
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  querySelector(name: string): Node {
    const found = this.children.find((child) => child.name === name) ?? new Node(name);
    if (!this.children.includes(found)) this.children.push(found);
    return found;
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  fire(name: string, data?: object): unknown {
    const text = data && JSON.stringify(data);
    return this.#listeners.get(name)?.({
      ...(text !== undefined && { data: text }),
      preventDefault: () => undefined,
    });
  }
}

export interface Browser {
  at(id: string): Node;
  readonly events: Node & { readyState: number };
}

/** Runs the script. @param fetch - What the network is. */
export function openPage(fetch: (url: string, init: RequestInit) => Promise<unknown>): Browser {
  const nodes = new Map<string, Node>();
  const at = (id: string): Node => {
    const found = nodes.get(id) ?? new Node(id);
    nodes.set(id, found);
    return found;
  };
  const opened: (Node & { readyState: number })[] = [];
  class EventSource extends Node {
    static readonly CLOSED = 2;
    readyState = 1;
    constructor(url: string) {
      super(url);
      opened.push(this);
    }
    close(): void {
      this.readyState = EventSource.CLOSED;
    }
  }
  runInNewContext(SCRIPT, {
    document: { getElementById: at, createElement: (name: string) => new Node(name) },
    EventSource,
    fetch,
    crypto: globalThis.crypto,
    setTimeout: (run: () => void) => setTimeout(run),
  });
  return { at, events: opened[0]! };
}
