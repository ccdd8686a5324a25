import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A line of glibc's lists of symbols: a version of a symbol, in a library, on some machines. */
export interface GlibcRow {
  readonly library: string;
  /** Bits: x86_64 1, i386 2, aarch64 4, arm 8, ppc64le 10, s390x 20, riscv64 40, loongarch64 80 (hex). */
  readonly machines: number;
  readonly version: string;
  readonly name: string;
  readonly data: boolean;
}

/** s390x's libanl is not in the lists that were read; its libraries have these, and so had those before glibc 2.34. */
const MISSED = ["gai_cancel", "gai_error", "gai_suspend", "getaddrinfo_a"];

/** `glibc-symbols-8-machines.txt`: `!library machines version`, then names, data objects with `=` behind. */
export function glibcRows(folder: string): GlibcRow[] {
  const missed = { library: "libanl", machines: 0x20, version: "2.2.3", data: false };
  const rows: GlibcRow[] = MISSED.map((name) => ({ ...missed, name }));
  const lines = readFileSync(join(folder, "glibc-symbols-8-machines.txt"), "utf8").split("\n");

  let head: Omit<GlibcRow, "name" | "data"> = { library: "", machines: 0, version: "" };
  for (const line of lines) {
    if (line === "" || line.startsWith("#")) continue;

    if (line.startsWith("!")) {
      const [library, machines, version] = line.slice(1).split(" ");
      head = { library: library!, machines: parseInt(machines!, 16), version: version! };
    } else {
      rows.push({ ...head, name: line.replace(/=$/, ""), data: line.endsWith("=") });
    }
  }

  return rows;
}

export interface MuslRow {
  readonly name: string;
  readonly first: string;
  /** Null while it is still there. */
  readonly last: string | null;
}

/** `musl-symbols-x86_64.txt`: name, first and last version; the head names the versions that were built. */
export function muslRows(folder: string): { versions: string[]; rows: MuslRow[] } {
  const [head, ...lines] = readFileSync(join(folder, "musl-symbols-x86_64.txt"), "utf8").trimEnd().split("\n");
  const versions = /Versions built: (.*)$/.exec(head!)![1]!.split(" ");
  const rows = lines.map((line) => {
    const [name, first, last] = line.split(" ");
    return { name: name!, first: first!, last: last === "-" ? null : last! };
  });

  return { versions, rows };
}

export interface PolicySource {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly priority: number;
  readonly symbol_versions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly lib_whitelist: readonly string[];
  readonly blacklist: Readonly<Record<string, readonly string[]>>;
}

/** auditwheel's policies, most compatible first, without the one that allows everything. */
export function policies(folder: string, file: "manylinux" | "musllinux"): PolicySource[] {
  const all = JSON.parse(readFileSync(join(folder, `${file}-policy.json`), "utf8")) as PolicySource[];
  return all.filter((policy) => policy.name !== "linux").sort((a, b) => b.priority - a.priority);
}

/** `libc-symbols-x86_64-glibc2.36-musl1.2.3.json`: what the libraries of one system have. */
export function systemSymbols(folder: string): {
  G: Record<string, Record<string, [string, string | null, string, number][]>>;
  M: Record<string, unknown>;
} {
  return JSON.parse(readFileSync(join(folder, "libc-symbols-x86_64-glibc2.36-musl1.2.3.json"), "utf8"));
}
