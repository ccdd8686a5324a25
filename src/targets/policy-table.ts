import { MANYLINUX, MUSLLINUX } from "./data/policies.js";
import { wheelMachine } from "../spec/machine-names.js";
import type { Machine, WheelPolicy } from "./target.js";

/** A list that grows from policy to policy: each item with the first policy that has it. */
type Growing = readonly (readonly [item: string, first: number])[];

/** Of a machine: the policies that it has, as bits, and the versions that they allow, by family. */
interface MachinePolicies {
  readonly mask: number;
  readonly families: ReadonlyMap<string, Growing>;
}

/** Symbols that some policies forbid, which are bits of a mask. */
interface Blacklist {
  readonly library: string;
  readonly mask: number;
  readonly symbols: readonly string[];
}

interface Policies {
  /** Of each policy its name, then its aliases. */
  readonly names: readonly (readonly string[])[];
  readonly machines: ReadonlyMap<string, MachinePolicies>;
  readonly libraries: Growing;
  readonly blacklist: readonly Blacklist[];
}

/** `2:2.17,2.18` is two items of the third policy; the number has base 36. */
function growing(parts: readonly string[]): Growing {
  return parts.flatMap((part) => {
    const first = parseInt(part, 36);
    return itemsOf(part).map((item) => [item, first] as const);
  });
}

const itemsOf = (part: string): string[] => part.slice(part.indexOf(":") + 1).split(",");

function parse(text: string): Policies {
  const names: string[][] = [];
  const machines = new Map<string, MachinePolicies>();
  const blacklist: Blacklist[] = [];
  let libraries: Growing = [];
  let families = new Map<string, Growing>();

  for (const line of text.trim().split("\n")) {
    const [word, first, ...rest] = line.split(" ") as [string, string, ...string[]];
    if (word === "policy") {
      names.push([first, ...rest]);
    } else if (word === "machine") {
      // Lines of families follow.
      families = new Map();
      machines.set(first, { mask: parseInt(rest[0]!, 16), families });
    } else if (word === "libraries") {
      libraries = growing([first, ...rest]);
    } else if (word === "blacklist") {
      for (const part of rest) blacklist.push({ library: first, mask: parseInt(part, 16), symbols: itemsOf(part) });
    } else {
      families.set(word, first === undefined ? [] : growing([first, ...rest]));
    }
  }

  return { names, machines, libraries, blacklist };
}

function policiesOf(all: Policies, libc: "glibc" | "musl", machine: string): WheelPolicy[] {
  const own = all.machines.get(machine);
  if (!own) return [];

  return all.names.flatMap(([name, ...aliases], place): WheelPolicy[] => {
    if (!hasBit(own.mask, place)) return [];

    const families = [...own.families].map(([family, versions]) => [family, upTo(versions, place)] as const);
    return [
      {
        name: name!,
        aliases,
        libc,
        versions: Object.fromEntries(families),
        libraries: upTo(all.libraries, place),
        blacklist: forbiddenBy(all.blacklist, place),
      },
    ];
  });
}

const hasBit = (mask: number, place: number): boolean => ((mask >> place) & 1) !== 0;

/** What a list has grown to with a policy. */
const upTo = (list: Growing, place: number): string[] =>
  list.filter(([, first]) => first <= place).map(([item]) => item);

/** The symbols that a policy forbids, by library. */
function forbiddenBy(blacklist: readonly Blacklist[], place: number): Record<string, string[]> {
  const forbidden: Record<string, string[]> = {};
  for (const { library, mask, symbols } of blacklist) {
    if (hasBit(mask, place)) forbidden[library] = [...(forbidden[library] ?? []), ...symbols];
  }
  return forbidden;
}

let parsed: readonly [manylinux: Policies, musllinux: Policies] | undefined;
const known = /* @__PURE__ */ new Map<string, readonly WheelPolicy[]>();

/** Both tables, parsed at first use. */
function tables(): readonly [manylinux: Policies, musllinux: Policies] {
  parsed ??= [parse(MANYLINUX), parse(MUSLLINUX)];
  return parsed;
}

/** The policies of a machine, most compatible first: manylinux, then musllinux. */
export function policies(machine: Machine): readonly WheelPolicy[] {
  const name = wheelMachine(machine);
  if (name === undefined) return [];

  let found = known.get(name);
  if (!found) {
    const [manylinux, musllinux] = tables();
    found = [...policiesOf(manylinux, "glibc", name), ...policiesOf(musllinux, "musl", name)];
    known.set(name, found);
  }
  return found;
}

/** The names and aliases of each policy, its own name first. */
const allNames = (): (readonly string[])[] => tables().flatMap((table) => table.names);

/** A policy's own name, by its name or an alias: `manylinux_2_17` for `manylinux2014`. */
export const policyNamed = (name: string): string | undefined => allNames().find((names) => names.includes(name))?.[0];

/** The names of all policies, without aliases. */
export const policyNames = (): string[] => allNames().map(([name]) => name!);
