import { MANYLINUX, MUSLLINUX } from "./data/policies.js";
import { wheelMachine } from "../spec/machine-names.js";
import type { Machine, WheelPolicy } from "./target.js";

/** Lists that grow from policy to policy: an item, and the first policy that has it. */
type Growing = readonly (readonly [item: string, first: number])[];

interface Policies {
  readonly names: readonly (readonly string[])[];
  readonly machines: ReadonlyMap<string, { readonly mask: number; readonly families: ReadonlyMap<string, Growing> }>;
  readonly libraries: Growing;
  readonly blacklist: readonly {
    readonly library: string;
    readonly mask: number;
    readonly symbols: readonly string[];
  }[];
}

const growing = (parts: readonly string[]): Growing =>
  parts.flatMap((p) =>
    p
      .slice(p.indexOf(":") + 1)
      .split(",")
      .map((item) => [item, parseInt(p, 36)] as const),
  );

function parse(text: string): Policies {
  const names: string[][] = [];
  const machines = new Map<string, { mask: number; families: Map<string, Growing> }>();
  const blacklist: { library: string; mask: number; symbols: string[] }[] = [];
  let libraries: Growing = [];
  let families = new Map<string, Growing>();

  for (const line of text.trim().split("\n")) {
    const [word, first, ...rest] = line.split(" ") as [string, string, ...string[]];
    if (word === "policy") {
      names.push([first, ...rest]);
    } else if (word === "machine") {
      machines.set(first, { mask: parseInt(rest[0]!, 16), families: (families = new Map()) });
    } else if (word === "libraries") {
      libraries = growing([first, ...rest]);
    } else if (word === "blacklist") {
      for (const p of rest) {
        blacklist.push({ library: first, mask: parseInt(p, 16), symbols: p.slice(p.indexOf(":") + 1).split(",") });
      }
    } else {
      families.set(word, first === undefined ? [] : growing([first, ...rest]));
    }
  }

  return { names, machines, libraries, blacklist };
}

function policiesOf(all: Policies, libc: "glibc" | "musl", machine: string): WheelPolicy[] {
  const of = all.machines.get(machine);
  if (!of) return [];

  const upTo = (list: Growing, i: number) => list.filter(([, first]) => first <= i).map(([item]) => item);
  return all.names.flatMap(([name, ...aliases], i): WheelPolicy[] => {
    if (!((of.mask >> i) & 1)) return [];

    const blacklist: Record<string, string[]> = {};
    for (const b of all.blacklist) {
      if ((b.mask >> i) & 1) blacklist[b.library] = [...(blacklist[b.library] ?? []), ...b.symbols];
    }

    return [
      {
        name: name!,
        aliases,
        libc,
        versions: Object.fromEntries([...of.families].map(([f, list]) => [f, upTo(list, i)])),
        libraries: upTo(all.libraries, i),
        blacklist,
      },
    ];
  });
}

let parsed: readonly [Policies, Policies] | undefined;
const known = new Map<string, readonly WheelPolicy[]>();

const files = (): readonly [Policies, Policies] => (parsed ??= [parse(MANYLINUX), parse(MUSLLINUX)]);

/** The policies of a machine, most compatible first: manylinux, then musllinux. */
export function policies(machine: Machine): readonly WheelPolicy[] {
  const name = wheelMachine(machine);
  if (name === undefined) return [];
  const found = known.get(name) ?? [...policiesOf(files()[0], "glibc", name), ...policiesOf(files()[1], "musl", name)];
  known.set(name, found);
  return found;
}

/** A policy's own name, of its name or alias: `manylinux_2_17` of `manylinux2014`. */
export const policyNamed = (name: string): string | undefined =>
  files()
    .flatMap((f) => f.names)
    .find((n) => n.includes(name))?.[0];

/** The names of all policies. */
export const policyNames = (): string[] => files().flatMap((f) => f.names.map((n) => n[0]!));
