import { describe, expect, it } from "vitest";
import { hostProcessor, x86 } from "../../src/node/host.js";
import { EM } from "../../src/index.js";
import { itWithTools, must } from "../support/tools.js";

const LOADER = "/lib64/ld-linux-x86-64.so.2";
const V2 = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const V3 = `${V2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave`;
const V4 = `${V3} avx512f avx512bw avx512cd avx512dq avx512vl`;
const cpu = (vendor: string, flags: string) =>
  x86(`processor\t: 0\nvendor_id\t: ${vendor}\nflags\t\t: fpu ${flags} nx\n`);

describe("the processor that this runs on", () => {
  it("by its flags", () => {
    expect(cpu("AuthenticAMD", "lm")).toEqual({ hwcaps: [], platform: "x86_64", legacyHwcaps: ["x86_64"] });
    expect(cpu("AuthenticAMD", V3)).toEqual({
      hwcaps: ["x86-64-v3", "x86-64-v2"],
      platform: "x86_64",
      legacyHwcaps: ["x86_64"],
    });
    expect(cpu("GenuineIntel", V2)).toEqual({ hwcaps: ["x86-64-v2"], platform: "x86_64", legacyHwcaps: ["x86_64"] });
    expect(cpu("GenuineIntel", V3)).toEqual({
      hwcaps: ["x86-64-v3", "x86-64-v2"],
      platform: "haswell",
      legacyHwcaps: ["haswell", "x86_64"],
    });
    expect(cpu("GenuineIntel", V4)).toEqual({
      hwcaps: ["x86-64-v4", "x86-64-v3", "x86-64-v2"],
      platform: "haswell",
      legacyHwcaps: ["haswell", "avx512_1", "x86_64"],
    });
    // A level counts only with those below it.
    expect(cpu("AuthenticAMD", V4.replace(" avx2", "")).hwcaps).toEqual(["x86-64-v2"]);
  });

  itWithTools([LOADER], "as ld.so sees it", () => {
    const host = hostProcessor()!;
    const help = must(LOADER, ["--help"]);
    const [hwcaps, legacy] = help.split("Legacy HWCAP subdirectories");
    if (host.machine !== EM.X86_64) return;

    const supported = (text: string | undefined) =>
      [...(text ?? "").matchAll(/^ {2}(\S+) \((?:AT_PLATFORM; )?supported, searched\)/gm)].map((m) => m[1]!);
    expect(host.hwcaps).toEqual(supported(hwcaps));

    if (legacy !== undefined) {
      expect([...host.legacyHwcaps!].sort()).toEqual([...new Set(supported(legacy).filter((n) => n !== "tls"))].sort());
    }

    expect(host.platform).toBe(/(\S+) \(AT_PLATFORM/.exec(help)?.[1] ?? host.platform);
  });
});
