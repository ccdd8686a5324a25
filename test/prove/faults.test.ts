import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { Dyn, type DynView } from "../../src/codec/records.js";
import type { Edits } from "../../src/edit/asked.js";
import {
  addDebugLink,
  clearSymbolVersion,
  discardLocals,
  dropSectionHeaders,
  onlyKeepDebug,
  removeSections,
  renameDynamicSymbols,
  setExecstack,
  setFlags,
  setGnuStackSize,
  setInterpreter,
  setOsAbi,
  setRunpath,
  stripUnneeded,
} from "../../src/index.js";
import type { ElfFile } from "../../src/image/elf.js";
import { EM, ET, PF, PT, SHT, VER_FLG } from "../../src/spec/constants.js";
import { hashEntrySize } from "../../src/spec/machines.js";
import { DT } from "../../src/spec/dynamic.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS } from "../support/elf.js";
import { planned, proveAs, proveWith } from "../support/proved.js";
import { Damaged, found } from "../verify/damaged.js";
import { GROWN, IN_PLACE, MOVED, RENAMED, richFile, SMALL } from "./rich.js";

/** Names of one bucket, so that entries of DT_GNU_HASH are found by way of others. */
const ONE_BUCKET = () => renameDynamicSymbols({ own: "aaab", other: "aaad", object: "aaaf" });

/** A fault in a rewrite, and what the proof has to say of it. */
interface Fault {
  readonly name: string;
  readonly rule: string;
  /** The message has this: the first address or name is in it. */
  readonly says: RegExp;
  readonly edits: () => Edits;
  readonly options?: BuildOptions;
  /** Changes the input. */
  readonly given?: (input: Damaged) => void;
  readonly put: (output: Damaged, before: ElfFile) => void;
  readonly overlay?: "keep" | "keep-in-place";
}

const fault = (
  rule: string,
  name: string,
  says: RegExp,
  edits: () => Edits,
  put: Fault["put"],
  more: Pick<Fault, "options" | "given"> = {},
): Fault => ({ name, rule: `prove-${rule}`, says, edits, put, ...more });

const load = (o: Damaged, nth: number) => o.segment((p) => p.type === PT.LOAD, nth);
const header = (o: Damaged, type: number) => o.segment((p) => p.type === type);

/** The PT_LOAD that maps an address. */
const loadAt = (o: Damaged, address: bigint) =>
  o.segment((p) => p.type === PT.LOAD && p.exact("vaddr") <= address && address < p.exact("vaddr") + p.exact("memsz"));

/** Takes an entry out of the dynamic section; the others move up. */
function drop(o: Damaged, tag: number): void {
  const { offset, size, entries } = found(o.elf.dynamic);
  const stride = Dyn.size(o.elf.header.class);
  const at = offset + found(entries.find((e) => e.tag === tag)).index * stride;
  o.bytes.copyWithin(at, at + stride, offset + size);
  o.bytes.fill(0, offset + size - stride, offset + size);
}

/** An entry of the dynamic section, also one behind the last. */
const entry = (o: Damaged, index: number): DynView =>
  Dyn.view(viewOf(o.bytes), found(o.elf.dynamic).offset + index * Dyn.size(o.elf.header.class), o.elf.header);

/** The place of a string of .dynstr. */
function text(o: Damaged, wanted: string): number {
  const { offset, size } = found(found(o.elf.dynamic).strings);
  const at = o.bytes.indexOf(`\0${wanted}\0`, offset, "latin1") + 1;
  if (at === 0 || at > offset + size) throw new Error(`no string ${wanted}`);
  return at;
}

const setHalf = (o: Damaged, at: number, value: number): void => {
  if (o.elf.header.littleEndian) o.bytes.writeUInt16LE(value, at);
  else o.bytes.writeUInt16BE(value, at);
};
const half = (o: Damaged, at: number): number =>
  o.elf.header.littleEndian ? o.bytes.readUInt16LE(at) : o.bytes.readUInt16BE(at);

/** The place of a dynamic symbol's number in .gnu.version. */
const versionOf = (o: Damaged, name: string): number =>
  o.section(".gnu.version").offset + 2 * o.dynamicSymbol(name).index;

/** The places of the records of .gnu.version_r: the first Verneed has two versions. */
const need = (o: Damaged) => {
  const start = o.section(".gnu.version_r").offset;
  return { first: start, versions: [start + 16, start + 32] as const };
};

