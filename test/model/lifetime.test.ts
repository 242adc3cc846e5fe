/**
 * What the life of shared objects promises: see lifetime-world.ts. How: every order of steps, with up to two
 * kills, inside operations before any store; then the same with one mistake put in, which must be found, or
 * proves to be harmless and is then kept here with the reason.
 *
 * The blocks: an object X with a run for its data; queues, which are named and live for ever; boxes, which have
 * a handle of X in them.
 */
import { test } from 'node:test';
import { assertCaught, assertHolds, DEEP } from './explore.ts';
import { type Block, type Frame, frame, type LifetimeMutation, type Task } from './lifetime.ts';
import { lifetimeModel, type LifetimeOptions } from './lifetime-world.ts';

const X = 0;
const [Q, R] = [1, 2];
const OBJECT_X: Partial<Block> = { hasRun: true };
const QUEUE: Partial<Block> = { named: true };
const TO_X: Partial<Block> = { handles: [{ place: X, serial: 1, lessee: 0 }] };
const BOX: Partial<Block> = TO_X;
const RELEASING_BOX: Partial<Block> = { ...TO_X, releases: true };
const QUEUE_TO_X: Partial<Block> = { ...QUEUE, ...TO_X };

const send = (to: number): Frame[] => [frame('count', X), frame('put', to, { n: X })];
const sendUncounted = (to: number): Frame[] => send(to).toReversed();
const receive = (from: number): Frame[] => [frame('lease', from)];
const leave = (place: number): Frame[] => [frame('leave', place)];
const drop = (place: number): Frame[] => [frame('drop', place)];
const BUILD: readonly Task[] = ['takeRun', 'takeBlock', 'zero', 'begin', 'commit', 'commitRun'];
const build: Frame[] = BUILD.map((task) => frame(task, X));

type Role = LifetimeOptions['people'][number];
const onlooker: Role = { does: [] };
const sender: Role = { does: [...send(Q), ...drop(X)], holds: [X] };
const receiver: Role = { does: [...receive(Q), ...leave(X)] };
const forwarder: Role = { does: [...receive(Q), ...send(R), ...leave(X)] };
const holder: Role = { does: drop(X), holds: [X] };
const boxHolder: Role = { does: drop(R), holds: [R] };
const builder: Role = { does: [...build, ...drop(X)] };
/** Counts anew, in a world that begins with one handle too many. */
const doubter: Role = { does: [frame('doubt', X, { serial: 1 })] };

const SENT: LifetimeOptions = {
  blocks: [OBJECT_X, QUEUE],
  people: [sender, receiver, onlooker],
  crashes: 1,
};
const FORWARDED: LifetimeOptions = {
  blocks: [OBJECT_X, QUEUE, QUEUE],
  people: [sender, forwarder, onlooker],
  crashes: 1,
};
const BOXED: LifetimeOptions = {
  blocks: [OBJECT_X, QUEUE, BOX],
  people: [boxHolder, holder, onlooker],
  crashes: 1,
};
const RELEASED: LifetimeOptions = {
  blocks: [OBJECT_X, QUEUE_TO_X, RELEASING_BOX],
  people: [boxHolder, holder, onlooker],
  crashes: 1,
};
const REBUILT: LifetimeOptions = { blocks: [OBJECT_X], people: [holder, builder, onlooker], crashes: 2 };
const REBORN: LifetimeOptions = {
  blocks: [OBJECT_X, QUEUE_TO_X],
  people: [holder, { does: receive(Q) }, onlooker],
  crashes: 1,
  newcomers: 1,
};
const DOUBTED: LifetimeOptions = {
  blocks: [{ ...OBJECT_X, flights: 1 }, QUEUE_TO_X, QUEUE],
  people: [forwarder, doubter, doubter],
  crashes: 0,
};

const HOLDS: readonly (readonly [string, LifetimeOptions])[] = [
  ['sent and received', { ...SENT, crashes: 2 }],
  ['sent on at once', FORWARDED],
  [
    'sent twice',
    { ...SENT, people: [{ does: [...send(Q), ...send(Q), ...drop(X)], holds: [X] }, receiver, onlooker] },
  ],
  ['in the hands of its sender while it is sent on', { ...FORWARDED, people: [holder, forwarder, onlooker] }],
  ['in a box that dies', BOXED],
  ['in a box that lets go of it when it dies', RELEASED],
  ['followed by another one in its place', REBUILT],
  ['held in the slot of a dead one', REBORN],
  ['counted anew by two at once', DOUBTED],
];
for (const [name, options] of HOLDS)
  test(`An object lives as long as it must when ${name}`, (t) => assertHolds(t, lifetimeModel(options)));

