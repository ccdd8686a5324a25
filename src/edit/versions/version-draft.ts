import { viewOf } from "../../codec/bytes.js";
import { sysvHash } from "../../codec/hash.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile, ElfSymbol, NeededVersion, VersionNeed } from "../../image/elf.js";
import { dynamicRelocations } from "../../image/relocations/relocations.js";
import { versionNumber, versionsByNumber, versymTable } from "../../image/dynamic/versions.js";
import { STB, VERSYM } from "../../spec/constants.js";
import type { DeclaredVersions } from "../../prove/declared.js";
import { mergeVersionNeeds } from "../../tables/versions.js";

/** One needed version as the edits want it. */
export interface DraftVersion {
  readonly name: string;
  readonly hash: number;
  readonly flags: number;
  /** Its number in .gnu.version. */
  readonly index: number;
  /** The record in the file. */
  readonly was?: NeededVersion;
}

/** The versions needed of one file, as the edits want them. */
export interface DraftNeed {
  readonly file: string;
  readonly versions: readonly DraftVersion[];
  readonly was?: VersionNeed;
}

/**
 * The version needs and the version of each dynamic symbol as the edits want them: what they say, not where their bytes
 * go.
 */
export class VersionDraft {
  readonly elf: ElfFile;
  needs: readonly DraftNeed[];
  /**
   * Files that are needed no more, and what becomes of the version needs that they still have when all edits have had
   * their turn.
   */
  readonly removedFiles = new Map<string, "refuse" | "drop" | "weaken">();
  /** Does an edit take the need of GLIBC_ABI_DT_RELR away? */
  withoutRelr = false;
  /** Undefined symbols that become weak, by index. */
  readonly weakened = new Set<number>();
  #numbers: Uint16Array | undefined;
  #before: Uint16Array | undefined;

  constructor(elf: ElfFile) {
    this.elf = elf;
    this.needs = elf.versionNeeds.map((was) => ({
      file: was.file,
      was,
      versions: was.versions.map((v) => ({
        name: v.name,
        hash: v.hash,
        flags: v.flags,
        index: versionNumber(v.index),
        was: v,
      })),
    }));
  }

  /** Does the file have a .gnu.version, or do the edits give it one? */
  get isVersioned(): boolean {
    return this.#numbers !== undefined || versymTable(this.elf) !== undefined;
  }

