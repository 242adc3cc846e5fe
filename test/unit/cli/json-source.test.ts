/**
 * JSON with places. What counts as JSON is what `JSON.parse` says: both must agree on every text, sound or
 * broken, except where this reader is stricter on purpose (a name twice, nesting beyond 100).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { JsonFault, type JsonNode, parseJson } from '../../../src/cli/json-source.ts';

function plain({ value }: JsonNode): unknown {
  if (Array.isArray(value)) return (value as JsonNode[]).map(plain);
  if (value instanceof Map) return new Map([...value].map(([name, node]) => [name, plain(node)]));
  return value;
}

/** The same shape out of JSON.parse's result. */
function mapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([name, item]) => [name, mapped(item)]));
}

function outcome(
  read: () => unknown,
  Fault: typeof JsonFault | typeof SyntaxError,
): { value: unknown } | 'broken' {
  try {
    return { value: read() };
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return 'broken';
  }
}

test('parseJson reads every JSON text as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const laidOut = JSON.stringify(JSON.parse(text), null, indent);
      assert.deepEqual(plain(parseJson(laidOut)), mapped(JSON.parse(laidOut)));
    }),
  );
});

test('parseJson and JSON.parse agree on which damaged texts are broken', () => {
  const damage = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.nat(3),
    fc.constantFrom(
      '',
      ',',
      '"',
      '}',
      ']',
      '1',
      '.',
      'e',
      '\\',
      '\n',
      '\t',
      '\u0000',
      '\ud800',
      ' ',
      '-',
      '\u00a0',
    ),
  );
  fc.assert(
    fc.property(damage, ([text, at, cut, inserted]) => {
      const start = at % (text.length + 1);
      const damaged = text.slice(0, start) + inserted + text.slice(start + cut);
      const ours = outcome(() => plain(parseJson(damaged)), JsonFault);
      const theirs = outcome(() => mapped(JSON.parse(damaged)), SyntaxError);
      // Damage can make two names equal, which only we refuse.
      if (ours === 'broken' && theirs !== 'broken') assert.throws(() => parseJson(damaged), /appears twice/);
      else assert.deepEqual(ours, theirs);
    }),
    { numRuns: 500 },
  );
});

test('parseJson knows the line on which each value begins', () => {
  const root = parseJson('\n[\r\n  1,\n  {"a":\n    "x"}\n]\n');
  assert.equal(root.line, 2);
  const [one, object] = root.value as readonly JsonNode[];
  assert.deepEqual([one!.line, object!.line], [3, 4]);
  assert.equal((object!.value as ReadonlyMap<string, JsonNode>).get('a')!.line, 5);
});

for (const [text, line, column, message] of [
  ['[1,\n 2 3]', 2, 4, `expected ',' or ']', found "3"`],
  ['[1,\n', 2, 1, 'expected a value, found the end'],
  ['{"a" 1}', 1, 6, `expected ':', found "1"`],
  ['{a: 1}', 1, 2, 'expected a name in quotes, found "a"'],
  ['{"a": 1,}', 1, 9, 'expected a name in quotes, found "}"'],
  ['["a\nb"]', 1, 2, 'a text that does not end, or has a raw control character or a bad escape in it'],
  ['[] x', 1, 4, 'expected the end, found "x"'],
  ['[😀]', 1, 2, 'expected a value, found "😀"'],
  ['{"a": 1,\n  "a": 2}', 2, 3, 'the name "a" appears twice in one object'],
  ['', 1, 1, 'expected a value, found the end'],
] as const)
  test(`parseJson says where and why ${JSON.stringify(text)} is broken`, () => {
    assert.throws(
      () => parseJson(text),
      (fault: JsonFault) => {
        assert.deepEqual([fault.line, fault.column, fault.message], [line, column, message]);
        return true;
      },
    );
  });

test('parseJson refuses nesting that would exhaust the stack', () => {
  assert.throws(() => parseJson('['.repeat(1_000_000)), { message: 'nested more than 100 deep' });
});

test('parseJson reads a long text without exhausting the stack', () => {
  const long = 'x'.repeat(5_000_000);
  assert.equal(parseJson(JSON.stringify(long)).value, long);
});

test('parseJson takes __proto__ for a name like any other', () => {
  const { value } = parseJson('{"__proto__": 1}');
  assert.deepEqual([...(value as Map<string, JsonNode>).keys()], ['__proto__']);
});
