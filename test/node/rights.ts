export const isRoot = process.geteuid?.() === 0;

/** The user ID of the user nobody. */
export const NOBODY = 65534;

/** Runs without root's rights to read and write everything. Other users have no such rights. */
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
