/** Random loads of queueing theory, the same for the same seed, and what theory says of them. */
import {
  las,
  type Policy,
  roundRobin,
  sjf,
  srtf,
  fcfs,
  type JobSpec,
} from '../../../../src/schedule/index.ts';

/** xoshiro128**, Blackman and Vigna, public domain: a million numbers of it show no pattern that matters here. */
function random(seed: number): () => number {
  let mixed = seed >>> 0;
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let word = mixed;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [next(), next(), next(), next()];
  return () => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return (result + 0.5) / 2 ** 32;
  };
}

export type Sizes = (uniform: number) => number;

/** Exponential, of mean 1. */
export const exponential: Sizes = (uniform) => -Math.log(uniform);

/** Bounded Pareto from 1/3 to 100,000 with the exponent 1.5: of mean 1, nearly. */
export const pareto: Sizes = (uniform) => {
  const [low, high, alpha] = [1 / 3, 1e5, 1.5];
  return low * (1 - uniform * (1 - (low / high) ** alpha)) ** (-1 / alpha);
};

/** Jobs that arrive at random and use so much of a CPU. */
export function arrivals(count: number, load: number, sizes: Sizes, seed: number): JobSpec[] {
  const next = random(seed);
  let arrival = 0;
  return Array.from({ length: count }, (_, index) => {
    arrival += -Math.log(next()) / load;
    return { name: `J${index}`, arrival, burst: sizes(next()) };
  });
}

/** The policies of theory. Those that share a CPU do so in small turns here. */
export const POLICIES: Readonly<Record<string, Policy>> = {
  FCFS: fcfs(),
  PS: roundRobin({ quantum: 0.2 }),
  SJF: sjf(),
  FB: las({ quantum: 0.1 }),
  PSJF: sjf({ preemptive: true }),
  SRPT: srtf(),
};

/** Mean turnaround by load: Pollaczek and Khinchine, processor sharing, Schrage and Miller, by integration. */
export const EXPONENTIAL: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  0.5: { FCFS: 2, PS: 2, SJF: 1.713, FB: 2, PSJF: 1.531, SRPT: 1.425 },
  0.8: { FCFS: 5, PS: 5, SJF: 2.882, FB: 5, PSJF: 2.659, SRPT: 2.353 },
  0.9: { FCFS: 10, PS: 10, SJF: 4.197, FB: 10, PSJF: 4.052, SRPT: 3.552 },
};
