/**
 * The C library, reached through koffi: the only place that knows symbols and system call numbers.
 *
 * Everything is loaded at first use, so that importing duodao never fails: a system that cannot carry
 * the core gets one clear `unsupported` error from whatever needed it.
 *
 * Addresses are JavaScript numbers: user space ends at 2^47 (2^48 on arm64), far below 2^53. Arguments
 * beyond a call's own are passed as zeros: Linux passes variadic and fixed arguments alike on x86-64 and arm64.
 *
 * @module
 */
import { insideNative } from './native-region.ts';
import { createRequire } from 'node:module';
import { DuodaoError } from '../base/index.ts';

type Call = 'futex' | 'getRobustList' | 'gettid' | 'pidfdOpen' | 'pidfdSendSignal';
type Numbers = Readonly<Record<Call, number>>;

/** System calls that the C library does not wrap, by architecture. Source: asm/unistd_64.h, asm-generic/unistd.h. */
const SYSCALLS: Readonly<Record<string, Numbers>> = {
  x64: { futex: 202, getRobustList: 274, gettid: 186, pidfdOpen: 434, pidfdSendSignal: 424 },
  arm64: { futex: 98, getRobustList: 100, gettid: 178, pidfdOpen: 434, pidfdSendSignal: 424 },
};

/** The functions we call, each with the prototype that makes koffi's call cheapest. */
export interface Libc {
  readonly numbers: Numbers;
  syscall(number: number, a: number, b: number, c: number, d: number, e: number, f: number): number;
  mmap(hint: null, length: number, protection: number, flags: number, fd: number, offset: number): unknown;
  memfd_create(name: string, flags: number): number;
  ftruncate(fd: number, length: number): number;
  fallocate(fd: number, mode: number, offset: number, length: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  flock(fd: number, operation: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  shutdown(fd: number, how: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  pipe2(fds: Int32Array, flags: number): number;
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  read(fd: number, bytes: Uint8Array, length: number): number;
  write(fd: number, bytes: Uint8Array, length: number): number;
  poll(fds: Uint8Array, count: number, timeoutMs: number): number;
  setpriority(which: number, id: number, nice: number): number;
  getpriority(which: number, id: number): number;
  sched_setaffinity(id: number, sizeBytes: number, mask: Uint8Array): number;
  sched_getaffinity(id: number, sizeBytes: number, mask: Uint8Array): number;
  /**
   * errno of the last call on this thread. To be asked at once, and believed with care: the engine makes system calls
   * of its own, and any of them may come between.
   */
  errno(): number;
  /** An ArrayBuffer over memory that C owns. The memory must stay mapped for as long as the process lives. */
  view(address: number, sizeBytes: number): ArrayBuffer;
  /** Memory of C's own that never moves and is never freed. */
  alloc(sizeBytes: number): { readonly address: number; readonly buffer: ArrayBuffer };
  addressOf(pointer: unknown): number;
  /**
   * A struct timespec of this thread. Made when the library is loaded, not when the thread first sleeps: a worker that
   * is terminated while koffi makes an object takes the whole process with it (see native-region.ts).
   */
  readonly timespec: { readonly address: number; readonly words: BigInt64Array };
}

let loaded: Libc | DuodaoError | undefined;

/** The C library of this system. @throws DuodaoError `unsupported` where the core cannot run. */
export function libc(): Libc {
  loaded ??= insideNative(load);
  // A fresh error each time: a shared one would carry the stack of the first caller.
  if (loaded instanceof DuodaoError) throw new DuodaoError(loaded.code, loaded.message, loaded.facts);
  return loaded;
}

function load(): Libc | DuodaoError {
  const { platform, arch } = process;
  const numbers = platform === 'linux' ? SYSCALLS[arch] : undefined;
  if (!numbers) {
    return new DuodaoError(
      'unsupported',
      `Shared memory between processes needs Linux on x64 or arm64: this is ${platform} on ${arch}`,
      { platform, arch },
    );
  }
  try {
    return bind(numbers);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new DuodaoError('unsupported', `Cannot reach the C library through koffi: ${why}`, {
      platform,
      arch,
    });
  }
}

function bind(numbers: Numbers): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const library = koffi.load(null);
  koffi.errno(); // its first call is what most likely makes the engine ask the system for something
  const get = (prototype: string): never => library.func(prototype) as never;
  const alloc = (sizeBytes: number): { readonly address: number; readonly buffer: ArrayBuffer } => {
    const pointer = koffi.alloc('uint8_t', sizeBytes);
    const address = Number(koffi.address(pointer));
    return { address, buffer: koffi.view(BigInt(address), sizeBytes) };
  };
  const timespec = alloc(16);
  const mmap: Libc['mmap'] = get('void *mmap(void *, size_t, int, int, int, long)');
  const pipe2: Libc['pipe2'] = get('int pipe2(_Out_ int *, int)');
  return {
    numbers,
    syscall: get('long syscall(long, long, long, long, long, long, long)'),
    mmap: (...args) => insideNative(() => mmap(...args)),
    memfd_create: get('int memfd_create(const char *, unsigned int)'),
    ftruncate: get('int ftruncate(int, long)'),
    fallocate: get('int fallocate(int, int, long, long)'),
    fcntl: get('int fcntl(int, int, long)'),
    flock: get('int flock(int, int)'),
    socket: get('int socket(int, int, int)'),
    bind: get('int bind(int, void *, unsigned int)'),
    connect: get('int connect(int, void *, unsigned int)'),
    listen: get('int listen(int, int)'),
    shutdown: get('int shutdown(int, int)'),
    setsockopt: get('int setsockopt(int, int, int, void *, unsigned int)'),
    getsockname: get('int getsockname(int, void *, void *)'),
    pipe2: (...args) => insideNative(() => pipe2(...args)),
    open: get('int open(const char *, int, int)'),
    close: get('int close(int)'),
    read: get('long read(int, void *, size_t)'),
    write: get('long write(int, void *, size_t)'),
    poll: get('int poll(void *, unsigned long, int)'),
    setpriority: get('int setpriority(int, unsigned int, int)'),
    getpriority: get('int getpriority(int, unsigned int)'),
    sched_setaffinity: get('int sched_setaffinity(int, size_t, void *)'),
    sched_getaffinity: get('int sched_getaffinity(int, size_t, void *)'),
    errno: () => koffi.errno(),
    view: (address, sizeBytes) => insideNative(() => koffi.view(BigInt(address), sizeBytes)),
    addressOf: (pointer) => Number(koffi.address(pointer)),
    alloc: (sizeBytes) => insideNative(() => alloc(sizeBytes)),
    timespec: { address: timespec.address, words: new BigInt64Array(timespec.buffer) },
  };
}
