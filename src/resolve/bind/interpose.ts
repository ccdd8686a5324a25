import type { ElfFile } from "../../image/elf.js";
import { references, scopeOf } from "./walk.js";
import { type BindProblem, type ScopeMember, memberOf, membersOf, type Reference } from "./scope.js";
import type { LibraryTree, LoadedObject } from "../tree.js";
import { assertElf, assertTree } from "../../input.js";

/** A reference that a preloaded library would take over. */
export interface Interposed {
  readonly from: LoadedObject;
  readonly symbol: string;
  /** The version that is asked for, null for none. */
  readonly version: string | null;
  /** The object that defines it without the preload; null for none. */
  readonly insteadOf: LoadedObject | null;
}

/** A reason why a preload may not do what its author expects. */
export interface PreloadFinding {
  /**
   * "no-loader": the program is started without a dynamic loader. "other-machine": the loader passes over the preload.
   * "soname": the preload has the name of a library of the tree, and stands in for it. "other-libc": it was linked
   * against another C library. "missing-library": it needs a library that the tree lacks. "other-version": it defines
   * some names only in another version than is asked for.
   */
  readonly rule: "no-loader" | "other-machine" | "soname" | "other-libc" | "missing-library" | "other-version";
  readonly message: string;
  /** The libraries or symbols that the finding is about. */
  readonly names: readonly string[];
}

/** What {@link interpositions} found. */
export interface Interposition {
  /** By object in the order of the tree. */
  readonly captured: readonly Interposed[];
  readonly findings: readonly PreloadFinding[];
}

const MUSL_LIBC = /^(?:libc\.musl-[^.]+\.so\.1|ld-musl-[^.]+\.so\.1|libc\.so)$/;

/**
 * Tells which references of a tree a library would take over if it were preloaded (LD_PRELOAD), and what speaks against
 * it. A program that brings its own definition, or that looks none up (Go without cgo), is not affected.
 *
 * @param name the preload's name in findings, and the path that it is loaded from
 * @throws ElfError `TRUNCATED`, `MALFORMED` if the preload, or an object of the tree, cannot be read
 * @example
 * interpositions(tree, readElf(bytes), "libfake.so").captured.map((c) => c.symbol) // ["pthread_create"]
 */
export function interpositions(tree: LibraryTree, preload: ElfFile, name = "preload"): Interposition {
  assertTree("interpositions", tree);
  assertElf("interpositions", preload);

  const obstacle = obstacleTo(tree, preload, name);
  if (obstacle) return { captured: [], findings: [obstacle] };

  const findings = [...doubts(tree, preload, name)];
  const problems: BindProblem[] = [];
  const members = membersOf(tree, problems);
  const own = memberOf({ name, path: name, realPath: name, elf: preload, needs: [] }, tree, problems);
  const before = scopeOf(tree, members);
  const after = scopeOf(tree, [members[0]!, own, ...members.slice(1)]);

  const captured: Interposed[] = [];
  const otherVersions = new Set<string>();
  for (const m of members) {
    for (const { reference: r, relocated } of references(m, before)) {
      if (!relocated || !isNamedIn(own, r)) continue;

      const insteadOf = before.find(r)?.member.object ?? null;
      if (after.find(r)?.member === own) {
        pushOnce(captured, { from: m.object, symbol: r.text, version: r.version?.name ?? null, insteadOf });
      } else if (r.version && insteadOf !== m.object && insteadOf !== tree.root) {
        otherVersions.add(r.text);
      }
    }
  }

  if (otherVersions.size > 0) {
    const names = [...otherVersions];
    const message = `${name} defines ${listed(names)} in another version than is asked for`;
    findings.push({ rule: "other-version", message, names });
  }

  return { captured, findings };
}

/** Adds a reference. The uses of one symbol stand one after the other: it is added once. */
function pushOnce(list: Interposed[], reference: Interposed): void {
  const last = list.at(-1);
  const { from, symbol, version } = reference;
  if (last?.symbol !== symbol || last.from !== from || last.version !== version) list.push(reference);
}

/** Does the object have a symbol of this name, in whatever version? */
const isNamedIn = ({ symbols }: ScopeMember, r: Reference): boolean =>
  symbols !== null && symbols.firstNamed(r.name, () => true) !== 0;

/** Why the library is not preloaded at all; undefined where it is. */
function obstacleTo({ root, interpreter }: LibraryTree, preload: ElfFile, name: string): PreloadFinding | undefined {
  if (interpreter === null && root.elf.linkage !== "shared-library") {
    return {
      rule: "no-loader",
      message: `${root.path} is started without a dynamic loader: nothing is preloaded`,
      names: [],
    };
  }

  const a = root.elf.header;
  const b = preload.header;
  if (a.machine !== b.machine || a.class !== b.class || a.littleEndian !== b.littleEndian) {
    return {
      rule: "other-machine",
      message: `${name} is for another machine than ${root.path}: the loader ignores it`,
      names: [],
    };
  }

  return undefined;
}

/** What speaks against a library that is preloaded. */
function* doubts(tree: LibraryTree, preload: ElfFile, name: string): Generator<PreloadFinding> {
  const { soname } = preload;
  const asked = new Set(tree.objects.flatMap((o) => o.needs.map((e) => e.name)));
  if (soname !== null && asked.has(soname)) {
    const message =
      `${name} has the DT_SONAME ${soname}, which the program needs: ` +
      `the loader takes it for that library, and does not load the library itself`;
    yield { rule: "soname", message, names: [soname] };
  }

  const foreign = preload.needed.filter((n) =>
    tree.rules === "glibc" ? MUSL_LIBC.test(n) : n === "libc.so.6" && needsGlibc(preload),
  );
  if (foreign.length > 0) {
    const libc = tree.rules === "glibc" ? "musl" : "glibc";
    const message = `${name} is linked against ${libc} (${foreign.join(", ")}), the program is not`;
    yield { rule: "other-libc", message, names: foreign };
  }

  const known = new Set([...asked, ...tree.objects.flatMap((o) => [o.name, o.elf.soname])]);
  const absent = preload.needed.filter((n) => !known.has(n) && !foreign.includes(n));
  if (absent.length > 0) {
    const message = `${name} needs ${listed(absent)}, which the program does not load`;
    yield { rule: "missing-library", message, names: absent };
  }
}

const needsGlibc = (elf: ElfFile): boolean =>
  elf.versionNeeds.some((need) => need.versions.some((v) => v.name.startsWith("GLIBC_")));

/** The first five names. */
function listed(names: readonly string[]): string {
  if (names.length <= 5) return names.join(", ");
  return `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
