/** What users' code must and must not compile to when it uses maps. See base.ts for how such a test works. */
import { Process, type Queue, SharedMap, type SharedMapOptions } from '../../src/index.ts';
import { same } from './same.ts';

interface Train {
  readonly left: number;
}

const trains = new SharedMap<Train>({ bytes: 1024, name: 'trains' });
same<ReturnType<typeof trains.get>, Train | undefined>(true);
same<ReturnType<typeof trains.has>, boolean>(true);
same<ReturnType<typeof trains.delete>, boolean>(true);
same<ReturnType<typeof trains.clear>, void>(true);
same<typeof trains.size, number>(true);

// Setting can be chained, as a Map's.
same<ReturnType<typeof trains.set>, SharedMap<Train>>(true);
trains.set('G1', { left: 300 }).set('G2', { left: 120 });
// @ts-expect-error: a value of another type
trains.set('G1', { right: 300 });
// @ts-expect-error: a key is a string
trains.set(1, { left: 300 });
// @ts-expect-error: it is not set from outside
trains.size = 0;

// The function is given what is there, which may be nothing, and gives what shall be there, which may be nothing.
const after = trains.update('G1', (train) => {
  same<typeof train, Train | undefined>(true);
  return train && { left: train.left - 1 };
});
same<typeof after, Train | undefined>(true);
trains.update('G1', () => undefined);
// @ts-expect-error: there may be no train
trains.update('G1', (train) => ({ left: train.left - 1 }));
// @ts-expect-error: it does not wait
trains.update('G1', async () => ({ left: 1 }));
// @ts-expect-error: not a train
trains.update('G1', () => 1);

for (const [name, train] of trains) {
  same<typeof name, string>(true);
  same<typeof train, Train>(true);
}
same<typeof trains extends Iterable<[string, Train]> ? true : false, true>(true);
const copy: Map<string, Train> = new Map(trains);
const lists: [string[], Train[], [string, Train][]] = [
  [...trains.keys()],
  [...trains.values()],
  [...trains.entries()],
];
void [copy, lists];

// Without a type its values may be anything, and are to be looked at first.
const any = new SharedMap();
same<ReturnType<typeof any.get>, unknown>(true);
any.set('a', 1).set('b', [undefined]);
// @ts-expect-error: it may be anything
any.get('a') + 1;

same<ReturnType<typeof SharedMap.named<Train>>, SharedMap<Train>>(true);
SharedMap.named<number>('seats').update('G1', (old = 0) => old + 1);
SharedMap.named('seats', { bytes: 1024 });
// @ts-expect-error: it has its name
SharedMap.named('seats', { name: 'seats' });
const options: SharedMapOptions = { bytes: 1024 };
// @ts-expect-error: options are not changed
options.bytes = 2048;
// @ts-expect-error: no such option
new SharedMap({ capacity: 10 });

// A map is an argument and a value like any other.
declare function work(map: SharedMap<Train>, queue: Queue<SharedMap<Train>>): void;
declare const queue: Queue<SharedMap<Train>>;
new Process({ target: work, args: [trains, queue] });
// @ts-expect-error: a map of other values
new Process({ target: work, args: [new SharedMap<number>(), queue] });
new SharedMap<SharedMap<Train>>().set('trains', trains);
