/** What a thread of participants.ts begins with. On Node.js 20 a thread does not have the loader of its process. */
if (process.execArgv.some((flag) => flag.includes('tsx'))) (await import('tsx/esm/api')).register();
await import('./thread.ts');
