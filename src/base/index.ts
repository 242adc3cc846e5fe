export { assert, DuodaoError, type ErrorCode, type Facts } from './errors.ts';
export { type Fault, FAULTS, FAULTY, pass } from './faults.ts';
export { FORM, HOME } from './home.ts';
export { type Field, type FieldType, layout, type Offsets } from './layout.ts';
export { callSite } from './site.ts';
export { deadlineOf, timedOut, type Wait, type WaitSync } from './wait.ts';
