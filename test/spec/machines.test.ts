import { describe, expect, it } from "vitest";
import { EM } from "../../src/spec/constants.js";
import { dynamicTag } from "../../src/spec/dynamic.js";
import { knownLoader } from "../../src/spec/known-loaders.js";
import { MACHINE_NAMES, machineNamed, machineNameOf } from "../../src/spec/machine-names.js";
import { cardOf, cardsOf } from "../../src/spec/machines/card-of.js";
import type { CardId, CardList } from "../../src/spec/machines/kinds.js";
import { DYNAMIC } from "../../src/spec/machines/lists/dynamic.js";
import { LOADING } from "../../src/spec/machines/lists/loading.js";
import { MEMORY } from "../../src/spec/machines/lists/memory.js";
import { NAMES_BY_MACHINE } from "../../src/spec/machines/lists/names.js";
import { PORTS } from "../../src/spec/machines/lists/ports.js";
import { RECOGNITION } from "../../src/spec/machines/lists/recognition.js";
import { SYMBOLS } from "../../src/spec/machines/lists/symbols.js";
import { TYPES } from "../../src/spec/machines/lists/types.js";
import { sectionTypeName, segmentTypeName } from "../../src/spec/names.js";
import { relocationTypeName } from "../../src/spec/relocation-types.js";

const PARTS: readonly (readonly [name: string, list: CardList<object>])[] = [
  ["dynamic", DYNAMIC],
  ["memory", MEMORY],
  ["symbols", SYMBOLS],
  ["types", TYPES],
  ["names", NAMES_BY_MACHINE],
  ["loading", LOADING],
  ["recognition", RECOGNITION],
  ["ports", PORTS],
];
const IDS = Object.keys(DYNAMIC) as CardId[];

/** Fields of what few machines have: null means that a machine has none. */
const RARE: ReadonlySet<string> = new Set([
  "dynamic.gotOrder",
  "memory.segments",
  "symbols.mapping",
  "symbols.temporaryPrefix",
  "loading.sameFlags",
  "loading.osabi",
  "loading.pltSymbol",
  "recognition.noLibc",
]);

/** All fields of a card: `memory.maxPage`. */
const fieldsOf = (id: CardId): { name: string; value: unknown }[] =>
  PARTS.flatMap(([part, list]) =>
    Object.entries(list[id]).map(([field, value]) => ({ name: `${part}.${field}`, value })),
  );

/** The null fields of a card without the rare ones, one part a line. */
function lacking(id: CardId): string[] {
  const open = new Map<string, string[]>();
  for (const { name, value } of fieldsOf(id)) {
    if (value !== null || RARE.has(name)) continue;

    const [part, field] = name.split(".") as [string, string];
    open.set(part, [...(open.get(part) ?? []), field]);
  }

  return [...open].map(([part, fields]) => `${part}: ${fields.join(" ")}`);
}

