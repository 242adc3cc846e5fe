/** What lines of guests mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandIn } from '../../../examples/chat/commands.ts';

test('A line is said, unless it begins with a slash', () => {
  const table = {
    hello: { kind: 'say', text: 'hello' },
    '  a /b ': { kind: 'say', text: 'a /b' },
    '//etc': { kind: 'say', text: '/etc' },
    '': { kind: 'nothing' },
    '   ': { kind: 'nothing' },
    '/who': { kind: 'who' },
    '/help ': { kind: 'help' },
    '/quit': { kind: 'quit' },
    '/name  Wang Wei': { kind: 'name', text: 'Wang Wei' },
    '/name': { kind: 'name', text: '' },
    '/me waves': { kind: 'me', text: 'waves' },
    '/who is it': { kind: 'unknown', text: '/who is it' },
    '/Who': { kind: 'unknown', text: '/Who' },
    '/constructor': { kind: 'unknown', text: '/constructor' },
    '/': { kind: 'unknown', text: '/' },
  } as const;
  for (const [line, command] of Object.entries(table)) assert.deepEqual(commandIn(line), command, line);
});
