/**
 * The help texts. They teach by example, and fit a terminal of 80 columns.
 *
 * @module
 */
import { POLICY_NAMES } from '../schedule/index.ts';
import { DOCTOR_OPTIONS } from './doctor/options.ts';
import { MAP_OPTIONS } from './map/options.ts';
import { optionLines } from './option-lines.ts';
import { RUSH_OPTIONS } from './rush/options.ts';
import { SERVE_OPTIONS } from './serve/options.ts';
import { SIM_OPTIONS } from './sim/options.ts';
import { TOP_OPTIONS } from './top/options.ts';

/** What `duodao --help` says. */
export function helpText(): string {
  return `duodao: real processes that share memory, locks and queues

Usage:  duodao <command> [options]

Commands:
  rush    the ticket office: many buyers, few seats, several processes, one lock
  map     your function over words, lines, JSON or files, on all processors
  serve   your function as a server of TCP, UDP or Unix connections
  top     the processes of every program that runs, and what each waits for
  sim     scheduling policies beside each other on one workload
  doctor  what this system supports, and what crashed programs have left

Examples:
  duodao rush                   sell the sample: 20,000 orders for 24 trains
  duodao rush --no-lock         the same without the lock, and watch it oversell
  duodao rush --help            what else it can do
  duodao sim --policy fcfs,rr   who runs when, and how long the others wait
  duodao map thumbs.ts *.png    its function for each of these files
  duodao serve echo.ts --tcp 8000 --framing lines   try it: nc 127.0.0.1 8000
  duodao top --batch --tree     who is blocked, and on what

Options:
  --help, -h    this text, or that of a command
  --version     the version of duodao
`;
}

/** What `duodao rush --help` says. */
export function rushHelpText(): string {
  return `duodao rush: sell tickets from several processes at once, and prove the books

Seller processes take orders from a queue, book seats under a lock in shared
memory, and answer every order exactly once, even when they are killed.

Usage:  duodao rush [options]

Options (what holds when left out):
${optionLines(RUSH_OPTIONS)}
Examples:
  duodao rush
  duodao rush --sellers 8 --kill 20
  duodao rush --no-lock --json
  duodao rush --trains mine.json --orders mine.ndjson --ledger out.ndjson
  duodao rush --check rush-ledger.ndjson
  duodao rush --listen 7000 --web 7001 --kill 20     in one terminal, and in
  duodao rush --connect 7000 --buyers 2000           another one, or two

The trains, a JSON list:
  [{"train":"G1","classes":{"second":{"seats":1031,"price":662}}}]
An order, on a line of its own (NDJSON):
  {"id":1,"buyer":"Wang Wei","train":"G1","class":"second","seats":2}
A line of the ledger:
  {"id":1,"train":"G1","class":"second","seats":2,"status":"sold","seller":3}

With --listen, orders come over sockets: 4 bytes, little-endian, for the length
of the header, then the header, which is an order as above. The replies:
  {"id":1,"status":"sold","left":1029}
  {"id":2,"status":"refused","reason":"sold-out","left":0}
  {"id":3,"status":"error","reason":"malformed","message":"..."}
Asked again with the same id, an order gets the same answer, and is sold once.
{"ask":"stock"} asks what is left: it comes in the body, file_size bytes long
behind the header. The ledger says who bought, so --check needs no orders.
--kill kills one after every 500 orders (of --max-orders: evenly over them),
when the one before has been replaced.

Exit code: 0 the books balance, 1 they do not or the run failed, 2 bad input,
130 Ctrl-C. With --connect: 0 every order was answered, 1 not.
`;
}

