/**
 * The known word that somebody most likely meant.
 *
 * Counts the slips between two words: a letter left out, put in, replaced, or two neighbours swapped (the
 * "optimal string alignment" distance of Damerau and Levenshtein). A third of a word may be wrong before a
 * suggestion would only be confusing.
 *
 * @module
 */

/** The nearest of the known words, or undefined when none is near. Ties go to the first. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestSlips = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const slips = slipsBetween(word, candidate);
    if (slips <= Math.max(1, Math.floor(candidate.length / 3)) && slips < bestSlips) {
      best = candidate;
      bestSlips = slips;
    }
  }
  return best;
}

/** A sentence to put behind "Unknown …", or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? '' : `; did you mean ${guess}?`;
}

function slipsBetween(a: string, b: string): number {
  // Three rows of the table are enough: a swap looks two rows back.
  let [twoBack, oneBack] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = oneBack[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, oneBack[j]! + 1, row[j - 1]! + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j]!, twoBack[j - 2]! + 1);
    }
    [twoBack, oneBack] = [oneBack, row];
  }
  return oneBack[b.length]!;
}