describe("cards of machines", () => {
  // A filled gap, and every gap of a new machine, shows here.
  it("lack these facts, or their machines have none of the kind", () => {
    expect(Object.fromEntries(IDS.map((id) => [id, lacking(id)]))).toMatchInlineSnapshot(`
      {
        "386": [
          "dynamic: tags",
          "types: segmentTypes sectionTypes headerFlags",
          "recognition: pages",
        ],
        "68K": [
          "dynamic: tags",
          "memory: gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties",
          "recognition: startCode pages",
        ],
        "AARCH64": [
          "memory: maxPage",
          "types: headerFlags",
        ],
        "ALPHA": [
          "memory: gotHoldsDynamic",
          "types: segmentTypes properties",
          "recognition: startCode pages",
          "ports: formats",
        ],
        "ALPHA_OLD": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "loading: abis",
          "recognition: startCode pages",
          "ports: formats ports",
        ],
        "ARC_COMPACT": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "loading: abis relocations",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "ARC_COMPACT2": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "ARM": [
          "dynamic: tags",
          "types: properties",
          "recognition: pages",
        ],
        "BPF": [
          "dynamic: tags",
          "memory: maxPage executableStack gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "names: relocations",
          "loading: abis relocationForm relocations",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "CSKY": [
          "dynamic: tags",
          "memory: gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "loading: abis",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "IAMCU": [
          "dynamic: tags",
          "memory: executableStack",
          "types: segmentTypes sectionTypes headerFlags",
          "loading: abis relocationForm relocations",
          "recognition: startCode interpreters pages",
          "ports: ports",
        ],
        "IA_64": [
          "memory: maxPage gotHoldsDynamic",
          "types: properties",
          "loading: relocations",
          "recognition: startCode pages",
          "ports: formats",
        ],
        "LOONGARCH": [
          "dynamic: tags",
          "memory: maxPage",
          "types: segmentTypes sectionTypes properties",
        ],
        "MICROBLAZE": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "MIPS": [
          "memory: maxPage",
          "types: properties",
          "recognition: pages",
        ],
        "MIPS_RS3_LE": [
          "dynamic: tags",
          "memory: maxPage executableStack gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties",
          "loading: abis relocationForm relocations",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "NIOS2": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "OPENRISC": [
          "dynamic: tags",
          "memory: executableStack gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "PARISC": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: properties",
          "loading: relocations",
          "recognition: startCode interpreters pages",
          "ports: formats",
        ],
        "PPC": [
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties",
          "recognition: pages",
        ],
        "PPC64": [
          "memory: maxPage",
          "types: segmentTypes sectionTypes properties",
        ],
        "RISCV": [
          "recognition: pages",
        ],
        "S390": [
          "dynamic: tags",
          "types: sectionTypes properties",
          "recognition: pages",
        ],
        "S390_OLD": [
          "dynamic: tags",
          "memory: gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "loading: abis relocations",
          "recognition: startCode pages",
          "ports: formats ports",
        ],
        "SH": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "SPARC": [
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "recognition: startCode pages",
          "ports: ports",
        ],
        "SPARC32PLUS": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties",
          "recognition: startCode pages",
          "ports: formats ports",
        ],
        "SPARCV9": [
          "memory: gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties",
          "recognition: startCode pages",
        ],
        "TILEGX": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "names: relocations",
          "loading: abis relocations",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "TILEPRO": [
          "dynamic: tags",
          "memory: maxPage gotHoldsDynamic",
          "types: segmentTypes sectionTypes properties headerFlags",
          "names: relocations",
          "loading: abis relocations",
          "recognition: startCode interpreters pages",
          "ports: formats ports",
        ],
        "X86_64": [
          "types: segmentTypes headerFlags",
        ],
      }
    `);
  });

  it("have what only some machines have", () => {
    const having = (field: string) =>
      IDS.filter((id) => fieldsOf(id).some((f) => f.name === field && f.value !== null));
    expect(Object.fromEntries([...RARE].map((field) => [field, having(field).join(" ")]))).toMatchInlineSnapshot(`
      {
        "dynamic.gotOrder": "MIPS",
        "loading.osabi": "ARM",
        "loading.pltSymbol": "MIPS",
        "loading.sameFlags": "RISCV MIPS",
        "memory.segments": "ARM MIPS",
        "recognition.noLibc": "BPF",
        "symbols.mapping": "AARCH64 ARM RISCV CSKY",
        "symbols.temporaryPrefix": "MIPS ALPHA ALPHA_OLD",
      }
    `);
  });

  it("are there for every e_machine that a table of elfwright has ever known", () => {
    const known = [
      2, 3, 4, 6, 8, 10, 15, 18, 20, 21, 22, 40, 41, 42, 43, 50, 62, 92, 93, 113, 183, 188, 189, 191, 195, 243, 247,
      252, 258, 0x9026, 0xa390,
    ];
    expect(known.filter((machine) => cardOf(DYNAMIC, machine) === undefined)).toEqual([]);
    expect(IDS.map((id) => EM[id]).sort((a, b) => a - b)).toEqual(known);
  });

  it("are found by number alone, and only where there are any", () => {
    for (const { machine, card } of cardsOf(MEMORY)) expect(cardOf(MEMORY, machine)).toBe(card);
    for (const machine of [0, 1, 5, 259, 0xffff]) expect(cardOf(MEMORY, machine)).toBeUndefined();
  });

  it.each(PARTS)("have the same machines in the list of %s", (_, list) => {
    expect(Object.keys(list)).toEqual(IDS);
  });
});

/** What is wrong with each card, as `machine: fault`. */
const inAll = (faults: (id: CardId, machine: number) => readonly string[]): string[] =>
  IDS.flatMap((id) => faults(id, EM[id]).map((fault) => `${id}: ${fault}`));

const twice = <T>(all: readonly T[]): T[] => all.filter((x, i) => all.indexOf(x) !== i);

