/**
 * What the class of an object says about sending it, found out once for each prototype.
 *
 * An instance crosses as its own enumerable properties, like in structured clone. That is a lie for two kinds, and
 * both are refused: classes that keep state in `#private` fields, which no one outside can read, and classes whose
 * state lies in the engine or in Node (a socket, a stream, a URL, a WeakMap).
 *
 * JavaScript does not tell whether an object has private fields, so we look into the source of its class. Only
 * instance fields count: private methods and private statics are no state of the instance. Fields that a compiler
 * turned into helper calls (`__privateAdd`) count too. A class that hides its state in a closure or in a WeakMap by
 * hand cannot be recognised.
 *
 * @module
 */

/** What we know of a class. Both reasons end the sentence "it is …", and are absent when nothing is against it. */
export interface ClassFacts {
  /** The class's name, or the empty string. */
  readonly name: string;
  /** The constructor is the engine's own. */
  readonly native: boolean;
  /** The class, or one it extends, keeps `#private` state. */
  readonly secretive: string | undefined;
  /** The class, or one it extends, keeps its state in the engine or in Node. */
  readonly hosted: string | undefined;
}

const known: WeakMap<object, ClassFacts> = new WeakMap();

/** Classes of the engine whose prototype says nothing about hidden state. That of `process.env` has no name. */
const HARMLESS: ReadonlySet<string> = new Set(['Object', 'Array', 'Error', '']);
/** Classes that Node writes in JavaScript, with their state behind symbols or handles. */
const HOST: ReadonlySet<string> = new Set([
  'AbortController',
  'Blob',
  'CompressionStream',
  'Crypto',
  'CryptoKey',
  'DecompressionStream',
  'EventTarget',
  'FormData',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'SubtleCrypto',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WritableStream',
]);

const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
// A name that stands where a declaration can begin, is not static, and ends as a field does: not with parameters.
const PRIVATE_FIELD =
  /(?<=[\s{};])(?<!\bstatic\s+(?:accessor\s+)?)#[\p{ID_Continue}$]+(?=\s*[=;}]|[^\S\n]*\n)/u;
const NATIVE = /\{\s*\[native code\]\s*\}$/;
const COMPILED_FIELD = /\b__privateAdd\b|\b__classPrivateField[GS]et\b|\b_classPrivateField\w+\b/;

/** What is known of the class whose prototype this is. */
export function classFacts(prototype: object): ClassFacts {
  let facts = known.get(prototype);
  if (facts === undefined) {
    facts = look(prototype);
    known.set(prototype, facts);
  }
  return facts;
}

function look(prototype: object): ClassFacts {
  const own = constructorOf(prototype);
  const name = nameOf(own);
  const subject = name === '' ? 'an instance of a class' : `an instance of ${name}`;
  let secretive: string | undefined;
  let hosted: string | undefined;
  for (let each: object | null = prototype; each !== null; each = Object.getPrototypeOf(each)) {
    const constructor = constructorOf(each);
    if (constructor === undefined) continue;
    if (isNative(constructor)) {
      if (!HARMLESS.has(nameOf(constructor)))
        hosted ??= `${subject}, whose state is in the engine and cannot be copied`;
    } else if (isHostClass(constructor)) hosted ??= `${subject}, whose state belongs to this process`;
    else if (hasPrivateFields(constructor))
      secretive ??= `${subject}, which keeps #private state that cannot be copied`;
  }
  if ('pipe' in prototype && 'on' in prototype)
    hosted ??= `a stream (${name}), which belongs to this process`;
  return { name, native: own !== undefined && isNative(own), secretive, hosted };
}

function isHostClass(constructor: object): boolean {
  const name = nameOf(constructor);
  return HOST.has(name) && Reflect.get(globalThis, name) === constructor;
}

function isNative(constructor: object): boolean {
  return NATIVE.test(sourceOf(constructor));
}

/** Whether the source of a class, not of those it extends, declares `#private` fields. */
export function hasPrivateFields(constructor: object): boolean {
  const code = sourceOf(constructor).replace(COMMENT_OR_TEXT, ' ');
  return PRIVATE_FIELD.test(code) || COMPILED_FIELD.test(code);
}

function sourceOf(constructor: object): string {
  return Function.prototype.toString.call(constructor);
}

/** The function that a prototype names as its own constructor. A getter is not asked. */
function constructorOf(prototype: object): object | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof value === 'function' ? value : undefined;
}

function nameOf(constructor: object | undefined): string {
  if (constructor === undefined) return '';
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  return typeof name === 'string' ? name : '';
}
