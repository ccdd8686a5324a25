import type { Hardening } from "../../src/image/hardening.js";
import { run } from "./run.js";

/** The facts that readelf's output holds too. */
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

const PLAIN_STACK = /AArch64|RISC-V|PowerPC64|LoongArch|IA-64/;

/** Hardening as an independent reading of what GNU readelf prints: by words, not by numbers. */
export function readelfHardening(path: string, forms: ReadonlyMap<string, string>): Read {
  const whole = run("readelf", ["-hlSdnW", "--dyn-syms", path]).stdout;
  // Without section headers, only -D finds the symbols.
  const text = /There are no sections/.test(whole) ? whole + run("readelf", ["-DsW", path]).stdout : whole;
  const has = (re: RegExp) => re.test(text);
  const one = (re: RegExp) => re.exec(text)?.[1] ?? null;
  const machine = one(/Machine: +(.*)/)!;
  const type = one(/^ {2}Type: +(\w+)/m);
  const dynamic = has(/^Dynamic section at/m);
  const interpreter = has(/Requesting program interpreter/);
  const soname = has(/\(SONAME\)/);
  const needed = has(/\(NEEDED\)/);
  const segments = [
    ...text.matchAll(
      /^ {2}(LOAD|GNU_STACK|GNU_RELRO) +0x[0-9a-f]+ (0x[0-9a-f]+) 0x[0-9a-f]+ 0x[0-9a-f]+ (0x[0-9a-f]+) (.{3}) (0x[0-9a-f]+|0)/gm,
    ),
  ].map((m) => ({ type: m[1], address: m[2]!, size: Number(m[3]), flags: m[4]!, align: Number(m[5]) }));
  const loads = segments.filter((s) => s.type === "LOAD" && s.size > 0);
  const stack = segments.find((s) => s.type === "GNU_STACK");
  const bindNow = dynamic ? has(/\(BIND_NOW\)|\(FLAGS\) +.*BIND_NOW|\(FLAGS_1\) +Flags:.*NOW/) : null;
  const lazy = has(/\(PLTRELSZ\)/) || /MIPS/.test(machine) || (!dynamic && (!has(/ \.text /) || has(/ \.got\.plt /)));
  // 12: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND puts@GLIBC_2.2.5 (3)
  const symbols = [...text.matchAll(/^ +\d+: [0-9a-f]+ +\S+ +\S+ +\S+ +\S+ +(\S+) (\S+)/gm)].map((m) => ({
    section: m[1],
    name: m[2]!.replace(/@.*/, ""),
  }));
  const names = new Set(symbols.filter((s) => s.section === "UND").map((s) => s.name));
  const own = symbols.some((s) => s.section !== "UND" && s.name === "__stack_chk_fail");
  const told = dynamic && (interpreter || needed || has(/Entry point address: +0x0$/m)) && !own;
  const properties = one(/(?:x86|AArch64) feature: ([\w, ]+)/) ?? "";
  const x86 = /X86-64|80386/.test(machine);
  const arm = machine === "AArch64";

  return {
    relro: !segments.some((s) => s.type === "GNU_RELRO" && s.size > 0) ? "none" : bindNow || !lazy ? "full" : "partial",
    bindNow,
    pie: type === "EXEC" ? false : has(/\(FLAGS_1\) +Flags:.*PIE/) || (interpreter && !soname) ? true : null,
    stack: { stated: stack !== undefined, executable: stack ? stack.flags.includes("E") : !PLAIN_STACK.test(machine) },
    writableExecutable: loads
      .filter((s) => s.flags.includes("W") && s.flags.includes("E"))
      .map((s) => BigInt(s.address)),
    textRelocations: has(/\(TEXTREL\)|\(FLAGS\) +.*TEXTREL/),
    canary: told
      ? [...names].some((n) => /^__stack_chk_|^__stack_smash_handler|^__intel_security_cookie/.test(n))
      : null,
    fortify: told
      ? {
          fortified: [...forms]
            .filter(([f]) => names.has(f))
            .map(([, p]) => p)
            .sort(),
          fortifiable: [...forms.values()].filter((p) => names.has(p)).sort(),
        }
      : null,
    cet: x86 ? { ibt: properties.includes("IBT"), shstk: properties.includes("SHSTK") } : null,
    branchProtection: arm
      ? { bti: properties.includes("BTI"), pac: properties.includes("PAC"), gcs: properties.includes("GCS") }
      : null,
    stripped: !has(/ SYMTAB /),
    debugInfo: has(/ \.z?debug_/),
    runpath: one(/Library runpath: \[(.*)\]/),
    rpath: one(/Library rpath: \[(.*)\]/),
    loadAlignment: loads.length === 0 ? null : Math.min(...loads.map((s) => s.align)),
  };
}
