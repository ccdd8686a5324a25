import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import {
  addNeeded,
  type Edit,
  patch,
  removeSections,
  setInterpreter,
  setRunpath,
  setSoname,
  stripDebug,
  stripUnneeded,
} from "../../src/index.js";
import { crossTool } from "../support/machines.js";
import { hasTool, run } from "../support/run.js";
import { DEBIAN13, fetchDebian13, INSTALLED, type Patchelf } from "../tools/after-us/patchelfs.js";
import type { Subject, Workshop } from "./subjects.js";
import { observe, type Seen, type Truth, truthOf } from "./truth.js";

/** Something that makes another file of a subject. */
export interface Maker {
  /** The row of the table: the tool, or the tools. */
  readonly by: string;
  /** What it is asked for. */
  readonly name: string;
  /** What has to be told, where the result is whole. */
  readonly edits: readonly Named[];
  /** What is wrong with the result for sure, where a run may not show it: it has to be told then. */
  lost?(path: string, subject: Subject): string;
  /** Where no run can tell: the truth, and the reason. */
  readonly stated?: { readonly truth: Truth; readonly why: string };
  takes(subject: Subject): boolean;
  /** Makes the result of the file at `path`, in place. False where the tool refuses. */
  make(path: string, subject: Subject, shop: Workshop): boolean;
}

/** The name of an edit in the manifest. */
export type Named = keyof typeof EDIT_PARTS;
/** The parts of a program of which a difference has to be told for the edit; one of them is enough. */
export const EDIT_PARTS = {
  RUNPATH: ["search-path"],
  RPATH: ["search-path"],
  NEEDED: ["needed"],
  interpreter: ["interpreter"],
  soname: ["soname"],
  debug: ["debug", "sections"],
  /** eu-strip keeps a symbol table that a loaded section is linked to, as that of static programs. */
  stripped: ["symtab", "debug"],
  symtab: ["symtab"],
  comment: ["sections"],
  section: ["sections"],
  "build-id": ["notes", "sections"],
  flags: ["dynamic", "header"],
  stack: ["stack"],
  relro: ["relro"],
  overlay: ["overlay"],
  osabi: ["header"],
} as const;

const any = (): boolean => true;

/** Runs a command with the file's path as its last argument. */
const inPlace =
  (command: (s: Subject) => readonly string[]): Maker["make"] =>
  (path, subject) => {
    const [tool, ...args] = command(subject);
    return run(tool!, [...args, path]).status === 0 && statSync(path).size > 0;
  };

const LONG = "/opt/elfwright/long/".repeat(15);
const HUGE = Array.from({ length: 100 }, (_, i) => `/opt/elfwright/a/path/that/no/slack/can/hold/${i}`).join(":");
/** The same loader by a path of more bytes. */
const longer = (loader: string): string => `/${`${loader.split("/")[1]!}/../`.repeat(20)}${loader.slice(1)}`;

const isDynamic = (s: Subject): boolean => s.shape !== "static";
const hasLoader = (s: Subject): boolean => s.loader !== null;
const hasGlibc = (s: Subject): boolean => s.libc !== null;
const isLibrary = (s: Subject): boolean => s.shape === "library";
const isTriedMuch = (s: Subject): boolean => s.tried === "much";
const isNative = (s: Subject): boolean => s.machine === "x86_64";
const isNamed = (name: string) => (s: Subject) => s.name.startsWith(name);

/** What patchelf is asked for. */
interface Request {
  readonly name: string;
  readonly edits: readonly Named[];
  readonly takes: (s: Subject) => boolean;
  readonly calls: (s: Subject) => readonly (readonly string[])[];
  /** What readelf has to say of the dynamic section and the interpreter then. */
  readonly asked?: (s: Subject) => readonly string[];
}

