/**
 * Where V8 says a function was written: its script, its line, and the variables of its module.
 *
 * JavaScript cannot ask a function where it comes from, but the inspector can. A session inside this process
 * opens, answers for a whole batch, and closes:
 *
 *     Runtime.evaluate            the one way in: a box put under a global symbol for that single call
 *     Runtime.getProperties       gives [[FunctionLocation]] and [[Scopes]] of each function
 *     Runtime.callFunctionOn      puts the object behind the Module scope into the box
 *     Debugger.scriptParsed       told for every script while the debugger enables: script id → url
 *
 * The Module scope is what makes names certain: it holds the values of the module's own exports, so a name is
 * found by identity, not by text, and without importing the module (which never ends while the module is in
 * its top-level await).
 *
 * While the debugger is enabled every `await` of the thread is 7 to 10 times slower, so the session never
 * outlives the call, and no code of the user runs inside it. Closing it also drops what it held of ours. An
 * in-process session answers before `post` returns; that is what makes all of this synchronous.
 *
 * @module
 */
import type { Debugger, Runtime, Session } from 'node:inspector';
import { assert } from '../../base/index.ts';
import type { Addressable } from './task.ts';

/** Where a function was written. */
export interface Place {
  /** The script as Node.js named it to the engine: a URL, or a path; empty for code made from a string. */
  readonly url: string;
  /** True for an ES module, false for CommonJS and anything else. */
  readonly isModule: boolean;
  /** The text the engine compiled, for ES modules only: after any loader or type stripping. */
  readonly source: string;
  /** From 0, in that text. */
  readonly line: number;
  readonly column: number;
  /** The module's variables by their local names. Reading one that is not initialised yet may throw. */
  readonly variables: object | undefined;
  /** True if it sees variables of another function. */
  readonly isClosure: boolean;
}

/** The engine's own name for a script, which no comment in it can change. The types don't know it yet. */
type Script = Debugger.ScriptParsedEventDataType & { readonly embedderName?: string };

/** What we ask of the inspector, and what it answers. */
interface Answers {
  'Debugger.enable': unknown;
  'Debugger.getScriptSource': Debugger.GetScriptSourceReturnType;
  'Runtime.evaluate': Runtime.EvaluateReturnType;
  'Runtime.getProperties': Runtime.GetPropertiesReturnType;
  'Runtime.callFunctionOn': Runtime.CallFunctionOnReturnType;
}

interface Box {
  readonly fns: readonly Addressable[];
  scope: object | undefined;
}

const SLOT = 'duodao.located';

/**
 * Finds where each of these functions was written; undefined for those that have no source at all.
 *
 * @throws what the inspector says when it is absent or refused.
 */
export function locate(fns: readonly Addressable[]): (Place | undefined)[] {
  // Loaded here, not by an import: most processes never send a function, and a Node.js built without it has
  // none.
  const inspector = process.getBuiltinModule('node:inspector');
  const session = new inspector.Session();
  session.connect();
  try {
    const scripts = new Map<string, Script>();
    session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params));
    ask(session, 'Debugger.enable');
    const box: Box = { fns, scope: undefined };
    const boxId = handOver(session, box);
    const sources = new Map<string, string>();
    const sourceOf = (scriptId: string): string => {
      const text =
        sources.get(scriptId) ?? ask(session, 'Debugger.getScriptSource', { scriptId }).scriptSource;
      sources.set(scriptId, text);
      return text;
    };
    return fns.map((_, index) => {
      const found = inspect(session, box, boxId, index);
      const script = found && scripts.get(found.location.scriptId);
      if (!found || !script) return undefined;
      const isModule = script.isModule === true;
      return {
        // Not `script.url`: a `//# sourceURL` comment may claim anything there.
        url: script.embedderName ?? script.url,
        isModule,
        source: isModule ? sourceOf(script.scriptId) : '',
        line: found.location.lineNumber,
        column: found.location.columnNumber ?? 0,
        variables: found.variables,
        isClosure: found.isClosure,
      };
    });
  } finally {
    session.disconnect();
  }
}

/** Gives the session an object of ours; the global property lives for this one call only. */
function handOver(session: Session, box: Box): string {
  const slot = Symbol.for(SLOT);
  Object.defineProperty(globalThis, slot, { value: box, configurable: true, enumerable: false });
  try {
    const expression = `globalThis[Symbol.for('${SLOT}')]`;
    const { result } = ask(session, 'Runtime.evaluate', { expression });
    if (result.objectId === undefined) throw new Error('the inspector looks at another global object');
    return result.objectId;
  } finally {
    Reflect.deleteProperty(globalThis, slot);
  }
}

interface Found {
  readonly location: Debugger.Location;
  readonly variables: object | undefined;
  readonly isClosure: boolean;
}

function inspect(session: Session, box: Box, boxId: string, index: number): Found | undefined {
  const { result: fn } = ask(session, 'Runtime.callFunctionOn', {
    objectId: boxId,
    functionDeclaration: 'function (index) { return this.fns[index]; }',
    arguments: [{ value: index }],
  });
  const inner = propertiesOf(session, fn).internalProperties ?? [];
  const location = inner.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
    | Debugger.Location
    | undefined;
  if (!location) return undefined;
  const scopes = inner.find(({ name }) => name === '[[Scopes]]')?.value;
  const chain = scopes ? propertiesOf(session, scopes).result.flatMap(({ value }) => value ?? []) : [];
  // Innermost first: the functions around it, then its module, then the globals.
  const isClosure = chain.some(({ description }) =>
    /^(Closure|Block|Local|Catch|With)\b/.test(description ?? ''),
  );
  const module = chain.find(({ description }) => description?.startsWith('Module'));
  box.scope = undefined;
  if (module?.objectId !== undefined)
    ask(session, 'Runtime.callFunctionOn', {
      objectId: module.objectId,
      functionDeclaration: 'function (box) { box.scope = this.object; }',
      arguments: [{ objectId: boxId }],
    });
  return { location, variables: box.scope, isClosure };
}

function propertiesOf(session: Session, object: Runtime.RemoteObject): Runtime.GetPropertiesReturnType {
  return ask(session, 'Runtime.getProperties', { objectId: object.objectId, ownProperties: true });
}

function ask<M extends keyof Answers>(session: Session, method: M, params: object = {}): Answers[M] {
  let answer: { readonly error: Error | null; readonly result: unknown } | undefined;
  session.post(method, params, (error, result) => {
    answer = { error, result };
  });
  assert(answer, 'an inspector session in this process answers at once');
  if (answer.error) throw answer.error;
  return answer.result as Answers[M];
}
