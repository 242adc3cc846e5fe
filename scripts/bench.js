// Runs the benches, prints what they say, and keeps it in bench/results with the date and the machine.
//
//   npm run bench                 all of them
//   npm run bench -- queue wake   only these
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.bench.ts'))
  .filter((name) => wanted.length === 0 || wanted.includes(name.replace('.bench.ts', '')))
  .sort();
if (files.length === 0) {
  console.error(`There is no such bench: ${wanted.join(' ')}`);
  process.exit(2);
}
const date = new Date().toISOString().slice(0, 10);
const gib = (totalmem() / 2 ** 30).toFixed(0);
const machine =
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${gib} GiB, ` +
  `Linux ${release()}, Node.js ${process.versions.node}`;
let report = `# Benches of ${date}\n\n${machine}. Every table is one run; read the ratios.\n`;
for (const file of files) {
  const loader = process.features.typescript ? [] : ['--import', 'tsx'];
  const run = spawnSync(process.execPath, [...loader, join('bench', file)], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(run.stdout);
  if (run.status !== 0) {
    console.error(`${file} failed`);
    process.exit(1);
  }
  report += `\n## ${file}\n${run.stdout}`;
}
const major = process.versions.node.split('.')[0];
const only = wanted.length > 0 ? `-${wanted.join('-')}` : '';
const path = join(root, 'bench', 'results', `${date}-node${major}${only}.md`);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, report);
console.log(`\nKept in ${path}`);
