/** What open pages are told: all at first, then what has changed, and a slow one the same in fewer words. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { EventEmitter } from 'node:events';
import { Cells } from '../../../../../../src/cli/rush/book.ts';
import { Books } from '../../../../../../src/cli/rush/listen/books.ts';
import { Events, type Figures } from '../../../../../../src/cli/rush/listen/web/events.ts';
import { order, STOCK } from '../counter-jobs.ts';

/** As much of a response as is used. */
class Page extends EventEmitter {
  text = '';
  writableNeedDrain = false;
  writeHead(status: number): void {
    assert.equal(status, 200);
  }
  write(text: string): void {
    this.text += text;
  }
  end(text: string): void {
    this.text += text;
    this.emit('close');
  }
  /** The events since the last look. */
  take(): [string, Record<string, unknown>][] {
    const found = [...this.text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)];
    this.text = '';
    return found.map(([, name, data]) => [name!, JSON.parse(data!) as Record<string, unknown>]);
  }
}

function office(): { books: Books; events: Events; open: () => Page; sell: (cell: number) => void } {
  const books = new Books(new Cells(STOCK));
  const figures = (): Figures => ({ buyers: 1, sold: books.sold, refused: 0, perSecond: 0, killed: 0 });
  const events = new Events(books, figures);
  const open = (): Page => {
    const page = new Page();
    events.add(page as unknown as ServerResponse);
    return page;
  };
  const sell = (cell: number): void => void books.enter({ ...order(1), status: 'sold', seller: 1 }, cell);
  return { books, events, open, sell };
}

test('Events tell a page everything first, and then only what has changed', () => {
  const { books, events, open, sell } = office();
  const page = open();
  const [[name, data] = ['', {}]] = page.take();
  assert.deepEqual([name, data['cells']], ['office', books.shelves()]);
  events.tellNews();
  assert.deepEqual(page.take(), [], 'nothing has changed');
  sell(1);
  sell(1);
  events.tellNews();
  assert.deepEqual(page.take(), [
    ['news', { left: [[1, 998]], buyers: 1, sold: 2, refused: 0, perSecond: 0, killed: 0 }],
  ]);
});

test('Events wait for a page that is behind, and tell it all of it later', () => {
  const { events, open, sell } = office();
  const [slow, fast] = [open(), open()];
  slow.take();
  slow.writableNeedDrain = true;
  for (const cell of [0, 2, 0]) {
    sell(cell);
    events.tellNews();
  }
  assert.equal(fast.take().length, 4);
  assert.deepEqual(slow.take(), []);
  slow.writableNeedDrain = false;
  events.tellNews();
  const [[, data] = ['', {}]] = slow.take();
  assert.deepEqual(data['left'], [
    [0, 3],
    [2, 9999],
  ]);
});

test('Events forget a page that is gone, and say when the office has closed', () => {
  const { events, open, sell } = office();
  const [gone, here] = [open(), open()];
  gone.take();
  here.take();
  gone.emit('close');
  assert.equal(events.pages, 1);
  sell(0);
  events.close();
  assert.deepEqual(gone.take(), []);
  assert.deepEqual(
    here.take().map(([name]) => name),
    ['news', 'end'],
  );
  assert.equal(events.pages, 0);
});
