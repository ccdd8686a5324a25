import { concat, viewOf } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { sysvHash } from "../codec/hash.js";
import { Verdaux, Verdef } from "../codec/records.js";
import { fail } from "../error.js";
import { SHF, SHT, VER_FLG, VERSYM } from "../spec/constants.js";
import { encodeVersionNeeds } from "../tables/versions.js";
import {
  baseName,
  type BuildVersionDefinition,
  type BuildVersionNeed,
  type DynamicOptions,
} from "./dynamic-options.js";
import { type BuildSymbol, encodeRecords, fixedPart, type SectionPart } from "./parts.js";

/** The numbers that .gnu.version uses: 1 is the file itself, then the definitions, then the needs. */
class VersionNumbers {
  readonly #defined = new Map<string, number>();
  readonly #needed = new Map<string, number>();

  constructor({ versions: definitions, versionNeeds }: DynamicOptions) {
    definitions.forEach((d, i) => this.#defined.set(d.name, 2 + i));

    let next = 2 + definitions.length;
    for (const { file, versions } of versionNeeds) {
      for (const version of versions) this.#needed.set(this.#key(file, version), next++);
    }
  }

  needed(file: string, version: string): number {
    return this.#needed.get(this.#key(file, version))!;
  }

  of({ name, version, defined, hidden }: BuildSymbol): number {
    if (version === undefined) return VERSYM.GLOBAL;

    const isNeeded = defined === false;
    const number = isNeeded ? this.#neededOfAnyFile(version) : this.#defined.get(version);
    if (number === undefined) {
      const list = isNeeded ? "need" : "definition";
      fail("BAD_EDIT", `buildElf: no version ${list} has the version ${version} of symbol ${name}`, {
        edit: "buildElf",
      });
    }

    return hidden ? number | VERSYM.HIDDEN : number;
  }

  #neededOfAnyFile(version: string): number | undefined {
    return [...this.#needed].find(([key]) => key.startsWith(`${version}\0`))?.[1];
  }

  #key(file: string, version: string): string {
    return `${version}\0${file}`;
  }
}

export function versionParts(
  options: DynamicOptions,
  ordered: readonly BuildSymbol[],
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart[] {
  const numbers = new VersionNumbers(options);
  const versym = new Uint8Array((ordered.length + 1) * 2);
  ordered.forEach((s, i) => viewOf(versym).setUint16((i + 1) * 2, numbers.of(s), encoding.littleEndian));

  const { versions, versionNeeds } = options;
  const out: SectionPart[] = [];
  if (versionNeeds.length > 0 || versions.length > 0) {
    out.push(fixedPart(".gnu.version", SHT.GNU_VERSYM, SHF.ALLOC, 2, versym, { entsize: 2, link: ".dynsym" }));
  }
  if (versions.length > 0) out.push(versionDefinitionPart(options, offsetOf, encoding));
  if (versionNeeds.length > 0) out.push(versionNeedPart(versionNeeds, numbers, offsetOf, encoding));
  return out;
}

function versionDefinitionPart(
  options: DynamicOptions,
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart {
  const base: BuildVersionDefinition = { name: baseName(options) };
  const definitions = [base, ...options.versions];
  const headSize = Verdef.size(encoding.class);
  const auxSize = Verdaux.size(encoding.class);

  const records = definitions.map(({ name, parents = [] }, i) => {
    const names = [name, ...parents];
    const head = {
      version: 1,
      flags: i === 0 ? VER_FLG.BASE : 0,
      ndx: i + 1,
      cnt: names.length,
      hash: sysvHash(name),
      aux: headSize,
      next: i + 1 < definitions.length ? headSize + names.length * auxSize : 0,
    };
    const auxiliaries = names.map((n, j) => ({ name: offsetOf(n), next: j + 1 < names.length ? auxSize : 0 }));
    return concat([encodeRecords(Verdef, encoding, [head]), encodeRecords(Verdaux, encoding, auxiliaries)]);
  });

  return fixedPart(".gnu.version_d", SHT.GNU_VERDEF, SHF.ALLOC, wordSize(encoding), concat(records), {
    link: ".dynstr",
    info: definitions.length,
  });
}

function versionNeedPart(
  versionNeeds: readonly BuildVersionNeed[],
  numbers: VersionNumbers,
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart {
  const needs = versionNeeds.map(({ file, versions, weak }) => ({
    file: offsetOf(file),
    versions: versions.map((version) => ({
      hash: sysvHash(version),
      flags: weak?.includes(version) ? VER_FLG.WEAK : 0,
      index: numbers.needed(file, version),
      name: offsetOf(version),
    })),
  }));
  const bytes = encodeVersionNeeds(needs, encoding);
  return fixedPart(".gnu.version_r", SHT.GNU_VERNEED, SHF.ALLOC, wordSize(encoding), bytes, {
    link: ".dynstr",
    info: needs.length,
  });
}
