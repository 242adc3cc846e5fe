/**
 * What `npm start` runs once all is set up: the ticket office, or the command whose name comes behind `--`.
 *
 *     npm start                          duodao rush
 *     npm start -- --kill 20             duodao rush --kill 20
 *     npm start -- map f.ts#work a b     duodao map f.ts#work a b
 *
 * @module
 */
import { main } from '../dist/cli/main.js';

const words = process.argv.slice(2);
const isCommand = words[0] !== undefined && !words[0].startsWith('-');
// npm runs this in the folder of the package; who names a file means the folder where he is.
if (isCommand && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
// Only the code is set: process.exit() would throw away output that is still on its way.
process.exitCode = await main(isCommand ? words : ['rush', ...words]);
