import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { renameDynamicSymbols } from "../../src/edit/symbols.js";
import { readElf } from "../../src/image/read-elf.js";
import { sysvHashTable } from "../../src/image/dynamic/hash.js";
import { patch } from "../../src/patch.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught } from "../support/elf.js";

describe("hash tables", () => {
  it.each([0, 0xffffffff, 5000])("a DT_HASH whose head says %i buckets is not written over what follows", (buckets) => {
    const bytes = buildElf({ hash: "sysv", soname: "libx.so", symbols: [{ name: "one" }, { name: "two" }] });
    viewOf(bytes).setUint32(sysvHashTable(readElf(bytes))!.offset, buckets, true);
    expect(caught(() => patch(bytes, [renameDynamicSymbols({ one: "three" })])).code).toBe("MALFORMED");
  });

  it("a name that is not UTF-8 is not taken for the text that it reads as", () => {
    const bytes = buildElf({ hash: "both", soname: "libx.so", symbols: [{ name: "q_one" }, { name: "two" }] });
    const strings = readElf(bytes).dynamic!.strings!;
    const at = strings.offset + Buffer.from(strings.load()).indexOf("q_one");
    bytes[at] = 0xff;
    expect(patch(bytes, [renameDynamicSymbols({ "\ufffd_one": "three" })]).changed).toBe(false);
  });
});
