/**
 * What is simulated: jobs, as somebody writes them down, and what must be true of them.
 *
 * @module
 */

/** An I/O operation of a job. */
export interface IoSpec {
  /** How much of its CPU time the job has had when it begins. */
  readonly at: number;
  /** How long it takes. The CPU is free for others meanwhile. */
  readonly takes: number;
}

/** A job of a workload. Times have no unit. */
export interface JobSpec {
  readonly name: string;
  /** 0 if left out. */
  readonly arrival?: number;
  /** The CPU time that it needs in all. */
  readonly burst: number;
  /** 0 if left out. */
  readonly priority?: number;
  readonly io?: readonly IoSpec[];
  /** What is said of its first CPU burst, right or wrong. The truth, if left out. */
  readonly expected?: number;
  /** The numbers of the CPUs that it may run on; all of them if left out. */
  readonly cpus?: readonly number[];
  /** Names of jobs that must have ended before. */
  readonly after?: readonly string[];
  /** Its share beside that of others: 1 if left out. */
  readonly weight?: number;
  /** When it should have ended. */
  readonly deadline?: number;
}

/** The jobs in the order of their arrivals; of those that arrive at once, in the order in which they were given. */
export function checkedWorkload(jobs: readonly JobSpec[], cpus: number): readonly JobSpec[] {
  if (!Array.isArray(jobs)) throw new TypeError(`Cannot simulate as jobs must be a list: ${current(jobs)}`);
  const names = new Set<string>();
  let isSorted = true;
  let last = 0;
  for (const job of jobs) {
    checkJob(job, cpus);
    if (names.has(job.name))
      throw new RangeError(`Cannot simulate as two jobs have the name ${quoted(job.name)}`);
    names.add(job.name);
    const arrival = job.arrival ?? 0;
    isSorted &&= arrival >= last;
    last = arrival;
  }
  if (jobs.some(({ after }) => after !== undefined)) checkOrder(jobs, names);
  return isSorted ? jobs : jobs.toSorted((a, b) => (a.arrival ?? 0) - (b.arrival ?? 0));
}

function checkJob(job: JobSpec, cpus: number): void {
  if (typeof job !== 'object' || job === null)
    throw new TypeError(`Cannot simulate as a job must be an object: ${current(job)}`);
  const { name, arrival, burst, priority, io, expected, weight, deadline } = job;
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`Cannot simulate as a job must have a name: ${current(name)}`);
  const check = (isFine: boolean, what: string, must: string, value: unknown): void => {
    if (isFine) return;
    const sentence = `Cannot simulate ${quoted(name)} as its ${what} must be ${must}: ${current(value)}`;
    throw typeof value === 'number' ? new RangeError(sentence) : new TypeError(sentence);
  };
  check(isTime(burst) && burst > 0, 'burst', 'a number above 0', burst);
  check(arrival === undefined || isTime(arrival), 'arrival', 'a number of 0 or more', arrival);
  check(priority === undefined || Number.isFinite(priority), 'priority', 'a number', priority);
  check(expected === undefined || isTime(expected), 'expected burst', 'a number of 0 or more', expected);
  check(weight === undefined || (isTime(weight) && weight > 0), 'weight', 'a number above 0', weight);
  check(deadline === undefined || Number.isFinite(deadline), 'deadline', 'a number', deadline);
  let before = 0;
  for (const { at, takes } of io ?? []) {
    const must = `after more than ${before} and at most all ${burst} of its CPU time`;
    check(isTime(at) && at > before && at <= burst, 'I/O', must, at);
    check(isTime(takes) && takes > 0, 'I/O', 'longer than 0', takes);
    before = at;
  }
  for (const cpu of job.cpus ?? [])
    check(Number.isInteger(cpu) && cpu >= 0 && cpu < cpus, 'CPUs', `of those from 0 to ${cpus - 1}`, cpu);
  check(job.cpus?.length !== 0, 'list of CPUs', 'left out, or have one', '');
}

/** Refuses jobs that wait for nobody, or for one another. */
function checkOrder(jobs: readonly JobSpec[], names: ReadonlySet<string>): void {
  const waiting = new Map<string, number>();
  const followers = new Map<string, string[]>();
  for (const { name, after = [] } of jobs) {
    waiting.set(name, after.length);
    for (const other of after) {
      if (!names.has(other))
        throw new RangeError(
          `Cannot simulate ${quoted(name)} as it comes after ${quoted(other)}, which is no job`,
        );
      const list = followers.get(other) ?? [];
      followers.set(other, list);
      list.push(name);
    }
  }
  const free = jobs.flatMap(({ name }) => (waiting.get(name) === 0 ? [name] : []));
  for (const name of free)
    for (const follower of followers.get(name) ?? []) {
      const left = (waiting.get(follower) as number) - 1;
      waiting.set(follower, left);
      if (left === 0) free.push(follower);
    }
  if (free.length < jobs.length) throw new RangeError(`Cannot simulate as ${circle(jobs, new Set(free))}`);
}

/** One circle, in words. */
function circle(jobs: readonly JobSpec[], free: ReadonlySet<string>): string {
  const after = new Map(jobs.map((job) => [job.name, job.after ?? []]));
  const path: string[] = [];
  // Every job that is left waits for one that is left, so that the walk must come back to where it was.
  let name = jobs.find((job) => !free.has(job.name))?.name as string;
  while (!path.includes(name)) {
    path.push(name);
    name = after.get(name)?.find((other) => !free.has(other)) as string;
  }
  const round = [...path.slice(path.indexOf(name)), name];
  return `jobs wait for one another in a circle: ${round.map(quoted).join(' after ')}`;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function current(value: unknown): string {
  return `current value is ${typeof value === 'string' ? quoted(value) : String(value)}`;
}
