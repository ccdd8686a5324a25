import { alignUp, concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { type Encoding, wordSize } from "../../src/codec/encoding.js";
import { Rel, Rela, Shdr, Sym } from "../../src/codec/records.js";
import { headerSize, headerView } from "../../src/image/headers/header.js";
import { symbolField } from "../../src/image/relocations/relocation-sections.js";
import { ET, SHF, SHN, SHT, STB, STT } from "../../src/spec/constants.js";

/** A symbol of a relocatable file that tests make; local ones come first. */
export interface ObjectSymbol {
  readonly name?: string;
  readonly binding?: number;
  readonly type?: number;
  /** The name of its section, or a special index; undefined symbols have none. */
  readonly section?: string | number;
  readonly value?: number;
}

export interface ObjectSection {
  readonly name: string;
  readonly type?: number;
  readonly flags?: number;
  readonly bytes?: Uint8Array;
  readonly align?: number;
  readonly entsize?: number;
  readonly link?: string;
  /** sh_info: a section's name, or the index of a symbol. */
  readonly info?: string | number;
  /** Relocations at byte offsets, by the index of their symbol; they get a section of their own behind this one. */
  readonly relocations?: readonly (readonly [offset: number, symbol: number])[];
  /** SHT_GROUP: the names of its sections. */
  readonly members?: readonly string[];
}

export interface ObjectOptions extends Encoding {
  readonly machine: number;
  readonly rela?: boolean;
  readonly sections: readonly ObjectSection[];
  readonly symbols: readonly ObjectSymbol[];
  /** Names of sections and symbols in one table, as LLVM may write them. */
  readonly sharesNames?: boolean;
  /** Every symbol's section stands in SHT_SYMTAB_SHNDX. */
  readonly extended?: boolean;
}

interface Raw extends ObjectSection {
  readonly bytes: Uint8Array;
}

/** A relocatable file (ET_REL) of any class, byte order and machine. Symbol 0 is added. */
export function objectFile(o: ObjectOptions): Uint8Array {
  const all = withTables(o);
  const index = (name: string): number => all.findIndex((s) => s.name === name);
  const names = table(all.map((s) => s.name));
  const symbolNames = table(o.symbols.map((s) => s.name ?? ""));
  const shared = concat([names.bytes, symbolNames.bytes]);
  const bytes = all.map((s): Uint8Array => {
    if (s.name === ".shstrtab") return names.bytes;
    if (s.name === ".strtab") return o.sharesNames ? shared : symbolNames.bytes;
    if (s.name === ".symtab") {
      return symbolRecords(o, index, (n) => symbolNames.at(n) + (o.sharesNames ? names.bytes.length : 0));
    }
    if (s.name === ".symtab_shndx") {
      return words(o, [0, ...o.symbols.map((y) => (typeof y.section === "string" ? index(y.section) : 0))]);
    }
    return s.members ? words(o, [1, ...s.members.map(index)]) : s.bytes;
  });
  let at = headerSize(o);
  const parts: Uint8Array[] = [];
  const headers = new Uint8Array(all.length * Shdr.size(o.class));
  const firstGlobal = 1 + o.symbols.filter((s) => (s.binding ?? STB.LOCAL) === STB.LOCAL).length;
  all.forEach((s, i) => {
    const start = alignUp(at, s.align ?? 1);
    const view = Shdr.view(viewOf(headers), i * Shdr.size(o.class), o);
    const b = bytes[i]!;
    if (i === 0) return;

    parts.push(new Uint8Array(start - at), s.type === SHT.NOBITS ? new Uint8Array(0) : b);
    Object.assign(view, {
      name: names.at(s.name),
      type: s.type ?? SHT.PROGBITS,
      flags: s.flags ?? 0,
      offset: start,
      size: b.length,
      addralign: s.align ?? 1,
      entsize: s.entsize ?? 0,
      link: s.link === undefined ? 0 : index(s.link),
      info: s.name === ".symtab" ? firstGlobal : typeof s.info === "string" ? index(s.info) : (s.info ?? 0),
    });
    at = start + (s.type === SHT.NOBITS ? 0 : b.length);
  });
  const shoff = alignUp(at, wordSize(o));
  const ident = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, o.class === 64 ? 2 : 1, o.littleEndian ? 1 : 2, 1);
  const head = new Uint8Array(headerSize(o));
  head.set(ident);
  Object.assign(headerView(head, o), {
    type: ET.REL,
    machine: o.machine,
    version: 1,
    shoff,
    ehsize: head.length,
    shentsize: Shdr.size(o.class),
    shnum: all.length,
    shstrndx: index(o.sharesNames ? ".strtab" : ".shstrtab"),
  });

  return concat([head, ...parts, new Uint8Array(shoff - at), headers]);
}

