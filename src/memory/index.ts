export { SLOT_LIMIT } from './arena.ts';
export { openFace, referenceOf, registerFace, retireFace } from './faces.ts';
export { isInsideGuard } from './guard-search.ts';
export { attach, type Here, here } from './here.ts';
export type { Entry, Place } from './ledger.ts';
export { type Kind, kindOf, type Reference, registerKind } from './kinds.ts';
export { checkName, findOrMake } from './names.ts';
export { Onlooker, type SeenObject, type SeenParticipant, type SeenWait } from './onlooker.ts';
export { type FoundArenas, findArenas, lookInto, type RunningArena } from './running.ts';
export { BODY_OFFSET, type SharedObject } from './object.ts';
export type { Bell } from './bell.ts';
export { type Participant, type Tag } from './slots.ts';
export { WAIT_SET_WORDS, WaitSet } from './wait-set.ts';
export { type Attempt, NOT_YET, type NotYet, WaitPoint } from './waiting.ts';
export {
  findSegments,
  type FoundSegment,
  leaveSegment,
  openSegment,
  SEGMENT_LIMIT_BYTES,
  type Segment,
  sweepSegments,
} from './segment.ts';
export { type WaitNow, waitsNow } from './waits.ts';
