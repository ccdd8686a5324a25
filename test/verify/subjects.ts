import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, commandOn, crossTool, loaderOf, type Machine, rootOf, runnersOf } from "../support/machines.js";
import { hasTool, must } from "../support/run.js";
import { GO_CGO, GO_USER, LIBRARY_C, LIBRARY_VERSIONS, OPENER_C, PROGRAM_C, PROGRAM_CXX, RUST } from "./sources.js";

/** The columns of the table: what a pair is made of. */
export const KINDS = [
  "C program",
  "C++ program",
  "library",
  "flavour",
  "other language",
  "musl, static",
  "other machine",
  "special",
] as const;
export type SubjectKind = (typeof KINDS)[number];

/** A file as a linker made it, and how copies of it are run. */
export interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly path: string;
  readonly machine: Machine;
  /** A library is loaded by another program; a static program has no interpreter and no DT_NEEDED. */
  readonly shape: "program" | "library" | "static";
  /** The C library as DT_NEEDED names it, and the same by its path; null where nothing may be renamed. */
  readonly libc: readonly [name: string, path: string] | null;
  /** The path of its dynamic loader, or null. */
  readonly loader: string | null;
  /** Does it have a RUNPATH already? */
  readonly hasPath: boolean;
  /** Has it nothing that a strip removes? */
  readonly isStripped: boolean;
  /** How much is tried on it. */
  readonly tried: "much" | "some" | "special";
  command(path: string, env: Record<string, string>): Command;
}

interface Build {
  readonly cc?: string;
  readonly source: string;
  /** What the source's name ends in. */
  readonly ext?: string;
  readonly flags?: readonly string[];
  /** A linker script that is added to the linker's own (`INSERT`), and a version script. */
  readonly script?: string;
  readonly versions?: string;
}

/** Builds files in a folder, each once. */
export class Workshop {
  readonly folder: string;
  readonly #built = new Map<string, string>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  path(name: string): string {
    return join(this.folder, name.replace(/[^\w.+-]+/g, "-"));
  }

  write(name: string, bytes: Uint8Array | string): string {
    writeFileSync(this.path(name), bytes, { mode: 0o755 });
    return this.path(name);
  }

  build(name: string, { cc = "gcc", source, ext = "c", flags = [], script, versions }: Build): string {
    const known = this.#built.get(name);
    if (known !== undefined) return known;

    const path = this.path(name);
    const scripts = [
      ...(script === undefined ? [] : [`-Wl,-T,${this.write(`${name}.ld`, script)}`]),
      ...(versions === undefined ? [] : [`-Wl,--version-script=${this.write(`${name}.map`, versions)}`]),
    ];
    must(cc, ["-O1", "-g", "-w", "-o", path, this.write(`${name}.${ext}`, source), ...scripts, ...flags]);
    this.#built.set(name, path);
    return path;
  }

  /** A program. What it is given in `options` is told of it. */
  program(name: string, kind: SubjectKind, options: Build, told: Partial<Subject> = {}): Subject {
    return this.subject(this.build(name, options), { name, kind, ...told });
  }

  /** A program that is there. */
  subject(path: string, told: Partial<Subject> & Pick<Subject, "name" | "kind">): Subject {
    const machine = told.machine ?? "x86_64";
    const shape = told.shape ?? "program";
    const dynamic = shape !== "static";
    return {
      path,
      machine,
      shape,
      loader: shape === "program" ? loaderOf(machine) : null,
      libc: dynamic && machine === "x86_64" ? ["libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6"] : null,
      hasPath: false,
      isStripped: false,
      tried: "some",
      command: (file, env) => commandOn(machine, file, [], env),
      ...told,
    };
  }

  /** A library, and the program that opens it. */
  library(name: string, kind: SubjectKind, options: Build, opener = OPENER_C, told: Partial<Subject> = {}): Subject {
    const flags = ["-shared", "-fPIC", ...(options.flags ?? [])];
    const path = this.build(name, { ...options, flags });
    const machine = told.machine ?? "x86_64";
    const cc = crossTool(machine, "gcc");
    const openerName = opener === OPENER_C ? `opener-${machine}` : `sayer-${machine}`;
    const host = this.build(openerName, { cc, source: opener, flags: ["-ldl"] });
    const command = (file: string, env: Record<string, string>) => commandOn(machine, host, [file], env);
    return this.subject(path, { name, kind, shape: "library", command, ...told });
  }
}

