/**
 * The flags by which this very process reads TypeScript, for programs that a test starts with flags of its own choice.
 *
 * None on a Node that reads it by itself. A loader that goes by a name is told by its file here: from the folder in
 * which a program runs its name may lead nowhere.
 *
 * @module
 */

export const LOADER: readonly string[] = process.execArgv.flatMap((flag, index, flags) => {
  if (flag === '--expose-internals') return [flag]; // see scripts/read-typescript.cjs
  if (flag !== '--import' && flag !== '--require') return [];
  const module = flags[index + 1] ?? '';
  return [flag, module === 'tsx' ? import.meta.resolve('tsx') : module];
});