const REQUESTS: readonly Request[] = [
  { name: "rpath short", edits: ["RUNPATH"], takes: isDynamic, calls: () => [["--set-rpath", "/y"]] },
  { name: "rpath long", edits: ["RUNPATH"], takes: isDynamic, calls: () => [["--set-rpath", LONG]] },
  {
    name: "interpreter",
    edits: ["interpreter"],
    takes: hasLoader,
    calls: (s) => [["--set-interpreter", longer(s.loader!)]],
  },
  {
    name: "needed added",
    edits: ["NEEDED"],
    takes: hasGlibc,
    calls: () => [["--add-needed", "libm.so.6"]],
  },
  {
    name: "needed replaced",
    edits: ["NEEDED"],
    takes: (s) => hasGlibc(s) && s.tried !== "special",
    calls: (s) => [["--replace-needed", ...s.libc!]],
  },
  {
    name: "soname",
    edits: ["soname"],
    takes: isLibrary,
    calls: () => [["--set-soname", `lib${"another".repeat(9)}.so.2`]],
  },
  {
    name: "several",
    edits: ["RUNPATH", "interpreter", "NEEDED"],
    takes: (s) => hasLoader(s) && hasGlibc(s),
    calls: (s) => [["--set-rpath", HUGE, "--set-interpreter", longer(s.loader!), "--replace-needed", ...s.libc!]],
    asked: (s) => [`runpath: [${HUGE}]`, `interpreter: ${longer(s.loader!)}]`, `Shared library: [${s.libc![1]}]`],
  },
  {
    name: "twice",
    edits: ["RUNPATH"],
    takes: (s) => isDynamic(s) && s.tried !== "special",
    calls: () => [
      ["--set-rpath", LONG],
      ["--set-rpath", HUGE],
    ],
  },
  {
    name: "rpath forced",
    edits: ["RPATH"],
    takes: isTriedMuch,
    calls: () => [["--force-rpath", "--set-rpath", LONG]],
  },
  {
    name: "rpath removed",
    edits: ["RUNPATH"],
    takes: (s) => s.hasPath && s.tried !== "some",
    calls: () => [["--remove-rpath"]],
  },
  {
    name: "no default library",
    edits: ["RUNPATH", "interpreter", "flags"],
    takes: isNamed("exec_combo"),
    calls: (s) => [
      [
        "--no-default-lib",
        "--set-interpreter",
        `/lib64/../..${s.loader!}`,
        "--set-rpath",
        "/lib/x86_64-linux-gnu:/opt/x",
      ],
    ],
  },
  {
    name: "needed removed",
    edits: ["NEEDED"],
    takes: isNamed("needs versions"),
    calls: () => [["--remove-needed", "libfv.so", "--add-needed", "libalt.so"]],
  },
];

const STRIPS: readonly { readonly by: string; readonly args: readonly string[] }[] = [
  { by: "strip", args: [] },
  { by: "strip", args: ["-g"] },
  { by: "eu-strip", args: [] },
  { by: "llvm-strip", args: [] },
];

/** Runs one of the strips on a file; GNU's is the one of the machine. */
const stripWith = (by: string, args: readonly string[]): Maker["make"] =>
  inPlace(({ machine }) => [by === "strip" ? crossTool(machine, "strip") : by, ...args]);

const STRIPPED: readonly Named[] = ["stripped"];

function byPatchelf({ command }: Patchelf, by: string): Maker[] {
  const plain = REQUESTS.map(({ name, edits, takes, calls, asked = () => [] }): Maker => ({
    by,
    name,
    edits,
    takes,
    lost: (path, subject) => {
      if (subject.machine === "mips64el" && by.endsWith(" 0.14.3")) return "DT_MIPS_RLD_MAP_REL leads elsewhere";
      const text = run("readelf", ["-dlW", path]).stdout;
      const absent = asked(subject).filter((value) => !text.includes(value));
      return absent.length === 0 ? "" : `patchelf has not done what it was asked: ${absent.join(", ").slice(0, 100)}`;
    },
    make: (path, subject) =>
      calls(subject).every((args) => {
        const [tool, ...first] = command;
        return run(tool!, [...first, ...args, path]).status === 0;
      }),
  }));

  // The same behind a strip, and a strip behind the same.
  const long = plain.find((m) => m.name === "rpath long")!;
  const several = plain.find((m) => m.name === "several")!;
  const behind = STRIPS.flatMap(({ by: strip, args }) => {
    const stripped = stripWith(strip, args);
    const title = [strip, ...args].join(" ");
    return [long, ...(args.length === 0 ? [several] : [])].map((first): Maker => ({
      by: `${by}, then ${strip}`,
      name: `${first.name}, then ${title}`,
      edits: [...first.edits, ...(args[0] === "-g" ? [] : STRIPPED)],
      takes: (s) => first.takes(s) && (first === long ? s.tried !== "some" || s.kind === "flavour" : isTriedMuch(s)),
      lost: first.lost!,
      make: (path, subject, shop) => first.make(path, subject, shop) && stripped(path, subject, shop),
    }));
  });
  const before: Maker = {
    by: `strip, then ${by}`,
    name: "strip, then rpath long",
    edits: [...long.edits, ...STRIPPED],
    takes: (s) => isTriedMuch(s) && isNative(s),
    make: (path, subject, shop) => stripWith("strip", [])(path, subject, shop) && long.make(path, subject, shop),
  };
  return [...plain, ...behind, before];
}

