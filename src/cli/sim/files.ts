/**
 * Runs beside each other, as files: one SVG with a chart for each, one trace with a process for each.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises';
import { fileError } from '../usage-error.ts';
import type { Run } from './view.ts';

/** @throws {@link UsageError} if the file cannot be written. */
export async function writeSvg(path: string, runs: readonly Run[]): Promise<void> {
  const charts = runs.map(({ label, timeline }) => timeline.toSvg({ title: label }));
  await write(path, charts.length === 1 ? (charts[0] as string) : stacked(charts));
}

/** @throws {@link UsageError} if the file cannot be written. */
export async function writeTrace(path: string, runs: readonly Run[]): Promise<void> {
  // Two processes for each run: its CPUs and its jobs.
  const traceEvents = runs.flatMap(({ label, timeline }, index) =>
    timeline.toTrace().traceEvents.map((event) => ({
      ...event,
      pid: event.pid + index * 2,
      ...(event.name === 'process_name' && { args: { name: `${label}: ${event.args?.['name']}` } }),
    })),
  );
  await write(path, `${JSON.stringify({ traceEvents, displayTimeUnit: 'ms' })}\n`);
}

/** Documents as parts of one, each below the one before. */
function stacked(charts: readonly string[]): string {
  let top = 0;
  let widest = 0;
  const parts = charts.map((chart) => {
    const [, width, height] = /^<svg [^>]*?width="(\d+)" height="(\d+)"/.exec(chart) ?? [];
    const placed = chart.replace('<svg ', `<svg y="${top}" `);
    top += Number(height);
    widest = Math.max(widest, Number(width));
    return placed;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widest}" height="${top}">\n${parts.join('')}</svg>\n`;
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw fileError('write', path, cause);
  });
}
