import type { Hardening } from "../../src/image/hardening.js";
import { run } from "./run.js";

/** The facts that the output of readelf holds too. */
export type Read = Pick<
  Hardening,
  | "relro"
  | "bindNow"
  | "pie"
  | "stack"
  | "writableExecutable"
  | "textRelocations"
  | "canary"
  | "fortify"
  | "cet"
  | "branchProtection"
  | "stripped"
  | "debugInfo"
  | "runpath"
  | "rpath"
  | "loadAlignment"
>;

/** Machines without PT_GNU_STACK whose stack is not executable. */
const PLAIN_STACK = /AArch64|RISC-V|PowerPC64|LoongArch|IA-64/;

const CANARY = /^__stack_chk_|^__stack_smash_handler|^__intel_security_cookie/;

const HEX = "0x[0-9a-f]+";

// Type, offset, address, physical address, size in the file, size in memory, flags, alignment.
const SEGMENT = new RegExp(
  `^ {2}(LOAD|GNU_STACK|GNU_RELRO) +${HEX} (${HEX}) ${HEX} ${HEX} (${HEX}) (.{3}) (${HEX}|0)`,
  "gm",
);

// 12: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND puts@GLIBC_2.2.5 (3)
const SYMBOL = /^ +\d+: [0-9a-f]+ +\S+ +\S+ +\S+ +\S+ +(\S+) (\S+)/gm;

interface Segment {
  readonly type: string;
  readonly address: string;
  /** In memory. */
  readonly size: number;
  readonly flags: string;
  readonly align: number;
}

function readSegments(text: string): Segment[] {
  return [...text.matchAll(SEGMENT)].map((m) => ({
    type: m[1]!,
    address: m[2]!,
    size: Number(m[3]),
    flags: m[4]!,
    align: Number(m[5]),
  }));
}

function readSymbols(text: string): { section: string; name: string }[] {
  return [...text.matchAll(SYMBOL)].map((m) => ({ section: m[1]!, name: m[2]!.replace(/@.*/, "") }));
}

/**
 * Hardening as an independent reading of what GNU readelf prints: by words, not by numbers.
 *
 * @param forms plain functions by their fortified forms
 */
export function readelfHardening(path: string, forms: ReadonlyMap<string, string>): Read {
  const whole = run("readelf", ["-hlSdnW", "--dyn-syms", path]).stdout;
  // Without section headers, only -D finds the symbols.
  const text = /There are no sections/.test(whole) ? whole + run("readelf", ["-DsW", path]).stdout : whole;
  const has = (re: RegExp) => re.test(text);
  const one = (re: RegExp) => re.exec(text)?.[1] ?? null;

  const machine = one(/Machine: +(.*)/)!;
  const type = one(/^ {2}Type: +(\w+)/m);
  const isDynamic = has(/^Dynamic section at/m);
  const hasInterpreter = has(/Requesting program interpreter/);

  const segments = readSegments(text);
  const loads = segments.filter((s) => s.type === "LOAD" && s.size > 0);
  const writableExecutable = loads.filter((s) => s.flags.includes("W") && s.flags.includes("E"));
  const stack = segments.find((s) => s.type === "GNU_STACK");

  const bindNow = isDynamic ? has(/\(BIND_NOW\)|\(FLAGS\) +.*BIND_NOW|\(FLAGS_1\) +Flags:.*NOW/) : null;
  const isLazy =
    has(/\(PLTRELSZ\)/) || /MIPS/.test(machine) || (!isDynamic && (!has(/ \.text /) || has(/ \.got\.plt /)));
  const fullOrPartial = bindNow || !isLazy ? "full" : "partial";
  const hasRelro = segments.some((s) => s.type === "GNU_RELRO" && s.size > 0);
  const isPie = has(/\(FLAGS_1\) +Flags:.*PIE/) || (hasInterpreter && !has(/\(SONAME\)/));

  // Imports tell of a canary and of fortified functions where the C library is another file.
  const symbols = readSymbols(text);
  const imports = new Set(symbols.filter((s) => s.section === "UND").map((s) => s.name));
  const definesCanary = symbols.some((s) => s.section !== "UND" && s.name === "__stack_chk_fail");
  const isLinked = hasInterpreter || has(/\(NEEDED\)/) || has(/Entry point address: +0x0$/m);
  const importsTell = isDynamic && isLinked && !definesCanary;
  const fortified = [...forms].filter(([form]) => imports.has(form)).map(([, plain]) => plain);
  const fortifiable = [...forms.values()].filter((plain) => imports.has(plain));

  const properties = one(/(?:x86|AArch64) feature: ([\w, ]+)/) ?? "";
  const isX86 = /X86-64|80386/.test(machine);
  const isAarch64 = machine === "AArch64";

  return {
    relro: hasRelro ? fullOrPartial : "none",
    bindNow,
    pie: type === "EXEC" ? false : isPie || null,
    stack: { stated: stack !== undefined, executable: stack ? stack.flags.includes("E") : !PLAIN_STACK.test(machine) },
    writableExecutable: writableExecutable.map((s) => BigInt(s.address)),
    textRelocations: has(/\(TEXTREL\)|\(FLAGS\) +.*TEXTREL/),
    canary: importsTell ? [...imports].some((name) => CANARY.test(name)) : null,
    fortify: importsTell ? { fortified: fortified.sort(), fortifiable: fortifiable.sort() } : null,
    cet: isX86 ? { ibt: properties.includes("IBT"), shstk: properties.includes("SHSTK") } : null,
    branchProtection: isAarch64
      ? { bti: properties.includes("BTI"), pac: properties.includes("PAC"), gcs: properties.includes("GCS") }
      : null,
    stripped: !has(/ SYMTAB /),
    debugInfo: has(/ \.z?debug_/),
    runpath: one(/Library runpath: \[(.*)\]/),
    rpath: one(/Library rpath: \[(.*)\]/),
    loadAlignment: loads.length === 0 ? null : Math.min(...loads.map((s) => s.align)),
  };
}
