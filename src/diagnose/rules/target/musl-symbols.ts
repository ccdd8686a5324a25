import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import type { Import } from "../../dynamic-names.js";
import type { Facts } from "../../facts.js";
import { machineOf } from "../../versions/symbol-floor.js";
import type { TargetFound } from "./judge.js";
import { firstNames, systemOf } from "./text.js";

/**
 * The symbols that a file takes from a C library, and that the target's musl lacks. For a file of musl that is a
 * question of the release ("target-version"), for one of glibc a question of the library ("target-symbol").
 */
export function* absentOnMusl(facts: Facts, target: Target): Generator<TargetFound> {
  const missing: string[] = [];
  const shown: string[] = [];
  for (const symbol of facts.imports) {
    if (symbol.weak || !isOfLibc(facts, target, symbol)) continue;

    const why = absence(target, symbol.name);
    if (why === undefined) continue;
    missing.push(symbol.name);
    shown.push(`${symbol.name} (${why})`);
  }
  if (missing.length === 0) return;

  const known = facts.elf.header.class === 64;
  yield {
    severity: known ? "error" : "warning",
    names: missing,
    message:
      `${systemOf(target)} does not have ${firstNames(shown)}: "Error relocating …: symbol not found"` +
      (known ? "" : "; the tables were read from a 64-bit machine"),
    advice: facts.libc === "musl" ? "Build on a system with that musl or an older one." : buildForMusl(missing),
  };
}

/** Does the C library have to define this symbol, and not another library? */
function isOfLibc(facts: Facts, target: Target, { name, version }: Import): boolean {
  if (version) return version.name.startsWith("GLIBC_");
  if (target.tables.muslRange(name) !== undefined) return true;
  return facts.libc === "glibc" && (target.tables.glibcVersions(machineOf(facts), name)?.length ?? 0) > 0;
}

/** Why the target's musl does not have the symbol; undefined if it has. */
function absence(target: Target, name: string): string | undefined {
  const range = target.tables.muslRange(name);
  if (range === undefined) return "never in musl";
  if (compareVersions(range.first, target.version) > 0) return `since ${range.first}`;

  const isGone = range.last !== null && compareVersions(range.last, target.version) < 0 && !range.stillBinds;
  return isGone ? `gone after ${range.last}` : undefined;
}

function buildForMusl(missing: readonly string[]): string {
  const fortified = missing.some((n) => n.endsWith("_chk"))
    ? "; the functions whose names end in _chk come from -D_FORTIFY_SOURCE, and go away with -U_FORTIFY_SOURCE"
    : "";
  return `Build it for musl${fortified}. Alpine's package gcompat has some of these functions.`;
}
