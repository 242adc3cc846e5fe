/**
 * Which test belongs to which source: src/<room>/<file>.ts is tested by test/unit/<room>/<file>.test.ts.
 *
 * Free of that are doors (index.ts), the entry files of child processes, which only run inside one, and files
 * of types. Whatever is proved elsewhere is named in COVERED, with the test that does it.
 *
 * @module
 */
import type { Source } from './sources.ts';

/** Sources without a mirror, and the test that covers each. */
export const COVERED: Readonly<Record<string, string>> = {
  'src/ipc/line/caller.ts': 'test/unit/ipc/line/line.test.ts',
  'src/ipc/line/frame-reader.ts': 'test/unit/ipc/line/line.test.ts',
  'src/ipc/line/frame-writer.ts': 'test/unit/ipc/line/line.test.ts',
  'src/ipc/line/line-shape.ts': 'test/unit/ipc/line/line.test.ts',
  'src/ipc/line/load.ts': 'test/unit/ipc/line/line.test.ts',
  'src/ipc/line/server.ts': 'test/unit/ipc/line/line.test.ts',
  'src/net/udp/udp-request.ts': 'test/unit/net/udp/udp-service.test.ts',
  'src/schedule/policies/levels.ts': 'test/unit/schedule/policies/mlfq.test.ts',
  'src/schedule/policies/options.ts': 'test/unit/schedule/policies/names.test.ts',
  'src/schedule/ready/chosen.ts': 'test/unit/schedule/policies/priority.test.ts',
  'src/schedule/ready/ranked.ts': 'test/unit/schedule/policies/shortest.test.ts',
  'src/schedule/drawing/ruler.ts': 'test/unit/schedule/drawing/text.test.ts',
  'src/schedule/simulator/states.ts': 'test/unit/schedule/simulator/timeline.test.ts',
  'src/schedule/simulator/followers.ts': 'test/unit/schedule/simulator/workload.test.ts',
  'src/schedule/simulator/outcomes.ts': 'test/unit/schedule/simulator/textbooks.test.ts',
  'src/schedule/simulator/recorder.ts': 'test/unit/schedule/simulator/machine.test.ts',
  'src/schedule/simulator/sim-job.ts': 'test/unit/schedule/simulator/machine.test.ts',
  'src/net/connection/connection.ts': 'test/conformance/net/connection.test.ts',
  'src/net/connection/messages.ts': 'test/conformance/net/connection.test.ts',
  'src/net/connection/streaming.ts': 'test/unit/net/connection/message-body.test.ts',
  'src/net/server/listener.ts': 'test/conformance/net/descriptors.test.ts',
  'src/net/server/news.ts': 'test/conformance/net/life.test.ts',
  'src/net/server/server.ts': 'test/conformance/net/life.test.ts',
  'src/net/server/service.ts': 'test/conformance/net/hostile.test.ts',
  'src/net/server/serving.ts': 'test/conformance/net/life.test.ts',
  'src/net/server/tcp-server.ts': 'test/conformance/net/addresses.test.ts',
  'src/net/server/unix-server.ts': 'test/conformance/net/addresses.test.ts',
  'src/net/workers/crew.ts': 'test/conformance/net/workers.test.ts',
  'src/net/workers/one-worker.ts': 'test/conformance/net/workers.test.ts',
  'src/net/workers/worker.ts': 'test/conformance/net/workers.test.ts',
  'src/memory/waits.ts': 'test/conformance/pool-slices.test.ts',
  'src/pool/clock.ts': 'test/conformance/pool-slices.test.ts',
  'src/pool/crew/crew.ts': 'test/conformance/pool-life.test.ts',
  'src/pool/crew/losses.ts': 'test/crash/pool-kill.test.ts',
  'src/pool/crew/member.ts': 'test/conformance/pool-control.test.ts',
  'src/pool/entry.ts': 'test/conformance/pool.test.ts',
  'src/pool/figures/events.ts': 'test/conformance/pool-life.test.ts',
  'src/pool/figures/stats.ts': 'test/conformance/pool.test.ts',
  'src/pool/figures/tally.ts': 'test/conformance/pool.test.ts',
  'src/pool/figures/trace.ts': 'test/conformance/pool-life.test.ts',
  'src/pool/functions.ts': 'test/conformance/pool.test.ts',
  'src/pool/many/streams.ts': 'test/conformance/pool-many.test.ts',
  'src/pool/messages.ts': 'test/conformance/pool.test.ts',
  'src/pool/options.ts': 'test/conformance/pool-life.test.ts',
  'src/pool/pool.ts': 'test/conformance/pool.test.ts',
  'src/pool/shop/refusals.ts': 'test/conformance/pool-life.test.ts',
  'src/pool/shop/shop.ts': 'test/conformance/pool-control.test.ts',
  'src/pool/shop/watch.ts': 'test/conformance/pool-control.test.ts',
  'src/pool/slices/scheduler.ts': 'test/conformance/pool-slices.test.ts',
  'src/pool/slices/seat.ts': 'test/conformance/pool-slices.test.ts',
  'src/pool/slices/sharing.ts': 'test/conformance/pool-slices.test.ts',
  'src/pool/slices/slicer.ts': 'test/conformance/pool-slices.test.ts',
  'src/pool/task.ts': 'test/conformance/pool.test.ts',
  'src/pool/worker/current-task.ts': 'test/conformance/pool-control.test.ts',
  'src/pool/worker/say.ts': 'test/conformance/pool.test.ts',
  'src/pool/worker/serve.ts': 'test/crash/pool-kill.test.ts',
  'src/process/system/brake.ts': 'test/conformance/pool-slices.test.ts',
  'src/sync/in-the-way.ts': 'test/conformance/pool-slices.test.ts',
  'src/sync/barrier-words.ts': 'test/unit/sync/barrier-body.test.ts',
  'src/sync/bounded-slots.ts': 'test/unit/sync/bounded-body.test.ts',
  'src/sync/condition-arguments.ts': 'test/unit/sync/condition.test.ts',
  'src/sync/holders.ts': 'test/conformance/deadlock.test.ts',
  'src/sync/lock-desk.ts': 'test/unit/sync/lock.test.ts',
  'src/sync/lock-parts.ts': 'test/unit/sync/condition.test.ts',
  'src/sync/strand.ts': 'test/unit/sync/rlock.test.ts',
  'src/sync/trace.ts': 'test/conformance/deadlock.test.ts',
  'src/sync/wait-graph.ts': 'test/conformance/deadlock.test.ts',
  'src/sync/public.ts': 'test/tidy/public-names.test.ts',
  'src/sync/semaphore-desk.ts': 'test/unit/sync/semaphore.test.ts',
  'src/cli/sim/files.ts': 'test/unit/cli/sim/command.test.ts',
  'src/cli/sim/view.ts': 'test/unit/cli/sim/command.test.ts',
  'src/cli/doctor/command.ts': 'test/conformance/doctor.test.ts',
  'src/cli/doctor/leftovers.ts': 'test/conformance/doctor.test.ts',
  'src/cli/doctor/options.ts': 'test/unit/cli/help.test.ts',
  'src/cli/doctor/rehearsal.ts': 'test/conformance/doctor.test.ts',
  'src/cli/doctor/victim.ts': 'test/conformance/doctor.test.ts',
  'src/cli/rush/buyers/command.ts': 'test/conformance/rush-listen.test.ts',
  'src/cli/rush/listen/answers.ts': 'test/unit/cli/rush/listen/counter.test.ts',
  'src/cli/rush/listen/command.ts': 'test/conformance/rush-listen.test.ts',
  'src/cli/rush/listen/web/script.ts': 'test/unit/cli/rush/listen/web/page.test.ts',
  'src/cli/rush/listen/web/style.ts': 'test/unit/cli/rush/listen/web/page.test.ts',
  'src/cli/interrupt.ts': 'test/unit/cli/rush/command.test.ts',
  'src/cli/map/command.ts': 'test/conformance/map.test.ts',
  'src/cli/map/job.ts': 'test/conformance/map.test.ts',
  'src/cli/serve/command.ts': 'test/conformance/serve.test.ts',
  'src/cli/serve/handler.ts': 'test/conformance/serve.test.ts',
  'src/cli/serve/worker.ts': 'test/conformance/serve-life.test.ts',
  'src/cli/top/command.ts': 'test/conformance/top.test.ts',
  'src/cli/top/programs.ts': 'test/conformance/top.test.ts',
  'src/ipc/queue-fields.ts': 'test/unit/ipc/queue-body.test.ts',
  'src/ipc/queue-bulk.ts': 'test/unit/ipc/queue-batches.test.ts',
  'src/ipc/record-batch.ts': 'test/unit/ipc/queue-batches.test.ts',
  'src/ipc/queue-room.ts': 'test/unit/ipc/queue-body.test.ts',
  'src/ipc/queue-side.ts': 'test/unit/ipc/queue-steps.test.ts',
  'src/process/ending.ts': 'test/unit/process/process-life.test.ts',
  'src/process/life.ts': 'test/unit/process/process.test.ts',
  'src/process/start/orders.ts': 'test/unit/process/process.test.ts',
  'src/process/options.ts': 'test/unit/process/process.test.ts',
  'src/process/runnable.ts': 'test/unit/process/process.test.ts',
  'src/process/thread/thread-life.ts': 'test/unit/process/thread/thread.test.ts',
  'src/process/thread/thread-launch.ts': 'test/unit/process/thread/thread.test.ts',
  'src/process/start/refusals.ts': 'test/unit/process/process.test.ts',
  'src/process/system/standing.ts': 'test/unit/process/system/suspend.test.ts',
  'src/process/address/functions.ts': 'test/unit/ipc/crossing.test.ts',
  'src/net/client/dialer.ts': 'test/unit/net/client/reconnecting.test.ts',
  'src/net/client/link.ts': 'test/unit/net/client/outbox.test.ts',
  'src/net/client/reconnect-options.ts': 'test/unit/net/client/reconnecting.test.ts',
  'src/net/requests/answer.ts': 'test/unit/net/requests/answering.test.ts',
  'src/net/requests/requester-options.ts': 'test/unit/net/requests/requester.test.ts',
  'src/memory/segment.ts': 'test/unit/ipc/shared-memory.test.ts',
  'src/wire/encode/linked-objects.ts': 'test/unit/wire/links.test.ts',
  'src/wire/decode/linked-objects.ts': 'test/unit/wire/links.test.ts',
  'src/wire/framing/dict/dict-message.ts': 'test/unit/wire/framing/dict/dict-header.test.ts',
  'src/wire/framing/mistaken.ts': 'test/unit/wire/framing/length-prefixed.test.ts',
  'src/wire/framing/payload.ts': 'test/unit/wire/framing/length-prefixed.test.ts',
  'src/wire/nesting.ts': 'test/unit/wire/graphs.test.ts',
  'src/wire/encode/met-objects.ts': 'test/unit/wire/graphs.test.ts',
  'src/wire/encode/encode.ts': 'test/unit/wire/encode.test.ts',
  'src/wire/encode/key-lists.ts': 'test/unit/wire/encode.test.ts',
  'src/wire/encode/writer.ts': 'test/unit/wire/values.test.ts',
  'src/wire/encode/sink.ts': 'test/unit/wire/values.test.ts',
  'src/wire/encode/arrays.ts': 'test/unit/wire/values.test.ts',
  'src/wire/encode/builtins.ts': 'test/unit/wire/values.test.ts',
  'src/wire/encode/classes.ts': 'test/unit/wire/refusals.test.ts',
  'src/wire/encode/refusal.ts': 'test/unit/wire/refusals.test.ts',
  'src/wire/encode/failures.ts': 'test/unit/wire/errors.test.ts',
  'src/wire/decode/failures.ts': 'test/unit/wire/errors.test.ts',
  'src/wire/encode/buffers.ts': 'test/unit/wire/buffers.test.ts',
  'src/wire/decode/buffers.ts': 'test/unit/wire/buffers.test.ts',
  'src/wire/decode/decode.ts': 'test/unit/wire/hostile.test.ts',
  'src/wire/decode/reader.ts': 'test/unit/wire/hostile.test.ts',
  'src/wire/decode/source.ts': 'test/unit/wire/tricks.test.ts',
  'src/wire/decode/header.ts': 'test/unit/wire/tricks.test.ts',
  'src/wire/decode/properties.ts': 'test/unit/wire/tricks.test.ts',
  'src/wire/decode/key-lists.ts': 'test/unit/wire/tricks.test.ts',
  'src/wire/decode/builtins.ts': 'test/unit/wire/tricks.test.ts',
};

