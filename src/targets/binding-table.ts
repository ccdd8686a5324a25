import { COMPAT, DEFAULTS, TRAPS } from "./data/bindings.js";
import { frontCoded } from "./front-coding.js";
import { machineBit } from "./machines.js";
import type { Machine, OldestBinding } from "./target.js";

interface Trap extends OldestBinding {
  readonly machines: number;
  readonly since: string;
}

interface DefaultVersion {
  readonly machines: number;
  readonly version: string;
}

interface Bindings {
  readonly traps: ReadonlyMap<string, readonly Trap[]>;
  /** Machines on which a symbol has no default version, by {@link keyOf}. */
  readonly compat: ReadonlyMap<string, number>;
  readonly defaults: ReadonlyMap<string, DefaultVersion>;
}

/** The fields of each line. */
const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(" "));

/** A symbol of a library. The loader has another name on each machine. */
function keyOf(library: string, symbol: string): string {
  return `${/^ld[-6.]/.test(library) ? "ld" : library} ${symbol}`;
}

function parseTraps(): Map<string, Trap[]> {
  const traps = new Map<string, Trap[]>();
  for (const [machines, library, name, oldest, since, latest] of rowsOf(TRAPS)) {
    const trap: Trap = {
      machines: parseInt(machines!, 16),
      library: library!,
      oldest: oldest!,
      since: since!,
      default: latest!,
    };
    const same = traps.get(name!);
    if (same) same.push(trap);
    else traps.set(name!, [trap]);
  }
  return traps;
}

function parseCompat(): Map<string, number> {
  const compat = new Map<string, number>();
  for (const [machines, library, names] of rowsOf(COMPAT)) {
    for (const { name } of frontCoded(names!, 0)) {
      const key = `${library} ${name}`;
      compat.set(key, (compat.get(key) ?? 0) | parseInt(machines!, 16));
    }
  }
  return compat;
}

function parseDefaults(): Map<string, DefaultVersion> {
  const defaults = new Map<string, DefaultVersion>();
  for (const [machines, library, name, version] of rowsOf(DEFAULTS)) {
    defaults.set(`${library} ${name}`, { machines: parseInt(machines!, 16), version: version! });
  }
  return defaults;
}

let parsed: Bindings | undefined;

/** The tables, parsed at first use. */
function bindings(): Bindings {
  parsed ??= { traps: parseTraps(), compat: parseCompat(), defaults: parseDefaults() };
  return parsed;
}

export function oldestBinding(machine: Machine, symbol: string): OldestBinding | undefined {
  const traps = bindings().traps.get(symbol);
  const found = traps?.find((t) => t.machines & machineBit(machine));
  return found && { library: found.library, oldest: found.oldest, since: found.since, default: found.default };
}

/** Has glibc 2.36 no default version of the symbol in this library? */
export function isCompatOnly(machine: Machine, library: string, symbol: string): boolean {
  const machines = bindings().compat.get(keyOf(library, symbol)) ?? 0;
  return (machines & machineBit(machine)) !== 0;
}

/** The default version where that is not the newest one. */
export function olderDefault(machine: Machine, library: string, symbol: string): string | undefined {
  const found = bindings().defaults.get(keyOf(library, symbol));
  return found && found.machines & machineBit(machine) ? found.version : undefined;
}