function withTables(o: ObjectOptions): Raw[] {
  const rela = o.rela ?? o.class === 64;
  const word = wordSize(o);
  const raw = (s: ObjectSection): Raw => ({ ...s, bytes: s.bytes ?? new Uint8Array(0) });
  const relocations = o.sections.flatMap((s) =>
    s.relocations
      ? [
          raw({
            name: `.rel${rela ? "a" : ""}${s.name}`,
            type: rela ? SHT.RELA : SHT.REL,
            flags: SHF.INFO_LINK,
            align: word,
            entsize: (rela ? Rela : Rel).size(o.class),
            link: ".symtab",
            info: s.name,
            bytes: relocationRecords(o, rela, s.relocations),
          }),
        ]
      : [],
  );

  return [
    raw({ name: "" }),
    ...o.sections.map(raw),
    ...relocations,
    raw({ name: ".symtab", type: SHT.SYMTAB, align: word, entsize: Sym.size(o.class), link: ".strtab" }),
    ...(o.extended
      ? [raw({ name: ".symtab_shndx", type: SHT.SYMTAB_SHNDX, align: 4, entsize: 4, link: ".symtab" })]
      : []),
    raw({ name: ".strtab", type: SHT.STRTAB }),
    ...(o.sharesNames ? [] : [raw({ name: ".shstrtab", type: SHT.STRTAB })]),
  ];
}

function table(texts: readonly string[]): { bytes: Uint8Array; at(text: string): number } {
  const offsets = new Map<string, number>([["", 0]]);
  const parts: Uint8Array[] = [new Uint8Array(1)];
  let size = 1;

  for (const t of texts) {
    if (offsets.has(t)) continue;
    offsets.set(t, size);
    parts.push(encodeText(`${t}\0`));
    size += encodeText(t).length + 1;
  }

  return { bytes: concat(parts), at: (t) => offsets.get(t)! };
}

function words(e: Encoding, values: readonly number[]): Uint8Array {
  const b = new Uint8Array(values.length * 4);
  const v = viewOf(b);
  values.forEach((n, i) => v.setUint32(i * 4, n, e.littleEndian));
  return b;
}

function symbolRecords(
  o: ObjectOptions,
  index: (name: string) => number,
  nameAt: (name: string) => number,
): Uint8Array {
  const size = Sym.size(o.class);
  const b = new Uint8Array((o.symbols.length + 1) * size);
  o.symbols.forEach((s, i) => {
    const shndx =
      typeof s.section === "string" ? (o.extended ? SHN.XINDEX : index(s.section)) : (s.section ?? SHN.UNDEF);
    Object.assign(Sym.view(viewOf(b), (i + 1) * size, o), {
      name: nameAt(s.name ?? ""),
      info: ((s.binding ?? STB.LOCAL) << 4) | (s.type ?? STT.NOTYPE),
      shndx,
      value: s.value ?? 0,
    });
  });

  return b;
}

function relocationRecords(
  o: ObjectOptions,
  rela: boolean,
  relocations: readonly (readonly [number, number])[],
): Uint8Array {
  const R = rela ? Rela : Rel;
  const size = R.size(o.class);
  const b = new Uint8Array(relocations.length * size);
  const v = viewOf(b);
  const { at, shift } = symbolField(o);
  relocations.forEach(([offset, symbol], i) => {
    R.view(v, i * size, o).offset = offset;
    v.setUint32(i * size + at, shift === 0 ? symbol : (symbol << shift) | 1, o.littleEndian);
  });

  return b;
}
