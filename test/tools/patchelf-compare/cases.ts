/** A case of the comparison: options that are given to both commands, once for each file. */
export interface Case {
  readonly args: readonly string[];
  /** Compare the versions of symbols, too. */
  readonly symbols?: true;
}

const LONG = Array.from({ length: 20 }, (_, i) => `/opt/elfwright/path/${i}`).join(":");

/** Every option that patchelf 0.14.3 has, alone and with others. `VALUE` is a file that holds "/from/a/file". */
export const cases = (value: string): Case[] => [
  { args: [] },
  { args: ["--print-interpreter"] }, { args: ["--print-rpath"] }, { args: ["--print-needed"] }, { args: ["--print-soname"] },
  { args: ["--print-needed", "--print-rpath", "--print-soname", "--print-rpath"] }, { args: ["--print-rpath", "--print-needed", "--print-interpreter", "--print-soname"] },
  { args: ["--set-interpreter", "/l"] }, { args: ["--interpreter", `/opt/elfwright/${"long/".repeat(20)}ld.so`, "--print-interpreter"] }, { args: ["--set-interpreter", ""] },
  { args: ["--set-rpath", "/a:$ORIGIN/b"] }, { args: ["--set-rpath", LONG, "--print-rpath"] }, { args: ["--set-rpath", ""] }, { args: ["--set-rpath", `@${value}`] },
  { args: ["--set-rpath", "/first", "--set-rpath", "/last", "--page-size", "4096"] }, { args: ["--force-rpath", "--set-rpath", "/a"] }, { args: ["--force-rpath"] },
  { args: ["--add-rpath", "/added", "--debug"] }, { args: ["--add-rpath", "/added", "--force-rpath"] },
  { args: ["--remove-rpath"] }, { args: ["--remove-rpath", "--set-rpath", "/a"] },
  { args: ["--shrink-rpath"] }, { args: ["--shrink-rpath", "--allowed-rpath-prefixes", "/usr/:/opt"] }, { args: ["--shrink-rpath", "--remove-rpath", "--set-rpath", "/a", "--force-rpath"] },
  { args: ["--add-needed", "libz.so.9", "--add-needed", "liba.so"] }, { args: ["--remove-needed", "libelse.so"] }, { args: ["--remove-needed", "libm.so.6", "--add-needed", "libm.so.6"] },
  { args: ["--replace-needed", "libc.so.6", "libother.so.1", "--print-needed"] }, { args: ["--replace-needed", "libnone.so", "libother.so", "--replace-needed", "libnone.so", "libno.so"] },
  { args: ["--set-soname", "libnew.so.7", "--print-soname"] }, { args: ["--no-default-lib"] },
  { args: ["--clear-symbol-version", "malloc", "--clear-symbol-version", "__libc_start_main"], symbols: true }, { args: ["--clear-symbol-version", "no_such_symbol"] },
  { args: ["--set-interpreter", "/opt/elfwright/ld.so", "--set-rpath", LONG, "--add-needed", "libextra.so"] },
];
