import { COMPAT, DEFAULTS, TRAPS } from "./data/bindings.js";
import { frontCoded } from "./front-coding.js";
import { machineBit } from "./machines.js";
import type { Machine, OldestBinding } from "./target.js";

interface Trap extends OldestBinding {
  readonly machines: number;
  readonly since: string;
}

interface Bindings {
  readonly traps: ReadonlyMap<string, readonly Trap[]>;
  /** Machines on which a symbol has no default version, by library and name. */
  readonly compat: ReadonlyMap<string, number>;
  readonly defaults: ReadonlyMap<string, { readonly machines: number; readonly version: string }>;
}

const lines = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((l) => l.split(" "));
const loader = (library: string): string => (/^ld[-6.]/.test(library) ? "ld" : library);

let parsed: Bindings | undefined;

function bindings(): Bindings {
  if (parsed) return parsed;

  const traps = new Map<string, Trap[]>();
  const compat = new Map<string, number>();
  for (const [machines, library, name, oldest, since, latest] of lines(TRAPS)) {
    const of = traps.get(name!) ?? [];
    of.push({ machines: parseInt(machines!, 16), library: library!, oldest: oldest!, since: since!, default: latest! });
    traps.set(name!, of);
  }

  for (const [machines, library, names] of lines(COMPAT)) {
    for (const { name } of frontCoded(names!, 0)) {
      compat.set(`${library} ${name}`, (compat.get(`${library} ${name}`) ?? 0) | parseInt(machines!, 16));
    }
  }

  const defaults = new Map(
    lines(DEFAULTS).map(
      ([machines, library, name, version]) =>
        [`${library} ${name}`, { machines: parseInt(machines!, 16), version: version! }] as const,
    ),
  );
  return (parsed = { traps, compat, defaults });
}

export function oldestBinding(machine: Machine, symbol: string): OldestBinding | undefined {
  const found = bindings()
    .traps.get(symbol)
    ?.find((t) => t.machines & machineBit(machine));
  return found && { library: found.library, oldest: found.oldest, since: found.since, default: found.default };
}

/** Whether glibc 2.36 has no default version of a symbol in this library. */
export const isCompatOnly = (machine: Machine, library: string, symbol: string): boolean =>
  ((bindings().compat.get(`${loader(library)} ${symbol}`) ?? 0) & machineBit(machine)) !== 0;

/** The default version where that is not the newest one. */
export function olderDefault(machine: Machine, library: string, symbol: string): string | undefined {
  const found = bindings().defaults.get(`${loader(library)} ${symbol}`);
  return found && found.machines & machineBit(machine) ? found.version : undefined;
}
