import { loaderMachine } from "../resolve/search/machines.js";
import { knownLoader } from "../spec/known-loaders.js";
import type { Target } from "../targets/target.js";
import type { DiagnosisFinding } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import { some, systemOf } from "./target-text.js";

/** Where a system with the target's C library has its loader for the file's machine; empty where that is not known. */
function loadersOn(t: Target, f: Facts): readonly string[] {
  const { loaders, muslArch } = loaderMachine(f.elf.header);
  return t.libc === "glibc" ? loaders : muslArch === undefined ? [] : ["", "-sf", "-sp"].map((float) => `/lib/ld-musl-${muslArch}${float}.so.1`);
}

/** PT_INTERP, against where the target has its loader. */
export function* interpreterFindings(f: Facts, t: Target): Generator<DiagnosisFinding> {
  if (f.interpreter === null) return;
  const of = knownLoader(f.interpreter)?.libc, there = loadersOn(t, f), names = [f.interpreter];
  if (of !== undefined && of !== t.libc)
    yield {
      rule: "target-interpreter", severity: "error", names, message: `The program asks for ${of}'s loader ${f.interpreter}, which ${systemOf(t)} does not have: it cannot be started ("No such file or directory")`,
      advice: `Build it for ${t.libc}. The loader's path alone can be changed (setInterpreter), but then it meets another C library than it was built for.`,
    };
  else if (there.length > 0 && !there.includes(f.interpreter))
    yield {
      rule: "target-interpreter", severity: "warning", names, message: `The program asks for the loader ${f.interpreter}; ${systemOf(t)} has it at ${there[0]!}`,
      advice: `Set it with setInterpreter(${JSON.stringify(there[0])}), unless the system that it runs on has this path too.`,
    };
}

/** musl's libc by the names that files need it under. */
const MUSL_LIBC = /^(libc\.musl-[^.]+\.so\.1|libc\.so|ld-musl-[^.]+\.so\.1)$/;

/** glibc's libraries that musl's loader does not take for itself (it does so with lib{c,pthread,rt,m,dl,util,xnet}.). */
const GLIBC_ONLY = /^(ld-linux.*|ld64\.so\.[12]|ld\.so\.1|libresolv\.so\.2|libcrypt\.so\.1|libnsl\.so\.1|libanl\.so\.1|libmvec\.so\.1|libthread_db\.so\.1|libBrokenLocale\.so\.1|libc_malloc_debug\.so\.0)$/;

/** The C library by a name that the target does not have. Of a library that needs `libc.so`, another rule tells. */
export function* libraryFindings(f: Facts, t: Target): Generator<DiagnosisFinding> {
  const names = [...new Set(f.needed.filter((n) => (t.libc === "glibc" ? MUSL_LIBC : GLIBC_ONLY).test(n)))].filter((n) => n !== "libc.so" || f.interpreter !== null);
  if (names.length === 0 || (t.libc === "glibc" && f.libc !== "musl")) return;
  yield {
    rule: "target-loader", severity: "error", names,
    message: t.libc === "glibc"
      ? `The file needs musl's libc as ${some(names)}, which ${systemOf(t)} does not have${names.includes("libc.so") ? ' (where glibc\'s development files are installed, libc.so is a linker script: "invalid ELF header")' : ""}`
      : `The file needs ${some(names)}, which musl does not have, and does not take for itself as it does with libc.so.6 or libm.so.6`,
    advice: t.libc === "glibc" ? "Build it for glibc. The name alone can be changed (replaceNeeded), but then it meets another C library than it was built for." : "Build it for musl; what musl's libc has itself may be removed from the needed libraries (removeNeeded).",
  };
}