describe("a card agrees with itself", () => {
  it("what one part has by number, another one has by name", () => {
    const faults = inAll((id, machine) => {
      const got = DYNAMIC[id].gotOrder;
      const segments = MEMORY[id].segments ?? [];
      const tags = got ? [got.countTag, got.firstTag, got.hashTag] : [];
      const sections = [...(got ? [got.hashSection] : []), ...segments.flatMap((s) => s.section?.type ?? [])];
      const names = [
        ...tags.map((n) => dynamicTag(n, machine).name),
        ...segments.map((s) => segmentTypeName(s.type, machine)),
        ...sections.map((n) => sectionTypeName(n, machine)),
      ];

      return names.filter((name) => name.includes("_0x"));
    });
    expect(faults).toEqual([]);
  });

  it("no number has two names, no name two numbers", () => {
    const faults = inAll((id) => {
      const { segmentTypes, sectionTypes, headerFlags } = TYPES[id];
      const { relocations } = NAMES_BY_MACHINE[id];
      const tables = [
        Object.values(DYNAMIC[id].tags ?? {}).map(([n]) => n),
        ...[segmentTypes, sectionTypes, headerFlags?.bits].map((t) => Object.values(t ?? {})),
      ];
      const words = relocations?.names.split(" ").filter((w) => !w.startsWith("@")) ?? [];
      return [...tables.flatMap(twice).map(String), ...twice(words)];
    });
    expect(faults).toEqual([]);
  });

  it("relocations that loaders treat apart have names that say so", () => {
    const faults = inAll((id, machine) => {
      const { relocations: r } = LOADING[id];
      const nameOf = (type: number) => relocationTypeName(type, machine);
      if (!r) return [];
      return [
        ...(nameOf(r.copy).endsWith("_COPY") ? [] : [nameOf(r.copy)]),
        ...(r.got === null || nameOf(r.got).endsWith("_GLOB_DAT") ? [] : [nameOf(r.got)]),
        ...r.call.map(nameOf).filter((name) => name.startsWith("R_0x")),
      ];
    });
    // Thread-local storage of MicroBlaze: its types have no names yet.
    expect(faults).toEqual(["MICROBLAZE: R_0x19", "MICROBLAZE: R_0x1a", "MICROBLAZE: R_0x1b", "MICROBLAZE: R_0x1d"]);
  });

  it("its loaders are known as loaders for it", () => {
    const faults = inAll((id, machine) =>
      (LOADING[id].abis ?? []).flatMap(({ loaders, muslArch }) => {
        const musl = muslArch === null ? [] : [`/lib/ld-musl-${muslArch}.so.1`];
        const isFor = (path: string, libc: string) => {
          const known = knownLoader(path);
          return known?.libc === libc && (known.machines?.includes(machine) ?? true);
        };
        return [...loaders.filter((path) => !isFor(path, "glibc")), ...musl.filter((path) => !isFor(path, "musl"))];
      }),
    );
    // A gap: the interpreters of SuperH's card are not filled in, and the name is that of other machines' loaders.
    expect([...new Set(faults)]).toEqual(["SH: /lib/ld-linux.so.2"]);
  });

  it("glibc's loader has one name", () => {
    const faults = inAll((id) => {
      const names = (LOADING[id].abis ?? []).flatMap((a) => a.loaders).map((l) => l.slice(l.lastIndexOf("/") + 1));
      return (PORTS[id].ports ?? []).flatMap((p) => p.glibcLoader ?? []).filter((name) => !names.includes(name));
    });
    expect(faults).toEqual([]);
  });

  it("an ABI that takes any flags stands behind those that ask for some", () => {
    const faults = inAll((id) =>
      (LOADING[id].abis ?? []).flatMap((abi, i, all) => {
        const takesAll = (a: typeof abi) =>
          a.flags === null &&
          (a.class ?? abi.class) === abi.class &&
          (a.littleEndian ?? abi.littleEndian) === abi.littleEndian;
        return all.slice(0, i).some(takesAll) ? [`abis[${i}] is never reached`] : [];
      }),
    );
    expect(faults).toEqual([]);
  });

  it("patterns of start code are whole bytes", () => {
    const faults = inAll((id) =>
      (RECOGNITION[id].startCode ?? []).flatMap(({ rows }) =>
        rows.map(([, code]) => code).filter((code) => !/^([0-9a-f.]{2})+$/.test(code.replaceAll(" ", ""))),
      ),
    );
    expect(faults).toEqual([]);
  });

  it("names of machines lead to one port and back", () => {
    expect(MACHINE_NAMES.map((name) => machineNameOf(machineNamed(name)))).toEqual(MACHINE_NAMES);
    const named = cardsOf(PORTS)
      .flatMap(({ card }) => card.ports ?? [])
      .flatMap((p) => p.name ?? []);
    expect([...named].sort()).toEqual([...MACHINE_NAMES].sort());
  });
});
