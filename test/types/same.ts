/**
 * Says that a type is exactly another one, not merely assignable to it: `same<A, B>(true)` compiles only when
 * they are the same, `same<A, B>(false)` only when they are not. Even `any` is the same only as `any`.
 */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export function same<A, B>(_answer: Same<A, B>): void {}
