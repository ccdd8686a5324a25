import { expect, it } from "vitest";
import { encodeText } from "../../../src/codec/bytes.js";
import { STT } from "../../../src/spec/constants.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS } from "../../support/elf.js";
import { said } from "../../support/findings.js";

const RULE = "static-glibc-loads";
const STATIC: BuildOptions = { type: 2, dynamic: false };
const defines = (...names: string[]): BuildOptions => ({
  ...STATIC,
  symbols: names.map((name) => ({ name, type: STT.FUNC })),
});

it.each(ENCODINGS)("$label: functions of glibc's static library that load parts of the shared one", (e) => {
  expect(said(buildElf({ ...e, ...defines("main", "iconv_open", "getaddrinfo") }), RULE)).toBe(
    "warning: it is static, but getaddrinfo and iconv_open of glibc load shared libraries (name services, " +
      "character sets) at run time, and those must be of the very version it was built with",
  );
  expect(said(buildElf({ ...e, ...defines("getpwnam") }), RULE)).toMatch(/getpwnam of glibc loads shared libraries/);
  expect(said(buildElf({ ...e, ...defines("main") }), RULE)).toBe(null);
});

it("musl carries its own resolver, and a dynamic program has its library", () => {
  const bytes = buildElf(defines("getaddrinfo"));
  for (const facts of [{ libc: "musl" }, { linkage: "dynamic" }, { packer: "upx" }] as const) {
    expect([facts, said(bytes, RULE, facts)]).toEqual([facts, null]);
  }
});

it("without symbols, by the file that name services read", () => {
  const note = (text: string) => [{ section: ".note.x", owner: "x", type: 1, description: encodeText(text) }];
  const withServices = buildElf({ ...STATIC, symtab: false, notes: note("/etc/nsswitch.conf\0") });
  const without = buildElf({ ...STATIC, symtab: false, notes: note("/etc/hosts\0") });

  expect(said(withServices, RULE)).toMatch(/^warning: it is static, but has glibc's name services in it/);
  expect(said(withServices, RULE, { language: "go" })).toBe(null);
  expect(said(without, RULE)).toBe(null);
});