const DEEPER: typeof HOLDS = [
  ['sent on at once, two die', { ...FORWARDED, crashes: 2 }],
  ['in a box, two die', { ...BOXED, crashes: 2 }],
  ['in a box that lets go of it, two die', { ...RELEASED, crashes: 2 }],
  ['followed by another one, three die', { ...REBUILT, crashes: 3 }],
  ['sent and received and held in the slot of a dead one', { ...SENT, crashes: 2, newcomers: 1 }],
  ['counted anew by two, one dies', { ...DOUBTED, crashes: 1 }],
];
for (const [name, options] of DEEPER)
  test(`An object lives as long as it must when ${name}`, { skip: !DEEP && 'DUODAO_MODEL=deep' }, (t) =>
    assertHolds(t, lifetimeModel(options)),
  );

const MISTAKES: readonly (readonly [LifetimeMutation, LifetimeOptions, RegExp, string])[] = [
  [
    'a receiver counts down before DONE',
    SENT,
    /refers to is gone/,
    'the message comes back and counts for nothing',
  ],
  [
    'a receiver holds after DONE',
    SENT,
    /just received is gone/,
    'a recount in between finds no message and no holder',
  ],
  [
    'an object is freed when nobody holds it, whatever flies',
    SENT,
    /refers to is gone/,
    'its sender had sent it',
  ],
  [
    'a recount does not look at the version',
    DOUBTED,
    /refers to is gone/,
    'it was sent where he had looked already',
  ],
  [
    'a recount does not look at the holders',
    DOUBTED,
    /refers to is gone/,
    'who held it when the version was noted has put his message since',
  ],
  [
    'the version is raised after the change',
    { ...DOUBTED, crashes: 1 },
    /refers to is gone/,
    'killed in between, it had held the object, and nothing tells',
  ],
  ['a recount does not end when the object is gone', SENT, /circle/, 'two count anew, and one was faster'],
  ['a reaper does not look at the generation', REBORN, /in the hands/, 'the bit is that of a newcomer'],
  ['a reaper does not doubt what flies', SENT, /never free again/, 'counted, and never sent'],
  ['a reaper leaves a dead freer', REBUILT, /never free again/, 'nobody finishes its work'],
  [
    'a reaper frees the slot before it walks',
    REBUILT,
    /never free again/,
    'it dies, and nobody knows of the first death',
  ],
  [
    'a reaper hands the run over outside the guard',
    REBUILT,
    /run is never free/,
    'the object was dying, and its run that of another dead builder',
  ],
  ['what is inside a dying object is forgotten', BOXED, /never free again/, 'it counts what is gone'],
  [
    'a handle is taken out by one who does not hold it',
    RELEASED,
    /refers to is gone/,
    'a recount does not find it, and then it is counted down as well',
  ],
  [
    'a run is given back whoever has it',
    REBUILT,
    /run is given away/,
    'its freer died, and it was given back before',
  ],
  [
    'a block is given back in the name of all objects',
    REBUILT,
    /another object/,
    'a walker found an object without a number, which any block is at first',
  ],
  [
    'a dying object is repaired',
    REBUILT,
    /not its own/,
    'its data are given back, and its run has another owner',
  ],
  ['who comes late repairs nothing', REBUILT, /torn/, 'and yet it takes the news of the death with it'],
];
for (const [mutation, options, violation, why] of MISTAKES)
  test(`A life breaks when ${mutation}: ${why}`, (t) => {
    assertCaught(t, lifetimeModel({ ...options, mutation }), violation);
  });

test('A life breaks when a sender counts after it has put: it dies, and nobody knows of the message', (t) => {
  const hasty: Role = { does: [...sendUncounted(Q), ...drop(X)], holds: [X] };
  assertCaught(t, lifetimeModel({ ...SENT, people: [hasty, receiver, onlooker] }), /refers to is gone/);
});

// Harmless, as nobody but its builder can know that object: it goes down, and the run goes back in his name.
test('A life holds when a reaper leaves the run to the dead', (t) => {
  assertHolds(t, lifetimeModel({ ...REBUILT, mutation: 'a reaper leaves the run to the dead' }));
});
