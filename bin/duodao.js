#!/usr/bin/env node
// The `duodao` command. The program itself is src/cli/main.ts, compiled to dist/.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  // Only the code is set: process.exit() would throw away output that is still on its way.
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error('duodao: this checkout has not been built yet: run "npm run build" first');
  process.exitCode = 1;
}
