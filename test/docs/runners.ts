import { expect as realExpect } from "vitest";

// What the pages import from vitest, jest and node:test. A block runs inside a test of ours, where none of them lets
// another test begin: its tests are collected, and run behind it.

type Body = () => unknown;

const bodies: Body[] = [];

export const test = (_name: string, body: Body): void => {
  bodies.push(body);
};
export const it = test;
export const describe = (_name: string, body: Body): unknown => body();
export default test;

/** Runs the tests of a block, and tells how many there were. */
export async function runCollected(): Promise<number> {
  const all = bodies.splice(0);
  for (const body of all) await body();
  return all.length;
}

type Extend = typeof realExpect.extend;
type Matchers = Parameters<Extend>[0];
type Matcher = (this: object, ...args: unknown[]) => unknown;

/** Snapshots of a block are kept nowhere: their names would have the numbers of its lines. */
const snapshotState = {
  match({ received }: { readonly received: string }) {
    realExpect(received.split("\n").length).toBeGreaterThan(15);
    return { pass: true, actual: received, expected: received, count: 1 };
  },
};

const extend: Extend = (matchers) => {
  const { toMatchElfSnapshot, ...others } = matchers as Record<string, Matcher>;
  const withoutFile: Matcher = function (this: object, ...args) {
    return toMatchElfSnapshot!.apply({ ...this, snapshotState }, args);
  };
  realExpect.extend({ ...others, toMatchElfSnapshot: withoutFile } as Matchers);
};

export const expect: typeof realExpect = Object.assign(
  ((value: unknown, message?: string) => realExpect(value, message)) as typeof realExpect,
  realExpect,
  { extend, addSnapshotSerializer: () => {} },
);
