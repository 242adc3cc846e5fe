/**
 * A table of options, as a part of a help text.
 *
 * @module
 */
import type { Option, Options } from './args.ts';
import { padRight } from './text.ts';

const COLUMNS = 80;

/** A table of options, wrapped to the width of the page. */
export function optionLines(options: Options): string {
  const entries: [string, Option][] = [...Object.entries(options), ['help', HELP]];
  const heads = entries.map(
    ([name, { short, ...option }]) =>
      `${short === undefined ? '' : `-${short}, `}--${name}${option.kind === 'flag' ? '' : ` ${option.value}`}`,
  );
  const indent = Math.max(...heads.map((head) => head.length)) + 4;
  return entries
    .map(([, option], index) => {
      const [first = '', ...rest] = wrapped(option.about, COLUMNS - indent);
      const lines = [padRight(`  ${heads[index]!}`, indent) + first];
      return [...lines, ...rest.map((line) => ' '.repeat(indent) + line)].map((line) => `${line}\n`).join('');
    })
    .join('');
}

const HELP: Option = { kind: 'flag', about: 'this text' };

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
