/**
 * What was found of the handler, in words for who asked for it.
 *
 * @module
 */
import { escapedLines, listed } from '../map/discovery.ts';
import { didYouMean } from '../nearest.ts';
import type { Target } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import type { Discovery } from './learn.ts';

const WHAT = 'a function, or a class that extends RequestHandler of duodao/net';

/** The name of the export. @throws {@link UsageError} when there is none that handles anything. */
export function nameOf(discovery: Discovery, { module, name }: Target): string {
  if (discovery.kind === 'found') return discovery.name;
  if (discovery.kind === 'broken')
    throw new UsageError(`Cannot load ${module} as it failed:\n${escapedLines(discovery.error)}`);
  if (discovery.kind === 'several')
    throw new UsageError(
      `Cannot choose a handler of ${module} as it exports several: write ` +
        listed(discovery.handlers.map((one) => `${module}#${one}`)),
    );
  const { handlers, others } = discovery;
  if (name !== undefined && others.includes(name))
    throw new UsageError(`Cannot serve ${module}#${name} as it is no handler: export ${WHAT}`);
  if (handlers.length > 0) {
    const wanted = name ?? 'default';
    const guess = didYouMean(wanted, handlers);
    throw new UsageError(
      `Cannot serve ${module}#${wanted} as it exports no such handler` +
        (guess === '' ? `: it exports ${listed(handlers)}` : guess),
    );
  }
  const instead = others.length === 0 ? 'nothing at all' : listed(others);
  throw new UsageError(`Cannot serve ${module} as it exports ${instead}, and no handler: export ${WHAT}`);
}
