export const isRoot = process.geteuid?.() === 0;

/** A user that is nobody's. */
export const NOBODY = 65534;

/** Runs with no special rights: root may read and write everything. Other users have none anyway. */
export function asNobody<T>(work: () => T): T {
  if (!isRoot) return work();

  process.seteuid!(NOBODY);
  let result: T;
  try {
    result = work();
  } catch (e) {
    process.seteuid!(0);
    throw e;
  }

  if (result instanceof Promise) return result.finally(() => process.seteuid!(0)) as T;

  process.seteuid!(0);
  return result;
}
