/** Who reads what in a room, without a network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadName } from '../../../examples/chat/names.ts';
import { Room, type Seat } from '../../../examples/chat/room.ts';

interface Person {
  readonly seat: Seat;
  /** What this one has read since the last look. */
  read(): string[];
}

function roomOf(historyLines = 10): { room: Room; come(name: string): Person } {
  const room = new Room({ title: 'Lobby', historyLines, now: () => new Date(2026, 1, 3, 4, 5) });
  return {
    room,
    come(name) {
      const lines: string[] = [];
      const seat = room.enter(name, (line) => lines.push(line));
      return { seat, read: () => lines.splice(0) };
    },
  };
}

test('Everybody reads what is said, in the same order, also who says it', () => {
  const { come } = roomOf();
  const bob = come('bob');
  assert.deepEqual(bob.read(), ['-- Welcome to Lobby, bob', '-- Here are: bob']);
  const eve = come('eve');
  assert.deepEqual(eve.read(), ['-- Welcome to Lobby, eve', '-- Here are: bob, eve']);
  bob.seat.say('hi');
  eve.seat.act('waves');
  const said = ['[04:05] bob: hi', '[04:05] * eve waves'];
  assert.deepEqual(eve.read(), said);
  assert.deepEqual(bob.read(), ['-- eve has come in', ...said]);
});

test('Who comes later reads the last of what was said before, and no notes of the room', () => {
  const { come } = roomOf(2);
  const bob = come('bob');
  for (const text of ['1', '2', '3']) bob.seat.say(text);
  assert.deepEqual(come('eve').read().slice(2), ['[04:05] bob: 2', '[04:05] bob: 3']);
});

test('A room may have no history', () => {
  const { come } = roomOf(0);
  come('bob').seat.say('1');
  assert.equal(come('eve').read().length, 2);
});

test('A name belongs to one guest, until that one is gone', () => {
  const { room, come } = roomOf();
  const bob = come('bob');
  assert.throws(() => come('B o b'), new BadName('somebody here is called bob'));
  assert.equal(room.size, 1);
  bob.seat.leave('has left');
  come('Bob');
});

test('A guest may change his name, also only a little, but not to that of another', () => {
  const { room, come } = roomOf();
  const bob = come('bob');
  const eve = come('eve');
  bob.read();
  bob.seat.rename('Bob');
  assert.throws(() => bob.seat.rename('EVE'), BadName);
  assert.throws(() => bob.seat.rename('-'), BadName);
  assert.equal(bob.seat.name, 'Bob');
  bob.seat.rename('rob');
  eve.seat.rename('bob');
  assert.deepEqual(bob.read(), [
    '-- bob is now called Bob',
    '-- Bob is now called rob',
    '-- eve is now called bob',
  ]);
  assert.equal(room.who, '-- Here are: rob, bob');
});

test('A guest leaves once, and reads nothing more', () => {
  const { room, come } = roomOf();
  const bob = come('bob');
  const eve = come('eve');
  bob.read();
  bob.seat.leave('has left');
  bob.seat.leave('is gone');
  assert.deepEqual(bob.read(), []);
  assert.equal(eve.read().at(-1), '-- bob has left');
  eve.seat.leave('has left');
  assert.equal(room.who, '-- Nobody is here');
});

test('What would drive a terminal is written out, for those who read it now and later', () => {
  const { come } = roomOf();
  const bob = come('bob');
  bob.seat.say('\u001b[2J\u202e');
  bob.seat.act('\r-- eve has left');
  const shown = ['[04:05] bob: \\u001b[2J\\u202e', '[04:05] * bob \\u000d-- eve has left'];
  assert.deepEqual(bob.read().slice(2), shown);
  assert.deepEqual(come('eve').read().slice(2), shown);
});
