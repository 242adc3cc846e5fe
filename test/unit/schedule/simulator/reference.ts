/**
 * Scheduling by definition: one step for each unit of time, every rule as a textbook says it, and nothing fast or
 * clever. Made independently of the simulator, to be compared with it. One CPU, whole numbers.
 */
export interface Load {
  readonly name: string;
  readonly arrival: number;
  readonly burst: number;
  readonly priority: number;
}

interface Running extends Load {
  readonly id: number;
  left: number;
  level: number;
  used: number;
  isBoosted: boolean;
}

export type Rule =
  | { readonly kind: 'once'; readonly better: (a: Running, b: Running, now: number) => number }
  | { readonly kind: 'srtf' }
  | { readonly kind: 'preemptive-priority' }
  | { readonly kind: 'rr'; readonly quantum: number; readonly expiredFirst?: boolean }
  | {
      readonly kind: 'mlfq';
      readonly quanta: readonly number[];
      readonly preemptive: boolean;
      readonly demoteWhenAlone: boolean;
      readonly boostEvery?: number;
    };

/** When each job ends. */
export function finishes(loads: readonly Load[], rule: Rule): Record<string, number> {
  const jobs = loads
    .map((load, id) => ({ ...load, id, left: load.burst, level: 0, used: 0, isBoosted: false }))
    .sort((a, b) => a.arrival - b.arrival || a.id - b.id)
    .map((job, id) => ({ ...job, id }));
  const ends: Record<string, number> = {};
  let ready: Running[] = [];
  let running: Running | undefined;
  for (let now = 0; Object.keys(ends).length < jobs.length; now++) {
    if (running?.left === 0) {
      ends[running.name] = now;
      running = undefined;
    }
    if (rule.kind === 'mlfq' && rule.boostEvery !== undefined && now % rule.boostEvery === 0 && now > 0) {
      ready.sort((a, b) => a.level - b.level); // stable: the order on each level holds
      for (const job of ready) Object.assign(job, { level: 0, used: 0 });
      if (running) running.isBoosted = true;
    }
    const arriving = jobs.filter(({ arrival }) => arrival === now);
    let expired: Running | undefined;
    if (running && quantumOf(rule, running) !== undefined && running.used === quantumOf(rule, running)) {
      expired = running;
      running = undefined;
    }
    const expiredFirst = rule.kind === 'rr' && rule.expiredFirst;
    if (!expiredFirst) ready.push(...arriving);
    if (expired) {
      if (rule.kind === 'mlfq') {
        const isAlone = ready.length === 0 && !rule.demoteWhenAlone;
        if (expired.isBoosted) expired.level = 0;
        else if (!isAlone) expired.level = Math.min(expired.level + 1, rule.quanta.length - 1);
      }
      Object.assign(expired, { used: 0, isBoosted: false });
      ready.push(expired);
    }
    if (expiredFirst) ready.push(...arriving);
    if (running && mustYield(rule, running, ready)) {
      if (rule.kind === 'mlfq') {
        if (running.isBoosted) Object.assign(running, { level: 0, used: 0, isBoosted: false });
        ready.unshift(running);
      } else ready.push(running);
      running = undefined;
    }
    if (!running) {
      running = pick(rule, ready, now);
      ready = ready.filter((job) => job !== running);
    }
    if (running) {
      running.left--;
      running.used++;
    }
  }
  return ends;
}

function quantumOf(rule: Rule, { level }: Running): number | undefined {
  if (rule.kind === 'rr') return rule.quantum;
  return rule.kind === 'mlfq' ? rule.quanta[level] : undefined;
}

function mustYield(rule: Rule, running: Running, ready: readonly Running[]): boolean {
  if (rule.kind === 'srtf') return ready.some(({ left }) => left < running.left);
  if (rule.kind === 'preemptive-priority') return ready.some(({ priority }) => priority < running.priority);
  const level = running.isBoosted ? 0 : running.level;
  return rule.kind === 'mlfq' && rule.preemptive && ready.some((job) => job.level < level);
}

function pick(rule: Rule, ready: readonly Running[], now: number): Running | undefined {
  const by = (better: (a: Running, b: Running) => number): Running | undefined => ready.toSorted(better)[0];
  if (rule.kind === 'once') return by((a, b) => rule.better(a, b, now));
  if (rule.kind === 'srtf') return by((a, b) => a.left - b.left || a.id - b.id);
  if (rule.kind === 'preemptive-priority') return by((a, b) => a.priority - b.priority);
  return rule.kind === 'mlfq' ? by((a, b) => a.level - b.level) : ready[0];
}
