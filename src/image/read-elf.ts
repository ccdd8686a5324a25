import { decodeText } from "../codec/bytes.js";
import { type ByteSource, type ElfInput, readExactly, toSource } from "../codec/source.js";
import { PT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { readDynamic } from "./dynamic/dynamic.js";
import { linkageOf } from "./dynamic/linkage.js";
import { readVersionDefinitions, readVersionNeeds } from "./dynamic/versions.js";
import type {
  Dynamic,
  ElfFile,
  ElfSummary,
  Header,
  Linkage,
  ElfNote,
  Overlay,
  Section,
  Segment,
  SymbolTable,
  VersionDefinition,
  VersionNeed,
} from "./elf.js";
import { readHeader } from "./headers/header.js";
import { readOverlay } from "./headers/overlay.js";
import { readSections } from "./headers/sections.js";
import { type LoadMap, loadMap, readSegments } from "./headers/segments.js";
import { readNotes } from "./notes/notes.js";
import { showSummary, summaryOf } from "./summary.js";
import { readDynamicSymbols, readSymbols } from "./symbols/symbols.js";

/**
 * Opens an ELF file of any class, byte order and machine.
 *
 * @param input the file's bytes, or a {@link ByteSource} that gives ranges of them
 * @throws ElfError `BAD_INPUT`, `NOT_ELF`, `ARCHIVE`, `TRUNCATED`, `MALFORMED`, `UNSAFE_INTEGER`
 * @example
 * const elf = readElf(await readFile("a.out"));
 * console.log(elf.interpreter, elf.needed, elf.runpath);
 */
export function readElf(input: ElfInput): ElfFile {
  return new LazyElf(toSource(input));
}

class LazyElf implements ElfFile {
  readonly source: ByteSource;
  readonly header: Header;
  readonly #kept = new Map<string, unknown>();

  constructor(source: ByteSource) {
    this.source = source;
    this.header = readHeader(source);
    showSummary(this);
  }

  toJSON(): ElfSummary {
    return summaryOf(this);
  }

  #keep<T>(key: string, make: () => T): T {
    if (!this.#kept.has(key)) this.#kept.set(key, make());
    return this.#kept.get(key) as T;
  }

  get segments(): readonly Segment[] {
    return this.#keep("segments", () => readSegments(this.source, this.header));
  }

  get sections(): readonly Section[] {
    return this.#keep("sections", () => readSections(this));
  }

  get dynamic(): Dynamic | null {
    return this.#keep("dynamic", () => readDynamic(this));
  }

  get interpreter(): string | null {
    return this.#keep("interpreter", () => {
      const segment = this.segments.find((s) => s.type === PT.INTERP);
      if (!segment) return null;

      const bytes = readExactly(this.source, segment.offset, segment.filesz, "PT_INTERP");
      const end = bytes.indexOf(0);
      return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
    });
  }

  get needed(): readonly string[] {
    return this.#keep("needed", () => this.dynamic?.texts(DT.NEEDED) ?? []);
  }

  get runpath(): string | null {
    return this.#first(DT.RUNPATH);
  }

  get rpath(): string | null {
    return this.#first(DT.RPATH);
  }

  get soname(): string | null {
    return this.#first(DT.SONAME);
  }

  #first(tag: number): string | null {
    return this.#keep(`text ${tag}`, () => {
      const entry = this.dynamic?.entries.find((e) => e.tag === tag);
      return entry ? this.dynamic!.text(entry) : null;
    });
  }

  get symbols(): SymbolTable | null {
    return this.#keep("symbols", () => readSymbols(this));
  }

  get dynamicSymbols(): SymbolTable | null {
    return this.#keep("dynamicSymbols", () => readDynamicSymbols(this));
  }

  get versionNeeds(): readonly VersionNeed[] {
    return this.#keep("versionNeeds", () => readVersionNeeds(this));
  }

  get versionDefinitions(): readonly VersionDefinition[] {
    return this.#keep("versionDefinitions", () => readVersionDefinitions(this));
  }

  get notes(): readonly ElfNote[] {
    return this.#keep("notes", () => readNotes(this));
  }

  get overlay(): Overlay | null {
    return this.#keep("overlay", () => readOverlay(this));
  }

  get linkage(): Linkage {
    return this.#keep("linkage", () => linkageOf(this));
  }

  get #map(): LoadMap {
    return this.#keep("map", () => loadMap(this.segments, this.source.size));
  }

  offsetOf(address: number | bigint, length?: number): number | undefined {
    return this.#map.offsetOf(address, length);
  }

  addressOf(offset: number, length?: number): bigint | undefined {
    return this.#map.addressOf(offset, length);
  }
}
