import { DT } from "../../spec/dynamic.js";
import { VER_FLG } from "../../spec/constants.js";
import type { NeededVersion } from "../../image/elf.js";
import type { VersionError } from "./bindings.js";
import { definitionHash } from "./object-symbols.js";
import { attemptObject, type BindProblem, type ScopeMember } from "./scope.js";
import type { LibraryTree, LoadedObject } from "../tree.js";

const ABI_RELR = "GLIBC_ABI_DT_RELR";

/**
 * What ld.so says when it looks for the versions that each object needs (elf/dl-version.c), before it binds a symbol.
 */
export function checkVersions(
  tree: LibraryTree,
  members: readonly ScopeMember[],
  problems: BindProblem[],
): VersionError[] {
  const named = objectsByName(tree);
  const definitions = new Map<LoadedObject, ReadonlySet<string>>();
  const defined = (o: LoadedObject): ReadonlySet<string> => {
    const known =
      definitions.get(o) ??
      attemptObject(
        o,
        problems,
        () =>
          new Set(
            o.elf.versionDefinitions.flatMap((d) =>
              d.names[0] === undefined ? [] : [key(definitionHash(o.elf, d.at), d.names[0])],
            ),
          ),
      ) ??
      new Set();
    definitions.set(o, known);
    return known;
  };

  return members.flatMap(
    ({ object: from }) =>
      attemptObject(from, problems, () => [
        ...from.elf.versionNeeds.flatMap((need): VersionError[] => {
          const provider = named.get(need.file);
          if (provider === undefined) {
            return [
              {
                from,
                provider: null,
                version: null,
                kind: "inconsistency",
                fatal: true,
                message: `version needs name ${need.file}, which no object is called: ld.so stops with "Assertion \`needed != NULL' failed!"`,
              },
            ];
          }

          // A library that was not found is no news here.
          return provider === null ? [] : need.versions.flatMap((v) => wrong(from, provider, v, defined(provider)));
        }),
        ...relrError(from),
      ]) ?? [],
  );
}

const key = (hash: number, name: string): string => `${hash} ${name}`;

function wrong(
  from: LoadedObject,
  provider: LoadedObject,
  v: NeededVersion,
  defined: ReadonlySet<string>,
): VersionError[] {
  if (defined.has(key(v.hash, v.name))) return [];

  const base = { from, provider, version: v.name };
  const by = `(required by ${from.path})`;
  if (provider.elf.dynamic?.get(DT.VERDEF) === undefined) {
    return [{ ...base, kind: "no-versions", fatal: false, message: `no version information available ${by}` }];
  }

  const weak = (v.flags & VER_FLG.WEAK) !== 0;
  return [
    {
      ...base,
      kind: weak ? "weak" : "missing",
      fatal: !weak,
      message: `${weak ? "weak " : ""}version \`${v.name}' not found ${by}`,
    },
  ];
}

/** From 2.36 on. Files that name no versions at all, or not libc.so.6, are left alone. */
function relrError(from: LoadedObject): VersionError[] {
  const { elf } = from;
  const d = elf.dynamic;
  if (
    d?.get(DT.RELR) === undefined ||
    d.get(DT.VERNEED) === undefined ||
    !elf.needed.some((n) => n.startsWith("libc.so."))
  ) {
    return [];
  }
  if (elf.versionNeeds.some((n) => n.versions.some((v) => v.name === ABI_RELR))) return [];

  return [
    {
      from,
      provider: null,
      version: ABI_RELR,
      kind: "relr",
      fatal: true,
      message: `DT_RELR without ${ABI_RELR} dependency`,
    },
  ];
}

/** The objects by the names that they were asked for; null for a name that led nowhere. */
export function objectsByName(tree: LibraryTree): Map<string, LoadedObject | null> {
  const out = new Map<string, LoadedObject | null>();
  const loader = tree.interpreter?.object;
  for (const e of [...tree.preloads, ...tree.objects.flatMap((o) => o.needs)]) {
    if (!out.get(e.name)) out.set(e.name, e.object);
  }
  if (loader) {
    for (const name of [loader.path, loader.elf.soname]) if (name !== null && !out.get(name)) out.set(name, loader);
  }
  return out;
}
