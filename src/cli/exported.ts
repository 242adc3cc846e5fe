/**
 * What a module exports, as one list, however it does: a CommonJS module has all under `default`, and beside it only
 * what Node.js could guess.
 *
 * @module
 */

/** The exports of a kind, by name. */
export function exportedBy<T>(
  module: Readonly<Record<string, unknown>>,
  isOfKind: (value: unknown) => value is T,
): Map<string, T> {
  const found = new Map<string, T>();
  const inner = module['default'];
  const sources = [module, typeof inner === 'object' && inner !== null ? inner : {}];
  for (const source of sources)
    for (const [name, value] of Object.entries(source))
      if (isOfKind(value) && !found.has(name) && name !== 'module.exports') found.set(name, value);
  return found;
}
