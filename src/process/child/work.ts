/**
 * What a child or thread reads of its record before it begins: who it is, and what to call.
 *
 * @module
 */
import { DuodaoError, FAULTY, pass } from '../../base/index.ts';
import { openParcel } from '../../ipc/index.ts';
import { resolveAddress } from '../address/address.ts';
import { whileBooting } from '../start/boot-guard.ts';
import type { Orders } from '../start/orders.ts';
import type { ProcessRecord } from '../record/record.ts';
import { embody } from '../subclass.ts';

interface RunnableClass {
  new (inside: never): { run(...args: readonly never[]): unknown };
}

/**
 * Reads what is to be done, and loads the module that can do it.
 *
 * @param base - the class that the work is a subclass of, if it is no function
 * @param introduce - is told who we are, before the module is loaded
 */
// The caller knows what it was sent.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function readWork<O extends Orders>(
  record: ProcessRecord,
  base: RunnableClass,
  introduce: (told: O) => void,
): Promise<() => unknown> {
  const { orders, args } = record;
  if (!orders || !args) throw new DuodaoError('protocol', 'This process or thread was given nothing to do');
  return whileBooting(async () => {
    const told = (await openParcel(orders)) as O;
    introduce(told);
    process.argv.splice(1, process.argv.length, ...told.argv);
    const work = (await openParcel(args)) as readonly never[];
    const target = await resolveAddress(told.target);
    const fields = record.fields && ((await openParcel(record.fields)) as object);
    if (FAULTY) pass('child.told');
    record.dropOrders();
    if (!told.isClass) return () => (target as (...args: readonly never[]) => unknown)(...work);
    const self = embody(base, target, fields ?? {});
    return () => self.run(...work);
  });
}
