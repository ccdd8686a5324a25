import { DT } from "../../spec/dynamic.js";
import { VER_FLG } from "../../spec/constants.js";
import { RELR_VERSION, relrNeedOf } from "../../image/dynamic/relr-need.js";
import type { ElfFile, NeededVersion } from "../../image/elf.js";
import type { VersionError } from "./bindings.js";
import { definitionHash } from "./object-symbols.js";
import { attemptObject, type BindProblem, type ScopeMember } from "./scope.js";
import type { LibraryTree, LoadedObject } from "../tree.js";

/**
 * What ld.so says when it looks for the versions that each object needs (elf/dl-version.c), before it binds symbols.
 */
export function checkVersions(
  tree: LibraryTree,
  members: readonly ScopeMember[],
  problems: BindProblem[],
): VersionError[] {
  const named = objectsByName(tree);
  const definitions = new Map<LoadedObject, ReadonlySet<string>>();
  const definedBy = (object: LoadedObject): ReadonlySet<string> => {
    let defined = definitions.get(object);
    defined ??= attemptObject(object, problems, () => definedVersions(object.elf)) ?? new Set();
    definitions.set(object, defined);
    return defined;
  };

  return members.flatMap(({ object }) => {
    const errors = attemptObject(object, problems, () => [
      ...needErrors(object, named, definedBy),
      ...relrErrors(object),
    ]);
    return errors ?? [];
  });
}

const versionKey = (hash: number, name: string): string => `${hash} ${name}`;

function definedVersions(elf: ElfFile): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { at, names } of elf.versionDefinitions) {
    if (names[0] !== undefined) keys.add(versionKey(definitionHash(elf, at), names[0]));
  }
  return keys;
}

function needErrors(
  from: LoadedObject,
  named: ReadonlyMap<string, LoadedObject | null>,
  definedBy: (object: LoadedObject) => ReadonlySet<string>,
): VersionError[] {
  return from.elf.versionNeeds.flatMap((need): VersionError[] => {
    const provider = named.get(need.file);
    if (provider === undefined) {
      const message =
        `version needs name ${need.file}, which no object is called: ` +
        `ld.so stops with "Assertion \`needed != NULL' failed!"`;
      return [{ from, provider: null, version: null, kind: "inconsistency", fatal: true, message }];
    }

    // The tree itself tells of a library that was not found.
    if (provider === null) return [];
    return need.versions.flatMap((v) => versionErrors(from, provider, v, definedBy(provider)));
  });
}

function versionErrors(
  from: LoadedObject,
  provider: LoadedObject,
  needed: NeededVersion,
  defined: ReadonlySet<string>,
): VersionError[] {
  const { hash, name: version } = needed;
  if (defined.has(versionKey(hash, version))) return [];

  const requiredBy = `(required by ${from.path})`;
  if (provider.elf.dynamic?.get(DT.VERDEF) === undefined) {
    const message = `no version information available ${requiredBy}`;
    return [{ from, provider, version, kind: "no-versions", fatal: false, message }];
  }

  if (needed.flags & VER_FLG.WEAK) {
    const message = `weak version \`${version}' not found ${requiredBy}`;
    return [{ from, provider, version, kind: "weak", fatal: false, message }];
  }

  const message = `version \`${version}' not found ${requiredBy}`;
  return [{ from, provider, version, kind: "missing", fatal: true, message }];
}

/** glibc 2.36 and later. Files that need no versions at all, or do not need libc.so.6, are left alone. */
function relrErrors(from: LoadedObject): VersionError[] {
  if (relrNeedOf(from.elf) === undefined) return [];

  const message = `DT_RELR without ${RELR_VERSION} dependency`;
  return [{ from, provider: null, version: RELR_VERSION, kind: "relr", fatal: true, message }];
}

/** The objects by the names by which they were asked for; null for a name that led nowhere. */
export function objectsByName(tree: LibraryTree): Map<string, LoadedObject | null> {
  const out = new Map<string, LoadedObject | null>();
  for (const { name, object } of [...tree.preloads, ...tree.objects.flatMap((o) => o.needs)]) {
    if (!out.get(name)) out.set(name, object);
  }

  const loader = tree.interpreter?.object;
  if (loader) {
    for (const name of [loader.path, loader.elf.soname]) {
      if (name !== null && !out.get(name)) out.set(name, loader);
    }
  }

  return out;
}
