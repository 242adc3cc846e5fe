/**
 * Tells open pages what is new, as server-sent events: the page asks once, and the connection stays.
 *
 *     event: office   {"cells":[...],"buyers":3,...}         first, and once more after each time the page connected
 *     event: news     {"left":[[cell,left],...],"buyers":3,...}    what has changed since this page was told last
 *     event: end      {}                                     the office has closed; do not come again
 *
 * Each page has its own memory of what it was told. One that is too slow to take it is told less often, and not less:
 * the next news has all that has changed until then.
 *
 * @module
 */
import type { ServerResponse } from 'node:http';
import type { Books } from '../books.ts';

/** What the page shows beside the trains. */
export interface Figures {
  readonly buyers: number;
  readonly sold: number;
  readonly refused: number;
  readonly perSecond: number;
  readonly killed: number;
}

interface Page {
  readonly response: ServerResponse;
  readonly left: Int32Array;
  figures: string;
}

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

export class Events {
  readonly #books: Books;
  readonly #figures: () => Figures;
  readonly #pages: Set<Page> = new Set();

  constructor(books: Books, figures: () => Figures) {
    this.#books = books;
    this.#figures = figures;
  }

  /** How many pages are open. */
  get pages(): number {
    return this.#pages.size;
  }

  /** Has a page told of everything from now on. */
  add(response: ServerResponse): void {
    const figures = this.#figures();
    const page: Page = { response, left: this.#books.left.slice(), figures: JSON.stringify(figures) };
    this.#pages.add(page);
    response.on('close', () => this.#pages.delete(page));
    response.on('error', () => this.#pages.delete(page)); // it is gone
    response.writeHead(200, HEADERS);
    response.write(`retry: 1000\n${eventText('office', { cells: this.#books.shelves(), ...figures })}`);
  }

  /** Tells each page what has changed since it was told last. */
  tellNews(): void {
    if (this.#pages.size === 0) return;
    const figures = this.#figures();
    const text = JSON.stringify(figures);
    const { left } = this.#books;
    for (const page of this.#pages) {
      if (page.response.writableNeedDrain) continue;
      const changed: [number, number][] = [];
      for (let cell = 0; cell < left.length; cell++)
        if (page.left[cell] !== left[cell]) changed.push([cell, (page.left[cell] = left[cell]!)]);
      if (changed.length === 0 && page.figures === text) continue;
      page.figures = text;
      page.response.write(eventText('news', { left: changed, ...figures }));
    }
  }

  close(): void {
    this.tellNews();
    for (const { response } of this.#pages) response.end(eventText('end', {}));
  }
}

/** JSON has no line feeds of its own, so that the data is one line. */
function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