/** A section that is loaded is gone. */
const lossOf = (name: string): string => `what was ${name} is zeros, or other bytes`;

function byStrips(): Maker[] {
  const of = (
    by: string,
    args: readonly string[],
    edits: readonly Named[],
    takes: (s: Subject) => boolean = any,
    text = "",
  ): Maker => ({
    by,
    name: [by, ...args].join(" "),
    edits,
    takes,
    make: stripWith(by, args),
    lost: () => text,
  });
  const more = (s: Subject): boolean => isTriedMuch(s);
  // These remove bytes that are loaded: what becomes of the program, a run tells.
  const loaded = [".eh_frame", ".interp", ".dynsym", ".gnu.version", ".rodata"];

  return [
    of("strip", [], STRIPPED),
    of("strip", ["-g"], ["debug"]),
    of("strip", ["--strip-unneeded"], STRIPPED, more),
    of("eu-strip", [], STRIPPED),
    of("eu-strip", ["-g"], ["debug"], more),
    of("llvm-strip", [], STRIPPED),
    of("llvm-strip", ["-g"], ["debug"], more),
    of("llvm-strip", ["--strip-unneeded"], STRIPPED, more),
    ...loaded.map((name) =>
      of(
        "strip",
        ["-R", name],
        [],
        (s) => isTriedMuch(s) && /bfd|lld/.test(s.name) && (hasLoader(s) || name !== ".interp"),
        lossOf(name),
      ),
    ),
    of("strip", ["-R", ".note.gnu.build-id"], ["build-id"], isTriedMuch),
    of("llvm-strip", ["-R", ".eh_frame"], [], (s) => s.name === "bfd PIE", lossOf(".eh_frame")),
    of("llvm-strip", ["-R", ".note.gnu.build-id"], ["build-id"], isTriedMuch),
  ];
}

function byObjcopy(tool: "objcopy" | "llvm-objcopy"): Maker[] {
  const of = (
    name: string,
    args: readonly string[],
    edits: readonly Named[],
    takes = isTriedMuch,
    text = "",
  ): Maker => ({
    by: tool,
    name: `${tool} ${name}`,
    edits,
    takes,
    lost: () => text,
    make: (path, subject, shop) => {
      const command = tool === "objcopy" ? crossTool(subject.machine, tool) : tool;
      const extra = shop.write("extra", "some bytes that nothing loads\n");
      return (
        run(command, [...args.map((a) => a.replace("EXTRA", extra)), path]).status === 0 && statSync(path).size > 0
      );
    },
  });
  const everywhere = (s: Subject): boolean => s.tried !== "special" || /notes|own_|bss|fat|payload/.test(s.name);
  const plain = (s: Subject): boolean => s.name === "bfd PIE" || s.name === "lld library";

  return [
    of("plain", [], [], everywhere),
    of("-R .comment", ["-R", ".comment"], ["comment"]),
    of("-R .note.gnu.build-id", ["-R", ".note.gnu.build-id"], ["build-id"]),
    of("-R .gnu.version", ["-R", ".gnu.version"], [], isTriedMuch, lossOf(".gnu.version")),
    of("--add-section", ["--add-section", ".extra=EXTRA"], ["section"]),
    of("--rename-section", ["--rename-section", ".comment=.remark"], ["section"]),
    of("--strip-debug", ["--strip-debug"], ["debug"]),
    of("--only-section", ["--only-section=.debug_*"], [], plain),
    of("--only-keep-debug", ["--only-keep-debug"], [], plain),
    of("--add-gnu-debuglink", ["--add-gnu-debuglink=EXTRA"], ["debug"], plain),
    of("--compress-debug-sections", ["--compress-debug-sections"], ["debug"], plain),
    of("--update-section", ["--update-section", ".comment=EXTRA"], ["comment"], plain),
    of("-R .bss", ["-R", ".bss"], [], plain, lossOf(".bss")),
    of("-R .init_array", ["-R", ".init_array"], [], plain, lossOf(".init_array")),
    of("-R .rela.dyn", ["-R", ".rela.dyn"], [], plain, lossOf(".rela.dyn")),
    of("-R .eh_frame_hdr", ["-R", ".eh_frame_hdr"], [], plain, lossOf(".eh_frame_hdr")),
    of("--set-start 0", ["--set-start", "0"], [], plain),
  ];
}

