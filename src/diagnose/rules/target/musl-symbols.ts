import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import type { Import } from "../../dynamic-names.js";
import type { Facts } from "../../facts.js";
import { machineOf } from "../../versions/symbol-floor.js";
import type { TargetFound } from "./judge.js";
import { some, systemOf } from "./text.js";

/**
 * What a target's musl lacks of the symbols that a file takes from a C library. For a file of musl that is a question
 * of the release ("target-version"), for one of glibc a question of the library ("target-symbol").
 */
export function* absentOnMusl(f: Facts, t: Target): Generator<TargetFound> {
  const missing: string[] = [];
  const shown: string[] = [];
  for (const symbol of f.imports) {
    const why = symbol.weak || !isOfLibc(f, t, symbol) ? undefined : absence(t, symbol.name);
    if (why === undefined) continue;
    missing.push(symbol.name);
    shown.push(`${symbol.name} (${why})`);
  }
  if (missing.length === 0) return;

  const known = f.elf.header.class === 64;
  yield {
    severity: known ? "error" : "warning",
    names: missing,
    message:
      `${systemOf(t)} does not have ${some(shown)}: "Error relocating …: symbol not found"` +
      (known ? "" : "; the tables were read from a 64-bit machine"),
    advice: f.libc === "musl" ? "Build on a system with that musl or an older one." : buildForMusl(missing),
  };
}

/** Is it the C library that has to define it, and no other? */
function isOfLibc(f: Facts, t: Target, { name, version }: Import): boolean {
  if (version) return version.name.startsWith("GLIBC_");
  if (t.tables.muslRange(name) !== undefined) return true;
  return f.libc === "glibc" && (t.tables.glibcVersions(machineOf(f), name)?.length ?? 0) > 0;
}

/** Why the target's musl does not have it; undefined where it has. */
function absence(t: Target, name: string): string | undefined {
  const range = t.tables.muslRange(name);
  if (range === undefined) return "never in musl";
  if (compareVersions(range.first, t.version) > 0) return `since ${range.first}`;
  const isGone = range.last !== null && compareVersions(range.last, t.version) < 0 && !range.stillBinds;
  return isGone ? `gone after ${range.last}` : undefined;
}

function buildForMusl(missing: readonly string[]): string {
  const fortified = missing.some((n) => n.endsWith("_chk"))
    ? "; the functions that end in _chk come from -D_FORTIFY_SOURCE, and go with -U_FORTIFY_SOURCE"
    : "";
  return `Build it for musl${fortified}. Alpine's package gcompat has some of these functions.`;
}