  /**
   * .gnu.version by symbol index; {@link setNumber} changes it. A file without it is read as if no symbol had a
   * version.
   */
  get numbers(): Readonly<Uint16Array> {
    if (this.#numbers) return this.#numbers;

    const table = versymTable(this.elf);
    const le = this.elf.header.littleEndian;
    if (table) {
      const v = viewOf(readExactly(this.elf.source, table.offset, table.count * 2, ".gnu.version"));
      this.#numbers = Uint16Array.from({ length: table.count }, (_, i) => v.getUint16(i * 2, le));
    } else {
      this.#numbers = unversioned(this.elf);
    }

    this.#before = this.#numbers.slice();
    return this.#numbers;
  }

  /** Gives a symbol the number of a version, hidden bit included. */
  setNumber(symbol: number, number: number): void {
    if (this.numbers[symbol] === number) return;

    if (symbol >= certainCount(this.elf)) {
      fail(
        "UNSUPPORTED",
        "nothing in the file tells how many dynamic symbols it has, so it is not known where .gnu.version ends",
        { what: "versions without a symbol count" },
      );
    }

    this.#numbers![symbol] = number;
  }

  /** Indexes of the symbols whose number differs from that in the file. */
  changedNumbers(): number[] {
    const now = this.#numbers;
    if (!now) return [];

    const before = this.#before!;
    return Array.from(now.keys()).filter((i) => now[i] !== before[i]);
  }

  /** Indexes of the symbols that have this version's number. */
  usersOf(number: number): number[] {
    if (!this.isVersioned) return [];

    const out: number[] = [];
    this.numbers.forEach((n, i) => {
      if (versionNumber(n) === number) out.push(i);
    });
    return out;
  }

  /** The dynamic symbols in order; none where nothing tells how many there are. */
  symbols(): ElfSymbol[] {
    const table = this.elf.dynamicSymbols;
    return table?.exact ? [...table] : [];
  }

  /** Version needs of renamed files take the new names; where two become one, symbols follow. */
  renameFiles(names: ReadonlyMap<string, string>): void {
    if (!this.needs.some((n) => names.has(n.file))) return;

    const renamed = this.needs.map((n) => ({ ...n, file: names.get(n.file) ?? n.file }));
    const { needs, renumbered } = mergeVersionNeeds(renamed, (file) => file);
    this.needs = needs;

    for (const [from, to] of renumbered) {
      for (const i of this.usersOf(versionNumber(from))) this.setNumber(i, to | (this.numbers[i]! & VERSYM.HIDDEN));
    }
  }

  /** The version of a file in the needs. */
  need(file: string, version: string): DraftVersion | undefined {
    return this.needs.find((n) => n.file === file)?.versions.find((v) => v.name === version);
  }

  /** The number of a version of a file, which is added to its needs where it is missing. */
  require(file: string, version: string, flags: number): number {
    const found = this.need(file, version);
    if (found) return found.index;

    const added: DraftVersion = { name: version, hash: sysvHash(version), flags, index: this.#freeNumber() };
    const isKnownFile = this.needs.some((n) => n.file === file);
    this.needs = isKnownFile
      ? this.needs.map((n) => (n.file === file ? { ...n, versions: [...n.versions, added] } : n))
      : [...this.needs, { file, versions: [added] }];
    return added.index;
  }

  /** Replaces versions of the needs. Undefined removes one; a file of which no version is left goes too. */
  map(change: (version: DraftVersion, file: string) => DraftVersion | undefined): void {
    this.needs = this.needs.flatMap((n) => {
      const versions = n.versions.flatMap((v) => change(v, n.file) ?? []);
      const isEmptied = versions.length === 0 && n.versions.length > 0;
      return isEmptied ? [] : [{ ...n, versions }];
    });
  }

  /** Takes a version that goes from its symbols: VER_NDX_GLOBAL. A number that another need shares stays. */
  release(number: number, how: "drop" | "weaken"): void {
    const isKept = number <= VERSYM.GLOBAL || this.needs.some((n) => n.versions.some((v) => v.index === number));
    if (isKept) return;

    for (const i of this.usersOf(number)) {
      this.setNumber(i, VERSYM.GLOBAL);
      if (how === "weaken") this.weakened.add(i);
    }
  }

  /** What the result has to say: the needs, and the version of each symbol. */
  declared(): DeclaredVersions {
    const { needs, weakened, elf } = this;
    const byNumber = versionsByNumber(elf.versionDefinitions, needs);
    const versionOf = (symbol: number) => {
      const number = versionNumber(this.isVersioned ? (this.numbers[symbol] ?? 0) : 0);
      return number <= VERSYM.GLOBAL ? undefined : byNumber.get(number);
    };
    return { needs, weakened, versionOf, renumbers: this.changedNumbers().length > 0 };
  }

  #freeNumber(): number {
    const taken = [
      VERSYM.GLOBAL,
      ...this.elf.versionDefinitions.map((d) => versionNumber(d.index)),
      ...this.needs.flatMap((n) => n.versions.map((v) => v.index)),
    ];
    const number = Math.max(...taken) + 1;
    if (number < VERSYM.HIDDEN) return number;

    return fail("UNSUPPORTED", "the version numbers are used up: .gnu.version has 15 bits for them", {
      what: "more than 32767 versions",
    });
  }
}

/** .gnu.version of a file that has none, without any version. */
function unversioned(elf: ElfFile): Uint16Array {
  const symbols = elf.dynamicSymbols;
  if (!symbols?.exact) {
    fail("UNSUPPORTED", "nothing in the file tells how many dynamic symbols it has, so it cannot get a .gnu.version", {
      what: "versions without a symbol count",
    });
  }

  const out = new Uint16Array(symbols.count).fill(VERSYM.GLOBAL);
  for (const { index, symbol } of symbols.records()) {
    if (symbol.info >> 4 === STB.LOCAL) out[index] = VERSYM.LOCAL;
  }
  return out;
}

/** How many dynamic symbols there are for sure: where the count is only a bound, as many as relocations use. */
function certainCount(elf: ElfFile): number {
  if (elf.dynamicSymbols!.exact) return elf.dynamicSymbols!.count;

  let count = 0;
  for (const r of dynamicRelocations(elf)) count = Math.max(count, r.symbol + 1);
  return count;
}
