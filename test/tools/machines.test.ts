import { BIG_BSS, BIG_PAGES, crossRowsOf, NOW, RELR, SMALL_PAGES, SYSV_HASH } from "../support/linkers.js";
import { MACHINES } from "../support/machines.js";
import { matrix } from "../support/matrix.js";

const PROGRAMS = ["PIE", "non-PIE"] as const;

// GNU ld's programs for every other machine that has a cross libc here, run by its emulator; libraries where the
// machine is a kind of its own.
matrix([
  ...MACHINES.filter((m) => m !== "x86_64").flatMap((m) => crossRowsOf(m, PROGRAMS)),
  ...(["i386", "s390x", "mips64el", "powerpc"] as const).flatMap((m) => crossRowsOf(m, ["library"])),
  // A non-PIE has no relative relocations, and so no DT_RELR.
  ...crossRowsOf("i386", ["PIE"], RELR),
  // s390x has hash tables of 8-byte words.
  ...crossRowsOf("s390x", PROGRAMS, SYSV_HASH),
  ...crossRowsOf("s390x", PROGRAMS, BIG_BSS),
  ...crossRowsOf("powerpc", PROGRAMS, NOW),
  ...crossRowsOf("armhf", PROGRAMS, BIG_PAGES),
  // Kernels for aarch64 and mips64el have pages of up to 64 KiB, whatever the file was linked for.
  ...crossRowsOf("aarch64", PROGRAMS, SMALL_PAGES),
  ...crossRowsOf("mips64el", PROGRAMS, BIG_BSS),
]);
