import type { ElfFile } from "../../image/elf.js";
import { references, scopeOf } from "./walk.js";
import { type BindProblem, type ScopeMember, memberOf, membersOf, type Reference } from "./scope.js";
import type { LibraryTree, LoadedObject } from "../tree.js";

/** A reference that a preloaded library would take over. */
export interface Interposed {
  readonly from: LoadedObject;
  readonly symbol: string;
  /** The version asked for, null for none. */
  readonly version: string | null;
  /** Who defines it without the preload; null for nobody. */
  readonly insteadOf: LoadedObject | null;
}

/** A reason why a preload does something else than its author thinks. */
export interface PreloadFinding {
  /**
   * "no-loader": the program is started without a dynamic loader. "other-machine": the loader passes over the preload.
   * "soname": it is called like a library of the tree, and stands in for it. "other-libc": it was linked against
   * another C library. "missing-library": it needs a library that the tree has not. "other-version": names that it has
   * only in another version than asked for.
   */
  readonly rule: "no-loader" | "other-machine" | "soname" | "other-libc" | "missing-library" | "other-version";
  readonly message: string;
  /** Libraries or symbols it is about. */
  readonly names: readonly string[];
}

export interface Interposition {
  /** By object in the order of the tree. */
  readonly captured: readonly Interposed[];
  readonly findings: readonly PreloadFinding[];
}

const MUSL_LIBC = /^(?:libc\.musl-[^.]+\.so\.1|ld-musl-[^.]+\.so\.1|libc\.so)$/;

/**
 * Says which references of a tree a library would take over if it were preloaded (LD_PRELOAD), and what speaks against
 * it. A program that brings its own definition, or none that is looked up (Go without cgo), is not touched.
 *
 * @param name of the preload in findings, and the path that it is loaded from
 * @throws ElfError `TRUNCATED`, `MALFORMED` where the preload, or an object of the tree, cannot be read
 * @example
 * interpositions(tree, readElf(bytes), "libfake.so").captured.map((c) => c.symbol) // ["pthread_create"]
 */
export function interpositions(tree: LibraryTree, preload: ElfFile, name = "preload"): Interposition {
  const findings = [...fitness(tree, preload, name)];
  if (findings.some((f) => f.rule === "no-loader" || f.rule === "other-machine")) return { captured: [], findings };

  const problems: BindProblem[] = [];
  const members = membersOf(tree, problems);
  const own = memberOf({ name, path: name, realPath: name, elf: preload, needs: [] }, tree, problems);
  const before = scopeOf(tree, members);
  const after = scopeOf(tree, [members[0]!, own, ...members.slice(1)]);
  const captured: Interposed[] = [];
  const others = new Set<string>();

  for (const m of members) {
    for (const { reference: r, relocated } of references(m, before)) {
      if (!relocated || !isNamedIn(own, r)) continue;

      const was = before.find(r)?.member.object ?? null;
      const version = r.version?.name ?? null;
      const last = captured.at(-1);

      if (after.find(r)?.member !== own) {
        if (r.version && was !== m.object && was !== tree.root) others.add(r.text);
      } else if (last?.symbol !== r.text || last.from !== m.object || last.version !== version) {
        captured.push({ from: m.object, symbol: r.text, version, insteadOf: was });
      }
    }
  }

  if (others.size > 0) {
    findings.push({
      rule: "other-version",
      message: `${name} defines ${list([...others])} in another version than is asked for`,
      names: [...others],
    });
  }

  return { captured, findings };
}

function isNamedIn({ symbols: o }: ScopeMember, r: Reference): boolean {
  let is = false;
  o?.find?.(r.name, (index) => (is = index < o.count && o.isNamed(o.symbol(index).nameOffset, r.name.bytes)));
  return is;
}

function* fitness(tree: LibraryTree, preload: ElfFile, name: string): Generator<PreloadFinding> {
  const { root } = tree;
  const a = root.elf.header;
  const b = preload.header;

  if (tree.interpreter === null && root.elf.linkage !== "shared-library") {
    return yield {
      rule: "no-loader",
      message: `${root.path} is started without a dynamic loader: nothing is preloaded`,
      names: [],
    };
  }
  if (a.machine !== b.machine || a.class !== b.class || a.littleEndian !== b.littleEndian) {
    return yield {
      rule: "other-machine",
      message: `${name} is for another machine than ${root.path}: the loader ignores it`,
      names: [],
    };
  }

  const { soname } = preload;
  const asked = new Set(tree.objects.flatMap((o) => o.needs.map((e) => e.name)));
  if (soname !== null && asked.has(soname)) {
    yield {
      rule: "soname",
      message: `${name} has the DT_SONAME ${soname}, which the program needs: it is taken for that library, which is not loaded then`,
      names: [soname],
    };
  }

  const foreign = preload.needed.filter((n) =>
    tree.rules === "glibc"
      ? MUSL_LIBC.test(n)
      : n === "libc.so.6" && preload.versionNeeds.some((v) => v.versions.some((w) => w.name.startsWith("GLIBC_"))),
  );
  if (foreign.length > 0) {
    yield {
      rule: "other-libc",
      message: `${name} is linked against ${tree.rules === "glibc" ? "musl" : "glibc"} (${foreign.join(", ")}), the program is not`,
      names: foreign,
    };
  }

  const known = new Set([...asked, ...tree.objects.flatMap((o) => [o.name, o.elf.soname])]);
  const absent = preload.needed.filter((n) => !known.has(n) && !foreign.includes(n));
  if (absent.length > 0) {
    yield {
      rule: "missing-library",
      message: `${name} needs ${list(absent)}, which the program does not load`,
      names: absent,
    };
  }
}

const list = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
