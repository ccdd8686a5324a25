import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { patch, readElf, stripAll } from "../../../src/index.js";
import { contents } from "../../support/contents.js";
import { caught } from "../../support/elf.js";
import { scratch } from "../../support/fixtures.js";
import { DEBUG, MODES, stripBoth, UNNEEDED } from "../../support/strip.js";
import { itWithTools, must } from "../../support/tools.js";

const files = scratch();

/**
 * A module as a kernel's build makes it, without the kernel's headers: information, versions, parameters, exported
 * symbols, the module's own record, tracing.
 */
const MODULE = `
typedef unsigned long u64;
#define INFO(name, text) static const char name[] __attribute__((section(".modinfo"), used, aligned(1))) = text
INFO(license, "license=GPL");
INFO(description, "description=a module that only a test loads");
INFO(author, "author=nobody");
INFO(alias, "alias=pci:v00001234d*sv*sd*bc*sc*i*");
INFO(depends, "depends=usbcore");
INFO(parm, "parm=debug:how much to say (int)");
INFO(vermagic, "vermagic=6.1.0-test SMP preempt mod_unload modversions ");
struct version { u64 crc; char name[56]; };
static const struct version versions[] __attribute__((section("__versions"), used)) = {
  {0x1122334455667788, "_printk"},
  {0x99aabbcc, "module_layout"},
};
int _printk(const char *, ...);
void unused_import(void);
static int debug_level;
static int callback(void) { return _printk("%d", debug_level); }
int (*const handlers[])(void) __attribute__((section(".rodata"))) = {callback};
struct ksymbol { int value, name, ns; };
__attribute__((noinline)) int exported(int x) { return x + debug_level; }
static const char exported_name[] __attribute__((section("__ksymtab_strings"), used)) = "exported";
static const u64 __ksymtab_exported[] __attribute__((section("___ksymtab_gpl+exported"), used)) = {
  (u64)exported,
  (u64)exported_name,
};
static const int *const parameter __attribute__((section("__param"), used)) = &debug_level;
struct pci { unsigned vendor, device; };
static const struct pci ids[] = {{0x1234, 1}, {0, 0}};
extern const struct pci __mod_pci__ids_device_table[2] __attribute__((alias("ids")));
__attribute__((section(".init.text"))) int init_module(void) { return callback() + handlers[0](); }
__attribute__((section(".exit.text"))) void cleanup_module(void) { _printk("bye"); }
struct module { char state[24], name[56]; int (*init)(void); void (*exit)(void); };
struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = {
  .name = "ours",
  .init = init_module,
  .exit = cleanup_module,
};
static const u64 mcount[] __attribute__((section("__mcount_loc"), used)) = {(u64)callback};
`;

let built: string | undefined;

/** The module's path; it is built once. */
function module(): string {
  if (built !== undefined) return built;

  const object = files.path("module.o");
  const source = files.write("module.c", Buffer.from(MODULE));
  const asKernel = ["-fno-pie", "-mcmodel=kernel", "-ffreestanding", "-fno-asynchronous-unwind-tables"];
  must("gcc", ["-O1", "-g", "-c", ...asKernel, "-o", object, source]);

  built = files.path("module.ko");
  must("ld", ["-r", "-o", built, object]);
  return built;
}

/** What modinfo prints, from the section that it reads. */
function modinfo(path: string): string[] {
  const bytes = readFileSync(path);
  const { offset, size } = readElf(bytes).sections.find((section) => section.name === ".modinfo")!.header;
  const texts = bytes.toString("latin1", offset, offset + size).split("\0");
  return texts.filter((text) => text !== "");
}

/**
 * A signature as sign-file appends it: PKCS#7 data, struct module_signature (big-endian length last), the magic string.
 */
function signature(): Buffer {
  const data = Buffer.from("this stands for PKCS#7 data of some size ".repeat(11));
  const info = Buffer.alloc(12);
  info[2] = 2;
  info.writeUInt32BE(data.length, 8);
  return Buffer.concat([data, info, Buffer.from("~Module signature appended~\n")]);
}

describe("kernel modules", () => {
  for (const mode of MODES) {
    itWithTools(
      ["gcc", "ld", "strip"],
      `${mode.option}: modinfo prints the same, the kernel's tables stay, and it goes through ld -r`,
      () => {
        const { input, ours, gnu } = stripBoth(module(), mode);
        const was = contents(readFileSync(input));
        const now = contents(readFileSync(ours));

        expect(modinfo(ours)).toEqual(modinfo(input));
        expect(modinfo(ours)).toContain("license=GPL");
        expect(now).toEqual(contents(readFileSync(gnu)));

        for (const name of [
          ".rela.gnu.linkonce.this_module#0",
          ".rela__mcount_loc#0",
          ".rela___ksymtab_gpl+exported#0",
          ".rela__param#0",
        ]) {
          expect([name, now.relocations.get(name)]).toEqual([name, was.relocations.get(name)]);
        }

        const relinked = (path: string, name: string) => {
          const out = files.path(name);
          must("ld", ["-r", "-o", out, path]);
          return readFileSync(out);
        };
        const again = relinked(ours, "again-ours.ko");
        expect(again.equals(relinked(gnu, "again-gnu.ko"))).toBe(true);

        const symbols = contents(again).symbols.map((symbol) => symbol.split(" ")[0]);
        const own = ["init_module", "cleanup_module", "__this_module", "exported", "__mod_pci__ids_device_table"];
        expect(symbols).toEqual(expect.arrayContaining([...own, "_printk"]));
      },
    );
  }

  itWithTools(["gcc", "ld"], "--strip-all is refused: the kernel could not load it", () => {
    expect(caught(() => patch(readFileSync(module()), [stripAll()])).code).toBe("RELOCATABLE");
  });

  for (const { option, edits } of [UNNEEDED, DEBUG]) {
    itWithTools(
      ["gcc", "ld", "strip"],
      `${option} of a signed module: refused, or the signature stays whole at the end; GNU strip loses it`,
      () => {
        const bytes = readFileSync(module());
        const tail = signature();
        const signed = Buffer.concat([bytes, tail]);
        const path = files.write("signed.ko", signed);

        expect(caught(() => patch(signed, edits)).code).toBe("OVERLAY");

        const plain = patch(bytes, edits).bytes;
        const kept = patch(signed, edits, { overlay: "keep" }).bytes;
        const inPlace = patch(signed, edits, { overlay: "keep-in-place" }).bytes;

        expect(kept.subarray(-tail.length).equals(tail)).toBe(true);
        expect(kept.length).toBeLessThan(signed.length);
        expect(contents(kept)).toEqual(contents(plain));
        expect(inPlace.length).toBe(signed.length);
        expect(inPlace.subarray(-tail.length).equals(tail)).toBe(true);

        // Nothing moves: the headers of removed sections stay, unused.
        const { sections, ...rest } = contents(inPlace);
        const { sections: wantedSections, ...wantedRest } = contents(plain);
        expect(sections.filter((name) => name !== "")).toEqual(wantedSections);
        expect(rest).toEqual(wantedRest);

        must("ld", ["-r", "-o", files.path("again.ko"), files.write("in-place.ko", inPlace)]);
        expect(patch(signed, edits, { overlay: "drop" }).bytes.equals(plain)).toBe(true);

        must("strip", [option, path]);
        expect(readFileSync(path).includes("~Module signature appended~")).toBe(false);
      },
    );
  }
});
