/**
 * A Gantt chart as an SVG document: a row for each CPU, and below a row for each job with its states.
 *
 * @module
 */
import type { Timeline } from '../simulator/timeline.ts';
import { marks, short } from './ruler.ts';

/** How a chart is drawn. */
export interface SvgOptions {
  /** How wide it is: 960 if left out. */
  readonly width?: number;
  /** Written above it; the name of the policy if left out. */
  readonly title?: string;
}

const ROW = 26;
const BAR = 20;
const TOP = 34;
const LABEL = 110;
const CHARACTER = 7;
/** Hues that lie far apart, however many there are. */
const GOLDEN_ANGLE = 137.508;

export function ganttSvg(timeline: Timeline, { width = 960, title = timeline.policy }: SvgOptions): string {
  const { jobs, spans, cpus } = timeline;
  const begin = Math.min(0, timeline.begin);
  const scale = (width - LABEL - 20) / Math.max(timeline.end - begin, Number.MIN_VALUE);
  const x = (time: number): string => fixed(LABEL + (time - begin) * scale);
  const colours = new Map(
    jobs.map(({ name }, index) => [name, `hsl(${fixed((index * GOLDEN_ANGLE) % 360)} 60% 70%)`]),
  );
  const rowOf = new Map(jobs.map(({ name }, index) => [name, cpus + index]));
  const y = (row: number): number => TOP + row * ROW + (row >= cpus ? ROW / 2 : 0);
  const height = y(cpus + jobs.length) + 30;
  const bar = (row: number, from: number, to: number, fill: string, about: string): string =>
    `<rect x="${x(from)}" y="${y(row)}" width="${fixed((to - from) * scale)}" height="${BAR}" fill="${fill}">` +
    `<title>${escaped(about)}</title></rect>`;
  const label = (row: number, text: string): string =>
    `<text x="${LABEL - 8}" y="${y(row) + 14}" text-anchor="end">${escaped(clipped(text, LABEL - 16))}</text>`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${LABEL}" y="20" font-size="14" font-weight="bold">${escaped(title)}</text>`,
  ];
  for (const time of marks(begin, timeline.end, scale, CHARACTER * (short(timeline.end).length + 2))) {
    parts.push(`<line x1="${x(time)}" y1="${TOP}" x2="${x(time)}" y2="${height - 24}" stroke="#ddd"/>`);
    parts.push(
      `<text x="${x(time)}" y="${height - 8}" text-anchor="middle" fill="#555">${short(time)}</text>`,
    );
  }
  for (let cpu = 0; cpu < cpus; cpu++) parts.push(label(cpu, `CPU ${cpu}`));
  for (const { name } of jobs) parts.push(label(rowOf.get(name) as number, name));
  for (const { cpu, job, from, to, kind } of spans) {
    const about = `${job} ${short(from)}–${short(to)}`;
    const isRun = kind !== 'switch';
    parts.push(
      bar(cpu, from, to, isRun ? (colours.get(job) ?? '#ccc') : '#999', isRun ? about : `to ${about}`),
    );
    const room = (to - from) * scale - 6;
    if (isRun && room >= CHARACTER)
      parts.push(
        `<text x="${fixed(Number(x(from)) + 3)}" y="${y(cpu) + 14}">${escaped(clipped(job, room))}</text>`,
      );
  }
  for (const { job, state, from, to } of timeline.states(5)) {
    const row = rowOf.get(job);
    if (to === undefined || row === undefined) continue;
    const fill =
      state === 'running' ? (colours.get(job) ?? '#ccc') : state === 'blocked' ? '#f4c7c3' : '#eee';
    parts.push(bar(row, from, to, fill, `${job} ${state} ${short(from)}–${short(to)}`));
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}

function clipped(text: string, room: number): string {
  return Array.from(text)
    .slice(0, Math.max(1, Math.floor(room / CHARACTER)))
    .join('');
}

/** A text as XML may have it: control characters are not allowed there, however they are written. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text
    .replace(/\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '?')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
