/** A case of the comparison: options that are given to both commands, once for each file. */
export interface Case {
  readonly args: readonly string[];
  /** Compare the versions of symbols, too. */
  readonly symbols?: true;
}

export const LONG = Array.from({ length: 20 }, (_, i) => `/opt/elfwright/path/${i}`).join(":");

/**
 * Every option that patchelf 0.14.3 has, alone and with others; `value` is a file that holds a path. --output is in a
 * test of its own.
 */
export const cases = (value: string): Case[] =>
  [
    [],
    ["--print-interpreter"],
    ["--print-rpath"],
    ["--print-needed"],
    ["--print-soname"],
    ["--print-needed", "--print-rpath", "--print-soname", "--print-rpath"],
    ["--print-rpath", "--print-needed", "--print-interpreter", "--print-soname"],
    ["--set-interpreter", "/l"],
    ["--interpreter", `/opt/elfwright/${"long/".repeat(20)}ld.so`, "--print-interpreter"],
    ["--set-interpreter", ""],
    ["--set-rpath", "/a:$ORIGIN/b"],
    ["--set-rpath", LONG, "--print-rpath"],
    ["--set-rpath", ""],
    ["--set-rpath", `@${value}`],
    ["--set-rpath", "/first", "--set-rpath", "/last", "--page-size", "4096"],
    ["--force-rpath", "--set-rpath", "/a"],
    ["--force-rpath"],
    ["--add-rpath", "/added", "--debug"],
    ["--add-rpath", "/added", "--force-rpath"],
    ["--add-rpath", ""],
    ["--remove-rpath"],
    ["--remove-rpath", "--set-rpath", "/a"],
    ["--shrink-rpath"],
    ["--shrink-rpath", "--allowed-rpath-prefixes", "/usr/:/opt"],
    ["--shrink-rpath", "--remove-rpath", "--set-rpath", "/a", "--force-rpath"],
    ["--add-needed", "libz.so.9", "--add-needed", "liba.so"],
    ["--add-needed", ""],
    ["--remove-needed", "libelse.so"],
    ["--remove-needed", "libm.so.6", "--add-needed", "libm.so.6"],
    ["--remove-needed", "libc.so.6"],
    ["--replace-needed", "libc.so.6", "libother.so.1", "--print-needed"],
    ["--replace-needed", "libnone.so", "libother.so", "--replace-needed", "libnone.so", "libno.so"],
    ["--set-soname", "libnew.so.7", "--print-soname"],
    ["--set-soname", ""],
    ["--no-default-lib"],
    ["--clear-symbol-version", "malloc", "--clear-symbol-version", "__libc_start_main"],
    ["--clear-symbol-version", "no_such_symbol"],
    ["--set-interpreter", "/opt/elfwright/ld.so", "--set-rpath", LONG, "--add-needed", "libextra.so"],
  ].map((args) => ({ args, ...(args[0] === "--clear-symbol-version" && { symbols: true as const }) }));
