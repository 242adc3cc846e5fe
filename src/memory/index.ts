export { registerFace, openFace, referenceOf } from './faces.ts';
export { attach, type Here, here } from './here.ts';
export { type Kind, kindOf, type Reference, registerKind } from './kinds.ts';
export { checkName, findOrMake } from './names.ts';
export { BODY_OFFSET, type SharedObject } from './object.ts';
export type { Bell } from './bell.ts';
export { type Participant, type Tag } from './slots.ts';
export { WAIT_SET_WORDS, WaitSet } from './wait-set.ts';
export { type Attempt, NOT_YET, type NotYet, WaitPoint } from './waiting.ts';