/** What `duodao map --help` says. */
export function mapHelpText(): string {
  return `duodao map: call an exported function with each item, on all processors

Workers import the module and call the function with one item at a time, which
is a text, or any JSON value. What it returns, or what its promise comes to, is
printed as a line of JSON. Items are read as they are needed, so there may be
any number of them. An item that fails is told of; the others go on.

Usage:  duodao map MODULE[#EXPORT] [options] [ITEM...]

MODULE is a file (TypeScript or JavaScript), a package, or node:something.
Without EXPORT it is the default one, or the only function. Without items and
without an option that names their source, they are the lines that are piped in.

Options (what holds when left out):
${optionLines(MAP_OPTIONS)}
Examples:
  duodao map thumbs.ts#small a.png b.png
  duodao map thumbs.ts#small --glob 'photos/**/*.{jpg,png}' -j 50%
  git ls-files | duodao map count.ts -k --tag
  duodao map score.ts --ndjson users.ndjson --retries 2 --timeout 5s > out
  duodao map fetch.ts --lines urls.txt --joblog fetch.log --resume
  find . -name '*.md' -print0 | duodao map words.ts -0 - --halt now,fail=1
  duodao map node:path#basename /usr/bin/env -- -x --help

Results: undefined is printed as null, and what JSON has no form for (a BigInt,
a circle, a Map) fails its item. What the function prints goes to standard
error.
--resume knows an item by its content and by the text of the module: one whose
function has changed is run again. Failed items always are. The results of those
that are skipped come out of the joblog, so the output is whole each time.
The joblog, a line for each item:
  {"index":0,"key":"...","item":"a","status":"succeeded","start":1795273783944,
  "ms":1.5,"attempts":1,"pid":4711,"value":{"words":3}}
  status is succeeded or failed; of a failed one there are code and error.

Exit code: how many items failed (101: more than 100); 0 also when --halt ended
it by success=N. 2 and a sentence: bad input; 130: Ctrl-C; 255: the run failed.
`;
}

/** What `duodao serve --help` says. */
export function serveHelpText(): string {
  return `duodao serve: an exported function as a server of TCP, UDP or Unix sockets

Each connection is given to the handler: a function (connection, clientAddress,
server), or a class that extends RequestHandler of duodao/net. When it is done
the connection is closed.

Usage:  duodao serve MODULE[#EXPORT] --tcp [HOST:]PORT | --udp ... | --unix ...

A handler, echo.ts:
  export async function echo(connection) {
    for await (const line of connection) await connection.send(line);
  }
and one of datagrams:
  export async function upper(request) {
    await request.reply(request.data.toString().toUpperCase());
  }

MODULE is a file (TypeScript or JavaScript) or a package. Without EXPORT it is
the default one, or the only handler.

Options (what holds when left out):
${optionLines(SERVE_OPTIONS)}
Examples:
  duodao serve echo.ts --tcp 8000 --framing lines
  duodao serve echo.ts#echo --tcp 0.0.0.0:8000 --framing lines -w 4 --stats
  duodao serve echo.ts --unix ./echo.sock --framing length:4:big --mode 660
  duodao serve echo.ts --tcp 0 --framing dict --json
  duodao serve jobs.ts --tcp 6000 --framing python --auth-key-file key
  duodao serve echo.ts --tcp 8443 --tls-key key.pem --tls-cert cert.pem

Framings, and what a handler receives and sends:
  raw       bytes as they come
  lines     text, without its line feed
  length:4  bytes behind their length; 1 to 8 bytes of it, little or :big
  dict      { header, body }; send(header, body)
  python    bytes, as send_bytes of Python's multiprocessing.connection

Ctrl-C and SIGTERM accept nothing new, and wait for what is at work; a second
one ends at once. SIGHUP replaces the workers one by one, with the module as it
is on disk by then: no connection is refused.

Exit code: 130 after Ctrl-C, 143 after SIGTERM; 1 when it cannot listen; 2 bad
input.
`;
}

