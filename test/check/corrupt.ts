import { viewOf } from "../../src/codec/bytes.js";
import {
  Dyn,
  type DynView,
  type EhdrView,
  Phdr,
  type PhdrView,
  Shdr,
  type ShdrView,
  Sym,
  type SymView,
  Verdef,
  Verneed,
} from "../../src/codec/records.js";
import type { Struct, View } from "../../src/codec/struct.js";
import { type Finding, check } from "../../src/check/check.js";
import { newFindings } from "../../src/check/plan-rules.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { headerView } from "../../src/image/headers/header.js";
import { PT } from "../../src/spec/constants.js";
import type { RecordFields, VERDEF, VERNEED } from "../../src/spec/records.js";
import { fixture } from "../support/elf.js";

/** A fixture whose records can be written to. */
export class Corruptible {
  readonly bytes: Uint8Array;
  /** The file as it was before; it says where the records stand. */
  readonly elf: ElfFile;

  constructor(bytes: Uint8Array) {
    this.elf = readElf(bytes.slice());
    this.bytes = bytes;
  }

  record<F extends RecordFields>(type: Struct<F>, at: number): View<F> {
    return type.view(viewOf(this.bytes), at, this.elf.header);
  }
  get header(): EhdrView {
    return headerView(this.bytes, this.elf.header);
  }
  phdrs(type: number): PhdrView[] {
    const { phoff, phentsize } = this.elf.header;
    const { segments } = this.elf;
    const indexes = [...segments.keys()].filter((i) => segments[i]!.type === type);
    return indexes.map((i) => this.record(Phdr, phoff + i * phentsize));
  }
  phdr(type: number, nth = 0): PhdrView {
    return this.phdrs(type)[nth]!;
  }
  /** The nth PT_LOAD; a negative number counts from the end. */
  load(nth: number): PhdrView {
    return this.phdrs(PT.LOAD).at(nth)!;
  }
  section(name: string): ShdrView {
    const { shoff, shentsize } = this.elf.header;
    const { index } = this.elf.sections.find((s) => s.name === name)!;
    return this.record(Shdr, shoff + index * shentsize);
  }
  tag(tag: number): DynView {
    const d = this.elf.dynamic!;
    const { index } = d.entries.find((e) => e.tag === tag)!;
    return this.record(Dyn, d.offset + index * Dyn.size(this.elf.header.class));
  }
  /** The first entry behind those in use. */
  spareTag(): DynView {
    const d = this.elf.dynamic!;
    return this.record(Dyn, d.offset + d.entries.length * Dyn.size(this.elf.header.class));
  }
  symbol(table: string, index: number): SymView {
    return this.record(Sym, this.section(table).offset + index * Sym.size(this.elf.header.class));
  }
  need(nth = 0): View<typeof VERNEED> {
    return this.record(Verneed, this.elf.versionNeeds[nth]!.at);
  }
  definition(nth: number): View<typeof VERDEF> {
    return this.record(Verdef, this.elf.versionDefinitions[nth]!.at);
  }
}

/** What a corruption of a fixture adds to its findings. */
export function findingsOf(name: string, corrupt: (c: Corruptible) => void): Finding[] {
  const before = fixture(name);
  const c = new Corruptible(before.slice());
  corrupt(c);
  return newFindings(check(readElf(before)), check(readElf(c.bytes)));
}