export interface LinkerName {
  readonly name: string;
  readonly tool: string;
}
export const LINKER_NAMES: readonly LinkerName[] = [
  { name: "bfd", tool: "ld.bfd" },
  { name: "gold", tool: "ld.gold" },
  { name: "lld", tool: "ld.lld" },
  { name: "mold", tool: "mold" },
];
export const PIE = ["-pie", "-fPIE"];
export const NO_PIE = ["-no-pie", "-fno-pie"];
const RUNPATH = ["-Wl,-rpath,/opt/elfwright/subject,--enable-new-dtags"];

/** A subject that is built when it is asked for, and the tools without which it cannot be. */
export interface Recipe {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly tools: readonly string[];
  make(shop: Workshop): Subject;
}

const isPossible = ({ tools }: Recipe): boolean => tools.every(hasTool);

/** The recipes whose tools are there. */
export const possible = (recipes: readonly Recipe[]): Recipe[] => recipes.filter(isPossible);

const recipe = (
  name: string,
  kind: SubjectKind,
  tools: readonly string[],
  make: (shop: Workshop, name: string) => Subject,
): Recipe => ({ name, kind, tools, make: (shop) => make(shop, name) });

/** Programs and libraries of the four linkers. Those of lld and mold have a RUNPATH already. */
function plain(): Recipe[] {
  return LINKER_NAMES.flatMap(({ name: linker, tool }) => {
    const hasPath = linker === "lld" || linker === "mold";
    const linking = [`-fuse-ld=${linker}`, ...(hasPath ? RUNPATH : [])];
    const tools = ["gcc", tool];
    const c = (shape: string, flags: readonly string[]) =>
      recipe(`${linker} ${shape}`, "C program", tools, (shop, name) =>
        shop.program(
          name,
          "C program",
          { source: PROGRAM_C, flags: ["-DIFUNC", ...flags, ...linking] },
          { hasPath, tried: "much" },
        ),
      );
    const cxx = (shape: string, flags: readonly string[]) =>
      recipe(`${linker} C++ ${shape}`, "C++ program", [...tools, "g++"], (shop, name) =>
        shop.program(
          name,
          "C++ program",
          { cc: "g++", ext: "cc", source: PROGRAM_CXX, flags: [...flags, ...linking] },
          { hasPath },
        ),
      );

    return [
      c("PIE", PIE),
      c("exec", NO_PIE),
      cxx("PIE", PIE),
      cxx("exec", NO_PIE),
      recipe(`${linker} library`, "library", tools, (shop, name) => {
        const flags = ["-DIFUNC", `-Wl,-soname,lib${linker}.so.1`, ...linking];
        const build = { source: LIBRARY_C, versions: LIBRARY_VERSIONS, flags };
        return shop.library(name, "library", build, OPENER_C, { hasPath, tried: "much" });
      }),
    ];
  });
}

/** Ways to link that give other tables or another order of them. */
function flavours(): Recipe[] {
  const flavour = (linker: string, title: string, flags: readonly string[]) =>
    recipe(`${linker} ${title}`, "flavour", ["gcc", linker === "mold" ? "mold" : `ld.${linker}`], (shop, name) =>
      shop.program(name, "flavour", { source: PROGRAM_C, flags: [...flags, `-fuse-ld=${linker}`] }),
    );
  const now = ["-Wl,-z,relro,-z,now"];

  return [
    flavour("bfd", "PIE RELR", [...PIE, "-Wl,-z,pack-relative-relocs"]),
    flavour("bfd", "PIE now", [...PIE, ...now]),
    flavour("lld", "PIE now", [...PIE, ...now]),
    flavour("mold", "exec now", [...NO_PIE, ...now]),
    flavour("bfd", "PIE sysv hash", [...PIE, "-Wl,--hash-style=sysv"]),
    flavour("lld", "exec both hashes", [...NO_PIE, "-Wl,--hash-style=both,--export-dynamic"]),
    flavour("bfd", "PIE noseparate-code", [...PIE, "-Wl,-z,noseparate-code"]),
    flavour("gold", "PIE rosegment", [...PIE, "-Wl,--rosegment"]),
    flavour("bfd", "PIE 64 KiB pages", [...PIE, "-Wl,-z,max-page-size=65536"]),
    flavour("bfd", "exec 300 MB of bss", [...NO_PIE, "-DZEROS=300000000"]),
    flavour("bfd", "PIE norelro", [...PIE, "-Wl,-z,norelro"]),
    flavour("bfd", "exec without spare tags", [...NO_PIE, "-Wl,--spare-dynamic-tags=1"]),
    flavour("lld", "PIE no section for the stack", [...PIE, "-Wl,-z,nognustack"]),
    flavour("bfd", "PIE kept relocations", [...PIE, "-Wl,--emit-relocs"]),
    flavour("lld", "PIE packed tls", [...PIE, "-DIFUNC", "-Wl,-z,separate-code"]),
  ];
}