/** What `duodao top --help` says. */
export function topHelpText(): string {
  return `duodao top: the processes of every duodao program that runs, from outside

It reads the shared memory of the programs of this user, and changes nothing
in it: one that hangs, or is stopped, is shown as well.

Usage:  duodao top --batch [options] [PID]

With the number of a process, only the program that it belongs to.

Options:
${optionLines(TOP_OPTIONS)}
States:
  new          made, and not yet given to the system
  ready        started, and not yet in its function
  running      in its function; also when it waits for what is not of duodao
  blocked      it waits for the objects under BLOCKED-ON
  suspended    stopped by a signal
  terminated   it has ended, and its parent still has its record
Beside it, under K, the letter that the kernel shows: R runs or could, S and D
sleep, T is stopped, Z has ended.

Examples:
  duodao top --batch
  duodao serve echo.ts --tcp 8000 --framing lines   try it: nc 127.0.0.1 8000
  duodao top --batch --tree 4711
  duodao top --batch --json | jq '.[].rows[] | select(.state == "blocked")'

The JSON: [{"arena":1,"pids":[4711],"problem":null,"rows":[...]}], and of a row:
  pid, ppid, name, kind (process, thread), thread (0: the process)
  state, kernelState, blockedOn, blockedAt (file and line)
  cpuMs, residentBytes, startedAt, endedAt (milliseconds since 1970)
  exit ({"how":"exited","code":0}, {"how":"killed","signal":"SIGKILL"},
  {"how":"not-started"}). What is not known is null.

Exit code: 0 also when nothing runs, 1 when there is no program of that
process, 2 bad input.
`;
}

/** What `duodao sim --help` says. */
export function simHelpText(): string {
  return `duodao sim: how scheduling policies do on the same workload

It draws who runs when, and compares how long jobs take and wait. Times have
no unit.

Usage:  duodao sim [options] [FILE | JOB ...]

A job is written name:arrival:burst or name:arrival:burst:priority. With I/O,
the burst is CPU/IO/CPU: 3/2/4 runs for 3, waits for 2, runs for 4. Without
any, a sample is run.

Options (what holds when left out):
${optionLines(SIM_OPTIONS)}
Policies:
  ${POLICY_NAMES.join(', ')}
With options of theirs:
  rr:4  las:2  mlfq:1/2/4:boostEvery=50  priority:preemptive=true:agingEvery=5
Of priorities, the smallest comes first; priority:smallerFirst=false turns it.

Examples:
  duodao sim
  duodao sim P1:0:24 P2:0:3 P3:0:3
  duodao sim --policy rr:1,rr:4,srtf --explain P1:0:8:2 P2:1:4/2/3
  duodao sim --cpus 2 --switch-cost 0.5 --svg chart.svg workload.csv
  duodao sim --policy fcfs --json jobs.ndjson > run.json
  duodao sim --replay run.json --policy sjf,mlfq

Files of jobs (.csv, .json, .ndjson):
  name,arrival,burst,priority            the first line of a CSV
  [{"name":"P1","arrival":0,"burst":7,"io":[{"at":3,"takes":2}]}]
  {"name":"P2","arrival":1,"burst":4,"priority":2,"after":["P1"]}
Of a job in JSON also: expected (what is said of its burst), cpus, weight.

Exit code: 0 also when jobs starve, 2 bad input.
`;
}

/** What `duodao doctor --help` says. */
export function doctorHelpText(): string {
  return `duodao doctor: what this system supports, and what crashed programs have left

Each check says how it was tried. Of what lies about, only that is removed
whose users are proved dead by the kernel; what is in use stays.

Usage:  duodao doctor [options]

Options:
${optionLines(DOCTOR_OPTIONS)}
Examples:
  duodao doctor
  duodao doctor --clean
  duodao doctor --json | jq '.checks[] | select(.status == "bad")'

The JSON: {"fine":true,"checks":[...],"leftovers":[...]}
  of a check: name, status (ok, info, warn, bad), found, tried
  of a leftover: path, sizeBytes, state (in use, left, removed)

Exit code: 0 all is well, warnings included; 1 something is not supported, or
was left and not removed; 2 bad input.
`;
}
