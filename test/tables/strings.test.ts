import { describe, expect, it } from "vitest";
import { encodeText } from "../../src/codec/bytes.js";
import { compactStrings } from "../../src/tables/compact-strings.js";
import { GrowingStrings } from "../../src/tables/strings.js";

const z = (s: string) => encodeText(`${s}\0`);
const text = (b: Uint8Array) => new TextDecoder("latin1").decode(b);

describe("GrowingStrings", () => {
  const start = () => new GrowingStrings(encodeText("\0libfoo.so\0bar\0"));

  it("finds what is there, also as the end of another string", () => {
    const s = start();
    expect([s.find(z("libfoo.so")), s.find(z("foo.so")), s.find(z("bar")), s.find(z("r")), s.find(z(""))]).toEqual([
      1, 4, 11, 13, 0,
    ]);
    expect([s.find(z("libfoo")), s.find(z("ba")), s.find(z("baz"))]).toEqual([undefined, undefined, undefined]);
  });

  it("appends only what is not there, and finds that again", () => {
    const s = start();
    expect([s.add(z("o.so")), s.add(z("new.so")), s.add(z("w.so")), s.add(z("new.so")), s.add(z("other"))]).toEqual([
      6, 15, 17, 15, 22,
    ]);
    expect(text(s.bytes())).toBe("\0libfoo.so\0bar\0new.so\0other\0");
  });

  it("does not change or copy what nobody edits", () => {
    const bytes = encodeText("\0a\0");
    const s = new GrowingStrings(bytes);
    expect(s.add(z("a"))).toBe(1);
    expect(s.bytes()).toBe(bytes);
    s.add(z("b"));
    s.overwrite(1, 1, encodeText("c"));
    expect(text(bytes)).toBe("\0a\0");
  });

  it("overwrites a range, NUL for what the new string does not fill", () => {
    const s = start();
    s.add(z("tail"));
    s.overwrite(1, 10, z("lib.so"));

    expect(text(s.bytes())).toBe("\0lib.so\0\0\0\0bar\0tail\0");
    expect([s.find(z("lib.so")), s.find(z("libfoo.so")), s.find(z("tail"))]).toEqual([1, undefined, 15]);
    expect(s.add(z("more"))).toBe(20);
    expect(text(s.bytes())).toBe("\0lib.so\0\0\0\0bar\0tail\0more\0");
  });

  it("compares bytes, not characters", () => {
    const s = new GrowingStrings(Uint8Array.of(0, 0xc3, 0xa9, 0));
    expect([s.find(z("é")), s.find(Uint8Array.of(0xa9, 0)), s.find(z("Ã©"))]).toEqual([1, 2, undefined]);
  });
});

describe("compactStrings", () => {
  const at = (t: ReturnType<typeof compactStrings>, s: string) => {
    const from = t.offsetOf(s);
    return new TextDecoder().decode(t.bytes.subarray(from, t.bytes.indexOf(0, from)));
  };

  it("lets a text that ends another share its bytes", () => {
    const t = compactStrings(["foo", "libfoo", "oo", "bar", "", "xbar", "foo"]);
    expect(t.bytes.length).toBe(1 + 7 + 5);
    expect([t.bytes[0], t.bytes.at(-1), t.offsetOf("")]).toEqual([0, 0, 0]);
    expect(["foo", "libfoo", "oo", "bar", "xbar"].map((s) => at(t, s))).toEqual(["foo", "libfoo", "oo", "bar", "xbar"]);
    expect(t.offsetOf("foo") - t.offsetOf("libfoo")).toBe(3);
    expect(t.offsetOf("oo") - t.offsetOf("libfoo")).toBe(4);
    expect(t.offsetOf("bar") - t.offsetOf("xbar")).toBe(1);
  });

  it("shares across the alphabet's neighbours", () => {
    const texts = ["aab", "b", "ab", "cab", "zcab", "bab"];
    const t = compactStrings(texts);
    expect(texts.map((s) => at(t, s))).toEqual(texts);
    expect(t.bytes.length).toBe(1 + "aab".length + 1 + "zcab".length + 1 + "bab".length + 1);
  });

  it("counts offsets in bytes", () => {
    const t = compactStrings(["xé", "é", "yé😀", "😀"]);
    expect(t.offsetOf("é") - t.offsetOf("xé")).toBe(1);
    expect(t.offsetOf("😀") - t.offsetOf("yé😀")).toBe(3);
    expect([at(t, "yé😀"), at(t, "😀")]).toEqual(["yé😀", "😀"]);
  });

  it("of nothing is one NUL", () => {
    expect([...compactStrings([]).bytes]).toEqual([0]);
    expect([...compactStrings([""]).bytes]).toEqual([0]);
  });
});