const STRIPPED = () => stripUnneeded();

/** A file whose dynamic section has to leave its place where it gets one entry more. */
const LEAVING: BuildOptions = { spareTags: 0, runpath: null, relro: false };

/** The dynamic relocations, and what leads to them. */
function relocationsOf(o: Damaged) {
  const isRel = o.elf.sections.some((s) => s.name === ".rel.dyn");
  const { offset, size } = o.section(isRel ? ".rel.dyn" : ".rela.dyn");
  return { offset, size, tag: isRel ? DT.REL : DT.RELA, sizeTag: isRel ? DT.RELSZ : DT.RELASZ };
}

/** The lowest byte of the symbol's index in the first relocation. */
const relocated = (o: Damaged): number => {
  const { class: c, littleEndian } = o.elf.header;
  if (c === 64) return relocationsOf(o).offset + (littleEndian ? 12 : 11);
  return relocationsOf(o).offset + (littleEndian ? 5 : 6);
};

const GROUPS: readonly { readonly of: string; readonly faults: readonly Fault[] }[] = [
  {
    of: "the ELF header",
    faults: [
      fault("header", "e_flags", /flags is 5, not 0/, IN_PLACE, (o) => (o.header.flags = 5)),
      fault("header", "e_type", /type is 2, not 3/, GROWN, (o) => (o.header.type = ET.EXEC)),
      fault(
        "header",
        "EI_OSABI",
        /osabi is 9, not 3/,
        () => setOsAbi("GNU"),
        (o) => (o.bytes[7] = 9),
      ),
      fault("header", "EI_ABIVERSION", /abiVersion is 1, not 0/, IN_PLACE, (o) => (o.bytes[8] = 1)),
      fault("entry", "e_entry", /e_entry is 0x/, MOVED, (o) => (o.header.entry += 4)),
    ],
  },
  {
    of: "program headers",
    faults: [
      ...[PT.TLS, PT.GNU_EH_FRAME, 0x60001234].map((type) =>
        fault("segments", `one that a strip takes away, 0x${type.toString(16)}`, /PT_\w+: .* 0 PT_/, STRIPPED, (o) => {
          header(o, type).type = PT.NULL;
        }),
      ),
      fault("segments", "a new PT_LOAD that nobody can read", /0x[0-9a-f]+: p_flags of the new PT_LOAD/, MOVED, (o) => {
        load(o, 3).flags = PF.W;
      }),
      fault("segments", "a new PT_LOAD with code", /0x[0-9a-f]+: p_flags of the new PT_LOAD/, MOVED, (o) => {
        load(o, 3).flags = PF.R | PF.X;
      }),
      fault("segments", "one that only seems to be read-only", /PT_DYNAMIC: .*p_flags/, MOVED, (o) => {
        header(o, PT.DYNAMIC).flags = PF.R;
      }),
      fault("segments", "more memory than there is", /0x[0-9a-f]+: the PT_LOAD at 0x/, IN_PLACE, (o) => {
        load(o, 2).setExact("memsz", 1n << (o.elf.header.class === 64 ? 60n : 31n));
      }),
      fault("segments", "the table moves", /program header table is at 0x/, IN_PLACE, (o) => {
        const { phoff, phnum, phentsize } = o.elf.header;
        o.bytes.copyWithin(phoff + 8, phoff, phoff + phnum * phentsize);
        o.header.phoff = phoff + 8;
      }),
      fault("segments", "the table is in no PT_LOAD", /no PT_LOAD has the program header table/, IN_PLACE, (o) => {
        const { phoff, phnum, phentsize } = o.elf.header;
        const to = o.section(".debug_info").offset;
        o.bytes.copyWithin(to, phoff, phoff + phnum * phentsize);
        o.header.phoff = to;
      }),
      fault("segments", "PT_PHDR", /PT_PHDR: PT_PHDR /, IN_PLACE, (o) => (header(o, PT.PHDR).vaddr += 8)),
      fault("segments", "p_paddr", /PT_LOAD: .*p_paddr/, MOVED, (o) => (load(o, 1).paddr += 0x1000)),
      fault("stack", "no stack", /PT_GNU_STACK is gone/, GROWN, (o) => (header(o, PT.GNU_STACK).type = PT.NULL)),
      fault("stack", "a new one", /PT_GNU_STACK is new/, GROWN, (o) => (header(o, PT.NULL).type = PT.GNU_STACK), {
        options: { stackFlags: null },
      }),
      fault(
        "stack",
        "its flags",
        /PT_GNU_STACK: .*p_flags/,
        () => setExecstack(true),
        (o) => (header(o, PT.GNU_STACK).flags = 6),
      ),
      fault(
        "stack",
        "its size",
        /PT_GNU_STACK: .*p_memsz/,
        () => setGnuStackSize(1 << 20),
        (o) => (header(o, PT.GNU_STACK).memsz += 1),
      ),
      fault("relro", "more of it", /0x[0-9a-f]+: PT_GNU_RELRO makes memory/, GROWN, (o) => {
        header(o, PT.GNU_RELRO).memsz += 8;
      }),
      fault("relro", "less of it", /0x[0-9a-f]+: PT_GNU_RELRO /, GROWN, (o) => {
        header(o, PT.GNU_RELRO).memsz -= 8;
      }),
      fault(
        "relro",
        ".dynamic in front of it",
        /0x[0-9a-f]+: PT_GNU_RELRO /,
        () => setRunpath("libc.so.6"),
        (o) => {
          const relro = header(o, PT.GNU_RELRO);
          relro.vaddr += 64;
          relro.memsz -= 64;
        },
        { options: { spareTags: 0, runpath: null } },
      ),
      fault("segments", "PT_TLS gone", /PT_TLS: .*0/, GROWN, (o) => (header(o, PT.TLS).type = PT.NULL)),
      fault("segments", "PT_TLS, p_flags", /PT_TLS: .*p_flags/, GROWN, (o) => (header(o, PT.TLS).flags = 6)),
      fault("segments", "PT_TLS, p_align", /PT_TLS: .*p_align/, GROWN, (o) => (header(o, PT.TLS).align = 4)),
      fault("segments", "PT_TLS, p_memsz", /PT_TLS: .*p_memsz is 0x10/, GROWN, (o) => (header(o, PT.TLS).memsz = 16)),
      fault("segments", "PT_TLS, p_filesz", /PT_TLS: .*p_filesz is 0x4/, GROWN, (o) => (header(o, PT.TLS).filesz = 4)),
      fault("segments", "unwinding", /PT_GNU_EH_FRAME: it is at 0x/, MOVED, (o) => {
        header(o, PT.GNU_EH_FRAME).vaddr += 4;
      }),
      fault("segments", "bytes that no PT_LOAD has", /PT_0x60001234: its bytes/, IN_PLACE, (o) => {
        o.flip(o.section(".comment").offset);
      }),
    ],
  },
  {
    of: "memory",
    faults: [
      fault(
        "memory",
        "a byte of code",
        /: 1 bytes of memory differ, the first at 0x[0-9a-f]+ \(\.text\)/,
        MOVED,
        (o) => {
          o.flip(o.section(".text").offset + 5);
        },
      ),
      fault("memory", "the last byte of data", /bytes of memory differ, .*\(\.data\)/, GROWN, (o) => {
        const { offset, size } = o.section(".data");
        o.flip(offset + size - 1);
      }),
      fault("memory", "more rights", /0x[0-9a-f]+: p_flags of memory from 0x[0-9a-f]+ on are 7, not 5/, MOVED, (o) => {
        load(o, 1).flags = PF.R | PF.W | PF.X;
      }),
      fault("memory", "fewer rights", /memory from 0x[0-9a-f]+ on are 4, not 6/, IN_PLACE, (o) => {
        load(o, 2).flags = PF.R;
      }),
      fault("memory", "a PT_LOAD at other bytes", /bytes of memory differ, the first at 0x/, MOVED, (o) => {
        load(o, 1).offset += 0x1000;
      }),
      fault("memory", "no PT_LOAD", /bytes of memory differ, the first at 0x/, GROWN, (o) => {
        load(o, 1).type = PT.NULL;
      }),
      fault(
        "memory",
        ".bss that is not cleared",
        /bytes of memory differ, the first at 0x[0-9a-f]+ \(\.bss\)/,
        GROWN,
        (o) => {
          load(o, 2).filesz = load(o, 2).memsz;
        },
      ),
      fault(
        "memory",
        ".bss that is not mapped",
        /bytes of memory differ, the first at 0x[0-9a-f]+ \(\.bss\)/,
        GROWN,
        (o) => {
          load(o, 2).memsz -= 0x2000;
        },
        { options: { bss: 0x3000 } },
      ),
      fault(
        "memory",
        "the old .dynamic",
        /bytes of memory differ, the first at 0x/,
        MOVED,
        (o, before) => {
          o.flip(found(before.dynamic).offset);
        },
        { options: LEAVING },
      ),
      fault(
        "memory",
        "a zeroed section with a byte",
        /bytes of memory differ, the first at 0x/,
        () => removeSections(".data", { force: true, zero: true }),
        (o) => o.flip(load(o, 2).offset + load(o, 2).filesz - 1),
        {
          options: { relocations: [] },
          given: (o) => {
            for (const type of [PT.TLS, PT.GNU_EH_FRAME]) header(o, type).type = PT.NULL;
          },
        },
      ),
      fault(
        "memory",
        "without section headers",
        /bytes of memory differ, the first at 0x/,
        () => dropSectionHeaders(),
        (o) => {
          o.flip(load(o, 1).offset + 7);
        },
      ),
    ],
  },
  {
    of: "the dynamic section",
    faults: [
      fault(
        "interpreter",
        "another loader",
        /PT_INTERP: the interpreter is \/opt\/mF.so, not \/opt\/ld.so/,
        () => setInterpreter("/opt/ld.so"),
        (o) => {
          const { offset } = header(o, PT.INTERP);
          o.bytes.write("mF", offset + 5);
        },
      ),
      fault("interpreter", "one that stays", /PT_INTERP: the interpreter is \/xib/, IN_PLACE, (o) => {
        o.bytes.write("x", header(o, PT.INTERP).offset + 1);
      }),
      fault("dynamic", "no PT_DYNAMIC", /PT_DYNAMIC: it is gone/, GROWN, (o) => {
        header(o, PT.DYNAMIC).type = PT.NULL;
      }),
      fault("dynamic", "one that cannot be read", /so nothing was written: /, GROWN, (o) => {
        header(o, PT.DYNAMIC).vaddr = 0x70000000;
        header(o, PT.DYNAMIC).offset = 0x70000000;
      }),
      fault(
        "dynamic",
        "one that cannot be written to",
        /PT_DYNAMIC: the dynamic section at 0x/,
        MOVED,
        (o) => {
          loadAt(o, found(o.elf.dynamic).address).flags = PF.R;
        },
        { options: LEAVING },
      ),
      fault(
        "search-path",
        "another path",
        /DT_RUNPATH: DT_RUNPATH is "\/opt\/lib", not "\/opt\/lab"/,
        IN_PLACE,
        (o) => {
          o.bytes.write("i", text(o, "/opt/lab") + 6);
        },
      ),
      fault("search-path", "none", /DT_RUNPATH: DT_RUNPATH is missing, not "\/opt/, MOVED, (o) => drop(o, DT.RUNPATH)),
      fault("needed", "one less", /DT_NEEDED is "libm.so.6", not "libc.so.6", "libm.so.6"/, GROWN, (o) =>
        drop(o, DT.NEEDED),
      ),
      fault("needed", "another order", /DT_NEEDED is "libm.so.6", "libc.so.6", not "libc/, GROWN, (o) => {
        const [first, second] = found(o.elf.dynamic).entries.filter((t) => t.tag === DT.NEEDED);
        entry(o, first!.index).val = Number(second!.value);
        entry(o, second!.index).val = Number(first!.value);
      }),
      fault("soname", "another name", /DT_SONAME is "libself.so.2", not "libself.so.1"/, GROWN, (o) => {
        o.bytes.write("2", text(o, "libself.so.1") + 11);
      }),
      fault(
        "dynamic",
        "another string",
        /DT_AUXILIARY is "ibc.so.6", not "libc.so.6"/,
        GROWN,
        (o) => (o.tag(DT.AUXILIARY).val += 1),
        {
          options: { tags: [{ tag: DT.AUXILIARY, value: 1 }] },
        },
      ),
      fault(
        "dynamic",
        "another address",
        /DT_INIT is 0x1004, not 0x1000/,
        GROWN,
        (o) => (o.tag(DT.INIT).val = 0x1004),
        {
          options: { tags: [{ tag: DT.INIT, value: 0x1000 }] },
        },
      ),
      fault("dynamic", "a tag too many", /DT_FINI is 0x7, not missing/, GROWN, (o) => {
        Object.assign(entry(o, found(o.elf.dynamic).entries.length), { tag: DT.FINI, val: 7 });
      }),
      fault(
        "dynamic",
        "flags that nobody set",
        /DT_FLAGS is missing, not 0x8/,
        () => setFlags("DF_BIND_NOW"),
        (o) => drop(o, DT.FLAGS),
      ),
      fault(
        "dynamic",
        "an offset from the entry itself",
        /DT_MIPS_RLD_MAP_REL is 0x/,
        MOVED,
        (o) => (o.tag(0x70000035).val += 4),
        {
          options: { machine: EM.MIPS, tags: [{ tag: 0x70000035, value: 0x40 }] },
        },
      ),
    ],
  },
  {
    of: "symbols",
    faults: [
      ...(["value", "size"] as const).map((field) =>
        fault("symbols", `st_${field}`, new RegExp(`own: st_${field} of own is 0x`), GROWN, (o) => {
          o.dynamicSymbol("own").view[field] += 2;
        }),
      ),
      ...(["name", "info", "other", "shndx"] as const).map((field) =>
        fault("symbols", `st_${field}`, new RegExp(`own: st_${field} of own is 0x`), IN_PLACE, (o) => {
          o.dynamicSymbol("own").view[field] += 1;
        }),
      ),
      fault("symbols", "a name's bytes", /own: the symbol own is oWn now/, GROWN, (o) => {
        o.bytes.write("W", text(o, "own") + 1);
      }),
      fault(
        "symbols",
        "their number",
        /DT_SYMTAB: there are 5 symbols, not 6/,
        GROWN,
        (o) => {
          const at = Number(found(found(o.elf.dynamic).get(DT.HASH)));
          const size = hashEntrySize(o.elf.header.machine, o.elf.header.class);
          o.setWord(at + size + (o.elf.header.littleEndian ? 0 : size - 4), 5);
        },
        { options: { hash: "sysv", sectionHeaders: false } },
      ),
      fault(
        "symbols",
        "names, where nobody knows how many",
        /DT_STRTAB: strings are others/,
        GROWN,
        (o) => {
          o.bytes.write("W", text(o, "libself.so.1"));
        },
        { options: { hash: "none", relocations: [], sectionHeaders: false } },
      ),
      fault("symbols", "a renamed one", /another_name@@OWN_1 is bnother_name/, RENAMED, (o) => {
        o.bytes.write("b", text(o, "another_name"));
      }),
      fault("symbols", "the value of a renamed one", /st_value of thing is 0x/, RENAMED, (o) => {
        o.dynamicSymbol("thing").view.value += 4;
      }),
      fault("symbols", "the type of a renamed one", /type or visibility of thing/, RENAMED, (o) => {
        o.dynamicSymbol("thing").view.other = 2;
      }),
      fault(
        "symbols",
        "an undefined one that is defined now",
        /my_malloc@V_2 of libc.so.6 is defined, not undefined/,
        RENAMED,
        (o) => {
          o.dynamicSymbol("my_malloc").view.shndx = 3;
        },
      ),
      fault("symbols", "all of them gone", /the dynamic symbols are gone/, RENAMED, (o) => drop(o, DT.SYMTAB)),
    ],
  },
  {
    of: "versions",
    faults: [
      fault("versions", "a list that goes on", /DT_VERNEED: /, RENAMED, (o) => o.setWord(need(o).versions[1] + 12, 16)),
      fault("versions", "a local number", /thing: .*the number 0 in/, RENAMED, (o) =>
        setHalf(o, versionOf(o, "thing"), 0),
      ),
      fault("versions", "a hidden number", /thing: .*the number 32769 in/, RENAMED, (o) => {
        setHalf(o, versionOf(o, "thing"), 0x8001);
      }),
      fault("versions", "no DT_VERNEEDNUM", /DT_VERNEEDNUM: .*gone/, RENAMED, (o) => drop(o, DT.VERNEEDNUM)),
      fault("versions", "the number of a symbol", /DT_VERSYM: /, GROWN, (o) => setHalf(o, versionOf(o, "own"), 1)),
      fault("versions", "no DT_VERSYM", /DT_VERSYM: DT_VERSYM is gone/, GROWN, (o) => drop(o, DT.VERSYM)),
      fault("versions", "a needed version's name", /V_2 of libc.so.6: /, GROWN, (o) => {
        o.setWord(need(o).versions[1] + 8, o.word(need(o).versions[0] + 8));
      }),
      fault("versions", "a needed version's number", /V_2 of libc.so.6: .* number/, RENAMED, (o) => {
        setHalf(o, need(o).versions[1] + 6, 9);
      }),
      fault("versions", "a needed version's flags", /V_2 of libc.so.6: /, RENAMED, (o) => {
        setHalf(o, need(o).versions[1] + 4, VER_FLG.WEAK);
      }),
      fault("versions", "a needed version's hash", /V_2: vna_hash of V_2/, RENAMED, (o) => {
        o.setWord(need(o).versions[1], 1);
      }),
      fault("versions", "one number twice", /DT_VERNEED: two versions/, RENAMED, (o) => {
        setHalf(o, need(o).versions[1] + 6, half(o, need(o).versions[0] + 6));
      }),
      fault("versions", "another library", /V_2 of libc.so.6: /, RENAMED, (o) => {
        o.setWord(need(o).first + 4, text(o, "libm.so.6") - found(found(o.elf.dynamic).strings).offset);
      }),
      fault("versions", "a need too few", /M_1 of libm.so.6: /, RENAMED, (o) => o.setWord(need(o).first + 12, 0)),
      fault("versions", "the hash of a definition", /DT_VERDEF: .*OWN_1/, GROWN, (o) => {
        o.setWord(o.section(".gnu.version_d").offset + 28 + 8, 1);
      }),
      fault(
        "versions",
        "a definition too many",
        /DT_VERDEF: more versions/,
        GROWN,
        (o) => (o.tag(DT.VERDEFNUM).val = 2),
        {
          given: (o) => (o.tag(DT.VERDEFNUM).val = 1),
          options: { symbols: [{ name: "own" }], relocations: [] },
        },
      ),
      fault("versions", "a symbol that gets another", /another_name@@OWN_1: .*has the version/, RENAMED, (o) => {
        setHalf(o, versionOf(o, "another_name"), 1);
      }),
      fault("versions", "a symbol that gets hidden", /another_name@@OWN_1: .*has the version @OWN_1/, RENAMED, (o) => {
        setHalf(o, versionOf(o, "another_name"), half(o, versionOf(o, "another_name")) | 0x8000);
      }),
      fault(
        "versions",
        "one that was to be cleared",
        /malloc: .*has the version @V_1 of libc.so.6/,
        () => clearSymbolVersion("malloc"),
        (o) => {
          setHalf(o, versionOf(o, "malloc"), half(o, need(o).versions[0] + 6));
        },
      ),
    ],
  },
  {
    of: "hash tables",
    faults: [
      fault("hash", "a byte of DT_GNU_HASH", /DT_GNU_HASH: DT_GNU_HASH is another table/, GROWN, (o) =>
        o.flip(o.gnuHash().chains),
      ),
      fault("hash", "a byte of DT_HASH", /DT_HASH: DT_HASH is another table/, IN_PLACE, (o) => {
        const { offset, size } = o.section(".hash");
        o.flip(offset + size - 1);
      }),
      ...[IN_PLACE, GROWN, MOVED, RENAMED].flatMap((edits) => [
        fault("hash", "no DT_HASH", /DT_HASH: DT_HASH is gone/, edits, (o) => drop(o, DT.HASH)),
        fault("hash", "no DT_GNU_HASH", /DT_GNU_HASH: DT_GNU_HASH is gone/, edits, (o) => drop(o, DT.GNU_HASH)),
      ]),
      fault("hash", "an empty bucket of DT_GNU_HASH", /DT_GNU_HASH: .*does not lead to the symbol/, RENAMED, (o) => {
        o.setWord(o.bucket(), 0);
      }),
      fault("hash", "the filter of DT_GNU_HASH", /DT_GNU_HASH: .*does not lead to the symbol/, RENAMED, (o) => {
        const { bloom, buckets } = o.gnuHash();
        o.bytes.fill(0, bloom, buckets);
      }),
      fault("hash", "a hash in DT_GNU_HASH", /DT_GNU_HASH: .*does not lead to the symbol/, RENAMED, (o) => {
        o.setWord(o.gnuHash().chains, o.word(o.gnuHash().chains) ^ 0x100);
      }),
      fault(
        "hash",
        "a chain of DT_GNU_HASH that ends early",
        /DT_GNU_HASH: .*does not lead to the symbol/,
        ONE_BUCKET,
        (o) => {
          o.setWord(o.gnuHash().chains, o.word(o.gnuHash().chains) | 1);
        },
      ),
      fault("hash", "the buckets of DT_HASH", /DT_HASH: .*does not lead to the symbol/, RENAMED, (o) => {
        const { offset } = o.section(".hash");
        const size = hashEntrySize(o.elf.header.machine, o.elf.header.class);
        o.bytes.fill(0, offset + 2 * size, offset + 4 * size);
      }),
    ],
  },
  {
    of: "relocations",
    faults: [
      fault(
        "relocations",
        "another symbol",
        /DT_RELA?: .*relocation 0 of DT_RELA?/,
        RENAMED,
        (o) => (o.bytes[relocated(o)]! ^= 1),
      ),
      fault("relocations", "another place", /DT_RELA?: .*relocation 1 of DT_RELA?/, RENAMED, (o) => {
        o.flip(relocationsOf(o).offset + relocationsOf(o).size / 3);
      }),
      fault(
        "relocations",
        "a table of another size",
        /DT_RELA?: /,
        RENAMED,
        (o) => (o.tag(relocationsOf(o).sizeTag).val /= 3),
      ),
      fault("relocations", "no table", /DT_RELA?: .*gone/, RENAMED, (o) => drop(o, relocationsOf(o).tag)),
      fault("memory", "what stays", /bytes of memory differ, the first at 0x[0-9a-f]+ \(\.rela?\.dyn\)/, MOVED, (o) =>
        o.flip(relocationsOf(o).offset),
      ),
    ],
  },
  {
    of: "notes",
    faults: [
      fault("notes", "a place that is not in the file", /GNU note of type 3: .*gone/, IN_PLACE, (o) => {
        header(o, PT.NOTE).offset = 0x100000;
      }),
      fault("notes", "a size that is not in the file", /GNU note of type 3: .*gone/, GROWN, (o) => {
        header(o, PT.NOTE).filesz = 0x100000;
      }),
      fault("notes", "all that a strip takes away", /GNU note of type 3: .*gone/, STRIPPED, (o) => {
        header(o, PT.NOTE).type = PT.NULL;
      }),
      fault("notes", "a build ID", /GNU note of type 3: /, GROWN, (o) => {
        const { offset, size } = o.section(".note.gnu.build-id");
        o.flip(offset + size - 1);
      }),
      fault("notes", "a type", /Own note of type 7: .*gone/, IN_PLACE, (o) =>
        o.flip(o.section(".note.own").offset + 8, 1),
      ),
      fault("notes", "no PT_NOTE", /GNU note of type 3: .*gone/, MOVED, (o) => (header(o, PT.NOTE).type = PT.NULL)),
      fault("notes", "a new one", /Own note of type 7: .*new/, GROWN, (o) => (header(o, PT.NOTE).filesz += 28), {
        given: (o) => {
          header(o, PT.NOTE).filesz -= 28;
          header(o, PT.NOTE).memsz -= 28;
        },
      }),
      fault(
        "notes",
        "in a debug file",
        /GNU note of type 3: /,
        () => onlyKeepDebug(),
        (o) => {
          const { offset, size } = o.section(".note.gnu.build-id");
          o.flip(offset + size - 1);
        },
      ),
    ],
  },
  {
    of: "sections",
    faults: [
      ...[".text", ".interp", ".bss", ".dynsym"].map((name) =>
        fault("sections", `sh_size of ${name}`, new RegExp(`\\${name}: .*sh_size is`), GROWN, (o) => {
          o.section(name).size -= 4;
        }),
      ),
      fault("sections", "sh_size of a table that moved", /\.dynstr: sh_size of \.dynstr/, MOVED, (o) => {
        o.section(".dynstr").size -= 4;
      }),
      fault("sections", "sh_addralign", /\.text: .*sh_addralign/, GROWN, (o) => (o.section(".text").addralign = 1024)),
      fault("sections", "one that is gone", /\.comment: .*gone/, MOVED, (o) => (o.section(".comment").name += 1)),
      fault(
        "sections",
        "one that is new",
        /: the section .* is new/,
        () => setOsAbi("GNU"),
        (o) => (o.header.shnum += 1),
        {
          given: (o) => {
            o.header.shstrndx = found(o.elf.sections.find((section) => section.name === ".dynstr")).index;
            o.header.shnum -= 1;
          },
        },
      ),
      fault("sections", "sh_type", /\.comment: .*sh_type/, GROWN, (o) => (o.section(".comment").type = SHT.NOTE)),
      fault("sections", "sh_flags", /\.text: .*sh_flags/, GROWN, (o) => (o.section(".text").flags = 2)),
      fault("sections", "sh_addr", /\.text: .*sh_addr/, GROWN, (o) => (o.section(".text").addr += 16)),
      fault(
        "sections",
        "sh_addr of a table that moves",
        /\.dynstr: .*sh_addr/,
        MOVED,
        (o) => (o.section(".dynstr").addr += 16),
      ),
      fault("sections", "sh_entsize", /\.dynsym: .*sh_entsize/, GROWN, (o) => (o.section(".dynsym").entsize += 8)),
      fault("sections", "sh_link", /\.dynsym: .*sh_link/, GROWN, (o) => (o.section(".dynsym").link += 1)),
      fault("sections", "sh_size", /\.comment: .* bytes/, GROWN, (o) => (o.section(".comment").size -= 1)),
      fault("sections", "bytes", /\.comment: /, GROWN, (o) => o.flip(o.section(".comment").offset + 3)),
      fault("sections", "bytes that moved", /\.debug_info: /, MOVED, (o) => (o.section(".debug_info").offset += 1)),
      fault(
        "sections",
        "bytes of a new one",
        /\.gnu_debuglink: /,
        () => addDebugLink("self.debug", 0x12345678),
        (o) => {
          o.flip(o.section(".gnu_debuglink").offset);
        },
      ),
      fault(
        "sections",
        "bytes in a debug file",
        /\.debug_info: /,
        () => onlyKeepDebug(),
        (o) => {
          o.flip(o.section(".debug_info").offset + 100);
        },
      ),
      fault(
        "sections",
        "no names",
        /the section \.(interp|note\.gnu\.build-id) is gone/,
        GROWN,
        (o) => (o.header.shstrndx -= 1),
      ),
    ],
  },
  {
    of: "static symbols",
    faults: [
      fault(
        "symtab",
        "the value of one that stays",
        /inner: st_value of inner/,
        MOVED,
        (o) => (o.symbol("inner").value += 4),
      ),
      fault(
        "symtab",
        "the section of one that stays",
        /inner: st_shndx of inner/,
        GROWN,
        (o) => (o.symbol("inner").shndx += 1),
      ),
      fault("sections", "a name", /\.strtab: /, GROWN, (o) => o.flip(o.section(".strtab").offset + 1)),
      ...(["value", "shndx", "info", "size", "name"] as const).map((field) =>
        fault(
          "symtab",
          `st_${field} of one that a strip keeps`,
          /\.symtab: symbol \d+ \(.*\)/,
          () => discardLocals(),
          (o) => {
            o.symbol("own")[field] += 1;
          },
        ),
      ),
      fault(
        "symtab",
        "sh_info",
        /\.symtab: sh_info/,
        () => discardLocals(),
        (o) => (o.section(".symtab").info -= 1),
      ),
    ],
  },
  {
    of: "what follows the file",
    faults: [
      ...(["keep", "keep-in-place"] as const).map((overlay) => ({
        ...fault("overlay", overlay, /overlay: 5 bytes/, IN_PLACE, (o) => o.flip(o.bytes.length - 2), {
          options: { overlay: Uint8Array.of(9, 8, 7, 6, 5) },
        }),
        overlay,
      })),
    ],
  },
];

describe.each(ENCODINGS)("$label: a fault in", (e) => {
  describe.each(GROUPS)("$of", ({ faults }) => {
    it.each(faults)("$rule: $name", ({ rule, says, edits, options, given, put, overlay }) => {
      const input = new Damaged(Buffer.from(richFile(e, { ...SMALL, ...options })));
      given?.(input);
      const made = planned(input.bytes, edits(), { overlay });
      proveAs(made, made.pieces);

      const error = caught(() => proveWith(made, (output) => put(output, made.before)));
      expect(error).toMatchObject({
        code: "INVARIANT",
        message: expect.stringMatching(says) as string,
        detail: { rules: expect.arrayContaining([rule]) as string[] },
      });
    });
  });
});