/** A top-level statement that is gone when the types are stripped. */
const TYPE_STATEMENT =
  /^(?:import type|export type|export interface|type|interface|declare|export declare)\b/;

/** Whether a file holds nothing but types: formatted code begins its statements in the first column. */
export function isTypeOnly({ code }: Source): boolean {
  return code.split('\n').every((line) => !/^[a-z@]/i.test(line) || TYPE_STATEMENT.test(line));
}

function needsMirror(one: Source): boolean {
  return !one.path.endsWith('/index.ts') && !one.path.startsWith('src/process/child/') && !isTypeOnly(one);
}

/** What is wrong with the tests of these sources, given the paths of all tests. */
export function missingTests(
  sources: readonly Source[],
  tests: ReadonlySet<string>,
  covered: Readonly<Record<string, string>>,
): string[] {
  const mirrorOf = (path: string): string =>
    path.replace(/^src\//, 'test/unit/').replace(/\.ts$/, '.test.ts');
  const paths = new Set(sources.map(({ path }) => path));
  const faults = sources
    .filter((one) => needsMirror(one) && !Object.hasOwn(covered, one.path) && !tests.has(mirrorOf(one.path)))
    .map(({ path }) => `${path} has no test: write ${mirrorOf(path)}, or name it in COVERED`);
  for (const [path, test] of Object.entries(covered)) {
    if (!paths.has(path)) faults.push(`${path} is in COVERED but does not exist`);
    else if (tests.has(mirrorOf(path))) faults.push(`${path} is in COVERED but has a test of its own`);
    if (!tests.has(test)) faults.push(`${test} is in COVERED but does not exist`);
  }
  return faults;
}
