import { describe, expect, it } from "vitest";
import { EM, resolveLibraries } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { type Contents, library, memory, program, said } from "./memory.js";

const of = (bytes: Uint8Array, more: Contents = {}) =>
  resolveLibraries("/f", { files: memory({ "/f": bytes, ...more }) });
const rules = (bytes: Uint8Array, more: Contents = {}) => of(bytes, more).rules;

describe("whose rules", () => {
  it("by the interpreter", () => {
    expect(rules(program([], { interpreter: "/lib/ld-musl-aarch64.so.1" }))).toBe("musl");
    expect(rules(program(["libc.so"], { interpreter: "/lib64/ld-linux-x86-64.so.2" }))).toBe("glibc");
    expect(rules(program([], { interpreter: "/system/bin/linker64" }))).toBe("glibc");
  });

  it.each<[string, string[], BuildOptions, string]>([
    ["Alpine's name", ["libz.so.1", "libc.musl-x86_64.so.1"], {}, "musl"],
    ["plain libc.so", ["libc.so"], {}, "musl"],
    ["Android's libc.so", ["libc.so", "libdl.so"], {}, "glibc"],
    ["libc.so.6", ["libc.so.6"], {}, "glibc"],
    ["libm.so.6", ["libm.so.6"], {}, "glibc"],
    ["a version of glibc", ["libx.so"], { versionNeeds: [{ file: "libx.so", versions: ["GLIBC_2.17"] }] }, "glibc"],
  ])("of a library, by what it needs: %s", (_, needed, options, expected) =>
    expect(rules(library(needed, options))).toBe(expected),
  );

  it("else by the loader that the system has", () => {
    const MUSL = { "/lib/ld-musl-x86_64.so.1": library() };
    const GLIBC = { "/lib64/ld-linux-x86-64.so.2": library() };
    expect(rules(library(["libx.so"]), MUSL)).toBe("musl");
    expect(rules(library(["libx.so"]), { ...MUSL, ...GLIBC })).toBe("glibc");
    expect(rules(library(["libx.so"]))).toBe("glibc");
  });

  it("or as asked", () => {
    const files = memory({ "/f": library(["libc.so.6"]) });
    expect(resolveLibraries("/f", { files, rules: "musl" }).rules).toBe("musl");
  });
});

describe("machines", () => {
  it.each<[string, BuildOptions, string, string]>([
    ["i386", { class: 32 }, "/lib/ld-linux.so.2", "i386-linux-gnu"],
    ["x32", { class: 32, machine: EM.X86_64 }, "/libx32/ld-linux-x32.so.2", "x86_64-linux-gnux32"],
    ["aarch64", { machine: EM.AARCH64 }, "/lib/ld-linux-aarch64.so.1", "aarch64-linux-gnu"],
    ["armhf", { class: 32, machine: EM.ARM, flags: 0x5000400 }, "/lib/ld-linux-armhf.so.3", "arm-linux-gnueabihf"],
    ["armel", { class: 32, machine: EM.ARM, flags: 0x5000200 }, "/lib/ld-linux.so.3", "arm-linux-gnueabi"],
    ["riscv64", { machine: EM.RISCV, flags: 5 }, "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64-linux-gnu"],
    ["s390x", { byteOrder: "big" }, "/lib/ld64.so.1", "s390x-linux-gnu"],
    ["ppc64le", { machine: EM.PPC64 }, "/lib64/ld64.so.2", "powerpc64le-linux-gnu"],
    ["powerpc", { class: 32, byteOrder: "big" }, "/lib/ld.so.1", "powerpc-linux-gnu"],
    ["mips64el", { machine: EM.MIPS }, "/lib64/ld.so.1", "mips64el-linux-gnuabi64"],
    ["mipsel", { class: 32, machine: EM.MIPS }, "/lib/ld.so.1", "mipsel-linux-gnu"],
    [
      "mipsn32",
      { class: 32, byteOrder: "big", machine: EM.MIPS, flags: 0x20 },
      "/lib32/ld.so.1",
      "mips64-linux-gnuabin32",
    ],
    [
      "loongarch64",
      { machine: EM.LOONGARCH, flags: 0x43 },
      "/lib64/ld-linux-loongarch-lp64d.so.1",
      "loongarch64-linux-gnu",
    ],
    ["m68k", { class: 32, byteOrder: "big", machine: EM["68K"] }, "/lib/ld.so.1", "m68k-linux-gnu"],
  ])("%s: the loader of a library, and Debian's directories", (_, options, loader, multiarch) => {
    const lib = (needed: string[]) => buildElf({ soname: "libf.so", interpreter: null, needed, ...options });
    const tree = of(lib(["libx.so"]), { [loader]: lib([]), [`/usr/lib/${multiarch}/libx.so`]: lib([]) });

    expect(tree.interpreter?.object?.path).toBe(loader);
    expect(tree.root.needs.map(said)).toEqual([`libx.so: /usr/lib/${multiarch}/libx.so by default`]);
  });

  it("an unknown one: the usual directories", () => {
    const lib = (needed: string[]) => buildElf({ soname: "libf.so", interpreter: null, needed, machine: 12345 });
    const { root } = of(lib(["libx.so"]), { "/usr/lib/libx.so": lib([]) });
    expect(root.needs.map(said)).toEqual(["libx.so: /usr/lib/libx.so by default"]);
  });
});
