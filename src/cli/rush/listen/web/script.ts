/**
 * What the page does: shows what it is told, and sends orders.
 *
 * It puts what it is told in as text only. An order has an id of its own, made when it is sent for the first time; when
 * the connection breaks before the answer, the same order is sent again with the same id, and so is bought once.
 *
 * It is a text, as it runs in browsers and not here.
 *
 * @module
 */
export const SCRIPT: string = `
'use strict';
const at = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString('en');
const REASONS = {
  'sold-out': 'not so many seats are left', 'unknown-train': 'there is no such train',
  'unknown-class': 'this train has no such class', 'bad-seats': 'seats must be a whole number of 1 or more',
};
let cells = [];

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function say(place, text, isBad) {
  place.textContent = text;
  place.classList.toggle('bad', Boolean(isBad));
}

function option(text) {
  const made = element('option', '', text);
  made.value = text;
  return made;
}

function showOffice(office) {
  const cards = new Map();
  cells = office.cells.map(({ train, class: name, seats, left, price }) => {
    let card = cards.get(train);
    if (!card) {
      card = element('article', 'train');
      card.append(element('h2', '', train));
      cards.set(train, card);
    }
    const row = element('div', 'class');
    const count = element('span');
    const bar = element('progress');
    bar.max = Math.max(1, seats);
    bar.setAttribute('aria-label', train + ', ' + name);
    row.append(element('span', '', name + ' · ' + price), count, bar);
    card.append(row);
    const cell = { train, name, seats, left, row, count, bar };
    showCell(cell, left);
    return cell;
  });
  at('trains').replaceChildren(...cards.values());
  offer(at('train'), [...cards.keys()]);
  offerClasses();
  showFigures(office);
}

function offer(select, texts) {
  const chosen = select.value;
  select.replaceChildren(...texts.map(option));
  if (texts.includes(chosen)) select.value = chosen;
}

function offerClasses() {
  const ofTrain = cells.filter(({ train }) => train === at('train').value);
  offer(at('class'), ofTrain.map(({ name }) => name));
}

function showCell(cell, left) {
  cell.left = left;
  cell.count.textContent = number(left) + ' / ' + number(cell.seats);
  cell.bar.value = Math.max(0, left);
  cell.row.classList.toggle('over', left < 0);
}

function showFigures(figures) {
  for (const name of ['buyers', 'sold', 'refused', 'perSecond', 'killed'])
    at(name).textContent = number(figures[name]);
  at('seatsLeft').textContent = number(cells.reduce((sum, { left }) => sum + left, 0));
}

const events = new EventSource('events');
events.addEventListener('office', ({ data }) => {
  showOffice(JSON.parse(data));
  say(at('state'), 'open');
});
events.addEventListener('news', ({ data }) => {
  const news = JSON.parse(data);
  for (const [cell, left] of news.left) showCell(cells[cell], left);
  showFigures(news);
});
events.addEventListener('end', () => {
  events.close();
  say(at('state'), 'closed', true);
  at('order').querySelector('button').disabled = true;
});
events.addEventListener('error', () => say(at('state'), 'not connected; trying again …', true));

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return 'web-' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(order) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) };
  for (let tries = 1; ; tries++) {
    try {
      const response = await fetch('orders', init);
      return await response.json();
    } catch (error) {
      if (tries === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * tries));
    }
  }
}

function answerText(order, reply) {
  const what = order.seats + ' × ' + order.train + ' ' + order.class;
  if (reply.status === 'sold')
    return ['Sold: ' + what + ' for ' + order.buyer + '. ' + number(reply.left) + ' left.', false];
  if (reply.status === 'refused') {
    const left = reply.left === undefined ? '' : ' (' + number(reply.left) + ' left)';
    return ['Refused: ' + what + ': ' + (REASONS[reply.reason] || reply.reason) + left, true];
  }
  return ['Not taken: ' + reply.message, true];
}

at('train').addEventListener('change', offerClasses);
at('order').addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = at('order').querySelector('button');
  const order = { id: newId(), buyer: at('buyer').value, train: at('train').value, class: at('class').value,
    seats: Number(at('seats').value) };
  button.disabled = true;
  say(at('answer'), 'asking …');
  try {
    say(at('answer'), ...answerText(order, await send(order)));
  } catch {
    say(at('answer'), 'The office cannot be reached. The order was not confirmed.', true);
  }
  button.disabled = events.readyState === EventSource.CLOSED;
});
`;