/** Programs of other languages. */
function languages(): Recipe[] {
  const go = (title: string, source: string, flags: readonly string[]) =>
    recipe(`Go ${title}`, "other language", ["go", "gcc"], (shop, name) => {
      const path = shop.path(name);
      const file = shop.write(`${name}.go`, source);
      must("go", ["build", ...flags, "-o", path, file], { env: { GO111MODULE: "off", CGO_ENABLED: "1" } });
      return shop.subject(path, { name, kind: "other language" });
    });
  const rust = (linker: string) =>
    recipe(`Rust ${linker}`, "other language", ["rustc", `ld.${linker}`], (shop, name) => {
      const path = shop.path(name);
      const flags = ["-O", "-C", "panic=unwind", "-C", `link-arg=-fuse-ld=${linker}`];
      must("rustc", [...flags, "--crate-name", "subject", "-o", path, shop.write(`${name}.rs`, RUST)]);
      return shop.subject(path, { name, kind: "other language" });
    });

  return [
    go("ET_EXEC", GO_USER, []),
    go("cgo by GNU ld", GO_CGO, ["-ldflags=-linkmode=external"]),
    go("PIE", GO_CGO, ["-buildmode=pie"]),
    rust("bfd"),
    rust("lld"),
  ];
}

const MUSL = "/lib/ld-musl-x86_64.so.1";

/** Without glibc's loader: musl, and programs that relocate themselves. */
function withoutGlibc(): Recipe[] {
  const musl = (title: string, flags: readonly string[], told: Partial<Subject>) =>
    recipe(`musl ${title}`, "musl, static", ["musl-gcc", MUSL], (shop, name) =>
      shop.program(
        name,
        "musl, static",
        { cc: "musl-gcc", source: PROGRAM_C, flags },
        { loader: MUSL, libc: null, ...told },
      ),
    );
  const fixed = (title: string, flags: readonly string[]) =>
    recipe(`glibc ${title}`, "musl, static", ["gcc", "/usr/lib/x86_64-linux-gnu/libc.a"], (shop, name) =>
      shop.program(
        name,
        "musl, static",
        { source: PROGRAM_C, flags: ["-DSTATIC", "-DIFUNC", ...flags] },
        { shape: "static" },
      ),
    );
  const shape = "static";

  return [
    musl("PIE", PIE, {}),
    musl("exec", NO_PIE, {}),
    musl("static", ["-static", "-DSTATIC"], { shape, loader: null }),
    fixed("static", ["-static"]),
    fixed("static by lld", ["-static", "-fuse-ld=lld"]),
    fixed("static-pie", ["-static-pie"]),
  ];
}

/** Programs and libraries of other machines, run by qemu-user. */
function machines(): Recipe[] {
  const shapes: readonly (readonly [machine: Machine, shape: "PIE" | "exec" | "library"])[] = [
    ["aarch64", "PIE"],
    ["aarch64", "library"],
    ["i386", "PIE"],
    ["i386", "exec"],
    ["s390x", "exec"],
    ["s390x", "library"],
    ["mips64el", "PIE"],
    ["armhf", "PIE"],
    ["riscv64", "PIE"],
    ["powerpc", "exec"],
  ];
  return shapes.map(([machine, shape]) => {
    const cc = crossTool(machine, "gcc");
    const kind = "other machine";
    return recipe(`${machine} ${shape}`, kind, [cc, ...runnersOf(machine)], (shop, name) => {
      const told = { machine };
      if (shape !== "library") {
        return shop.program(name, kind, { cc, source: PROGRAM_C, flags: shape === "PIE" ? PIE : NO_PIE }, told);
      }
      const flags = [`-Wl,-soname,lib${machine}.so.1`];
      return shop.library(name, kind, { cc, source: LIBRARY_C, versions: LIBRARY_VERSIONS, flags }, OPENER_C, told);
    });
  });
}

/** The loader of another machine as the files of its tools name it. */
export const crossLoader = (m: Machine): string => `${rootOf(m)}${loaderOf(m)}`;

export const usualRecipes = (): Recipe[] => [
  ...plain(),
  ...flavours(),
  ...languages(),
  ...withoutGlibc(),
  ...machines(),
];

export const bytesOf = (subject: Subject): Buffer => readFileSync(subject.path);
