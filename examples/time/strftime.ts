/**
 * Times as text, in the form that a format asks for: `%Y-%m-%d %X`. As strftime does it in the C locale. Pure.
 *
 * A format comes from somebody else, so only the directives in the table are carried out, and what comes out has a
 * limit: `%c` makes 24 characters of two.
 *
 * @module
 */

/** The longest format that is taken, and the longest text that is made, in bytes. */
export const FORMAT_BYTES_MAX = 64;
export const TEXT_BYTES_MAX = 512;
/** What an empty format means. */
export const DEFAULT_FORMAT = '%Y-%m-%d %X';

/** A format that cannot be followed. Its message has no `%`, so that nobody takes it for a format. */
export class BadFormat extends Error {}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const DIRECTIVES: Readonly<Record<string, (at: Date) => string>> = {
  '%': () => '%',
  a: (at) => DAYS[at.getDay()]!.slice(0, 3),
  A: (at) => DAYS[at.getDay()]!,
  b: (at) => MONTHS[at.getMonth()]!.slice(0, 3),
  B: (at) => MONTHS[at.getMonth()]!,
  c: (at) => formatted('%a %b %e %H:%M:%S %Y', at),
  C: (at) => digits(Math.floor(at.getFullYear() / 100), 2),
  d: (at) => digits(at.getDate(), 2),
  D: (at) => formatted('%m/%d/%y', at),
  e: (at) => String(at.getDate()).padStart(2),
  F: (at) => formatted('%Y-%m-%d', at),
  g: (at) => digits(isoWeek(at).year % 100, 2),
  G: (at) => String(isoWeek(at).year),
  h: (at) => MONTHS[at.getMonth()]!.slice(0, 3),
  H: (at) => digits(at.getHours(), 2),
  I: (at) => digits(at.getHours() % 12 || 12, 2),
  j: (at) => digits(dayOfYear(at) + 1, 3),
  m: (at) => digits(at.getMonth() + 1, 2),
  M: (at) => digits(at.getMinutes(), 2),
  n: () => '\n',
  p: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
  r: (at) => formatted('%I:%M:%S %p', at),
  R: (at) => formatted('%H:%M', at),
  s: (at) => String(Math.floor(at.getTime() / 1000)),
  S: (at) => digits(at.getSeconds(), 2),
  t: () => '\t',
  T: (at) => formatted('%H:%M:%S', at),
  u: (at) => String(at.getDay() || 7),
  U: (at) => digits(weekOfYear(at, at.getDay()), 2),
  V: (at) => digits(isoWeek(at).week, 2),
  w: (at) => String(at.getDay()),
  W: (at) => digits(weekOfYear(at, (at.getDay() + 6) % 7), 2),
  x: (at) => formatted('%m/%d/%y', at),
  X: (at) => formatted('%H:%M:%S', at),
  y: (at) => digits(at.getFullYear() % 100, 2),
  Y: (at) => String(at.getFullYear()),
  z: (at) => zone(-at.getTimezoneOffset()),
};

/**
 * The text of a moment, in local time.
 *
 * @throws BadFormat at a directive that is not in the table, or at the end of the format, and at a format or a text
 * that is too long.
 */
export function strftime(format: string, at: Date): string {
  if (Buffer.byteLength(format) > FORMAT_BYTES_MAX)
    throw new BadFormat(
      `a format has ${FORMAT_BYTES_MAX} bytes at most: it has ${Buffer.byteLength(format)}`,
    );
  const text = formatted(format === '' ? DEFAULT_FORMAT : format, at);
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
    throw new BadFormat(`the text would be longer than ${TEXT_BYTES_MAX} bytes`);
  return text;
}

/** What a server answers to a format; undefined for nothing. */
export function textFor(format: string, at: Date): string | undefined {
  if (!asksForTime(format)) return undefined;
  try {
    return strftime(format, at);
  } catch (error) {
    if (error instanceof BadFormat) return `error: ${error.message}`;
    throw error;
  }
}

/** Whether a format asks for anything. What does not may be the answer of another server. */
function asksForTime(format: string): boolean {
  return format === '' || format.includes('%');
}

function formatted(format: string, at: Date): string {
  return format.replace(/%([^]?)/gu, (_, name: string) => {
    const directive = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined;
    if (directive) return directive(at);
    throw new BadFormat(
      name === '' ? 'the format ends in a percent sign' : `there is no directive ${JSON.stringify(name)}`,
    );
  });
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

function dayOfYear(at: Date): number {
  const day = Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()); // in UTC all days are as long
  return (day - Date.UTC(at.getFullYear(), 0, 1)) / 86_400_000;
}

/** Full weeks since the first Sunday, or Monday, of the year, whatever `weekday` counts from. */
function weekOfYear(at: Date, weekday: number): number {
  return Math.floor((dayOfYear(at) + 7 - weekday) / 7);
}

/** The week of ISO 8601: the first one of a year is that with its first Thursday. */
function isoWeek(at: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(at.getFullYear(), at.getMonth(), at.getDate() + 3 - ((at.getDay() + 6) % 7), 12);
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

function zone(minutes: number): string {
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(distance / 60), 2)}${digits(distance % 60, 2)}`;
}
