/**
 * A ruler under a chart: which times are written, so that they are round and do not touch.
 *
 * @module
 */

/** Round times from begin to end, at least so far apart that labels of this width fit. */
export function marks(begin: number, end: number, columnsPerUnit: number, labelColumns: number): number[] {
  const least = labelColumns / columnsPerUnit;
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(least, Number.MIN_VALUE)));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((one) => one >= least * (1 - 1e-9));
  const found: number[] = [];
  if (step === undefined) return found;
  for (let count = Math.ceil(begin / step - 1e-9); count * step <= end + step * 1e-9; count++)
    found.push(Number((count * step).toPrecision(12)));
  return found;
}

/** A number in few characters. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return Math.abs(value) >= 1e9 ? value.toExponential(2) : String(Number(value.toFixed(2)));
}