/** Our own patches and strips: all are whole. */
function byElfwright(): Maker[] {
  const of = (
    name: string,
    edits: readonly Named[],
    values: (s: Subject) => readonly Edit[],
    takes: (s: Subject) => boolean = any,
  ): Maker => ({
    by: "elfwright",
    name,
    edits,
    takes,
    make: (path, subject) => {
      try {
        writeFileSync(path, patch(readFileSync(path), values(subject)).bytes);
        return true;
      } catch {
        return false;
      }
    },
  });

  return [
    of("rpath long", ["RUNPATH"], () => [setRunpath(LONG)], isDynamic),
    of("soname", ["soname"], () => [setSoname("libother.so")], isLibrary),
    of(
      "several",
      ["RUNPATH", "NEEDED", "interpreter"],
      (s) => [
        setRunpath(HUGE),
        addNeeded(["libm.so.6", "libdl.so.2", "librt.so.1"]),
        setInterpreter(longer(s.loader!)),
      ],
      (s) => hasLoader(s) && hasGlibc(s),
    ),
    of("strip", STRIPPED, () => [stripUnneeded()]),
    of("strip -g and .comment", ["comment"], () => [stripDebug(), removeSections(".comment")], isTriedMuch),
  ];
}

function byChrpath(): Maker[] {
  const takes = (s: Subject): boolean => s.hasPath && isNative(s);
  const of = (name: string, args: readonly string[], edits: readonly Named[] = ["RUNPATH"]): Maker => ({
    by: "chrpath",
    name,
    edits,
    takes,
    make: inPlace(() => ["chrpath", ...args]),
  });
  return [of("shorter", ["-r", "/opt/x"]), of("removed", ["-d"]), of("as RUNPATH, which it is", ["-c"], [])];
}

/** A copy of the file, made anew: every pair needs a path of its own. */
export function makeFrom(maker: Maker, subject: Subject, shop: Workshop, to: string): boolean {
  copyFileSync(subject.path, to);
  const made = maker.make(to, subject, shop);
  if (!made) rmSync(to, { force: true });
  return made;
}

/** What is known of a file that a maker made: by what it says, or by runs. */
export function knownOf(
  maker: Maker,
  subject: Subject,
  before: Seen,
  path: string,
  shop: Workshop,
): { readonly truth: Truth; readonly why: string } {
  return maker.stated ?? truthOf(before, observe(shop, subject, path), maker.lost?.(path, subject) ?? "");
}

/** The patchelfs that are there: the installed one, Debian 13's, which is fetched once, and those of further paths. */
export function patchelfs(others: readonly string[]): Patchelf[] {
  return [
    ...(hasTool("patchelf") ? [INSTALLED] : []),
    ...(hasTool(fetchDebian13()) ? [DEBIAN13] : []),
    ...others.map((path) => ({ name: path, command: [path] })),
  ];
}

const versionOf = ({ command: [tool, ...args] }: Patchelf): string => run(tool!, [...args, "--version"]).stdout.trim();

/** All makers whose tools are there. */
export const makers = (those: readonly Patchelf[]): Maker[] => [
  ...those.flatMap((p) => byPatchelf(p, versionOf(p))),
  ...(hasTool("strip") && hasTool("eu-strip") && hasTool("llvm-strip") ? byStrips() : []),
  ...(hasTool("objcopy") ? byObjcopy("objcopy") : []),
  ...(hasTool("llvm-objcopy") ? byObjcopy("llvm-objcopy") : []),
  ...(hasTool("chrpath") ? byChrpath() : []),
  ...byElfwright(),
];
