import { describe, expect, it } from "vitest";
import { hostProcessor, x86Features } from "../../src/node/host.js";
import { EM } from "../../src/index.js";
import { itWithTools, must } from "../support/tools.js";

const LOADER = "/lib64/ld-linux-x86-64.so.2";
const V2 = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const V3 = `${V2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave`;
const V4 = `${V3} avx512f avx512bw avx512cd avx512dq avx512vl`;
const cpu = (vendor: string, flags: string) =>
  x86Features(`processor\t: 0\nvendor_id\t: ${vendor}\nflags\t\t: fpu ${flags} nx\n`);

describe("the processor of this machine", () => {
  it("is known by its flags", () => {
    for (const [vendor, flags, hwcaps, platform, legacyHwcaps] of [
      ["AuthenticAMD", "lm", [], "x86_64", ["x86_64"]],
      ["AuthenticAMD", V3, ["x86-64-v3", "x86-64-v2"], "x86_64", ["x86_64"]],
      ["GenuineIntel", V2, ["x86-64-v2"], "x86_64", ["x86_64"]],
      ["GenuineIntel", V3, ["x86-64-v3", "x86-64-v2"], "haswell", ["haswell", "x86_64"]],
      ["GenuineIntel", V4, ["x86-64-v4", "x86-64-v3", "x86-64-v2"], "haswell", ["haswell", "avx512_1", "x86_64"]],
    ] as const) {
      expect(cpu(vendor, flags)).toEqual({ hwcaps, platform, legacyHwcaps });
    }

    // A level counts only with those below it.
    expect(cpu("AuthenticAMD", V4.replace(" avx2", "")).hwcaps).toEqual(["x86-64-v2"]);
  });

  itWithTools([LOADER], "is what ld.so sees", () => {
    const host = hostProcessor()!;
    if (host.machine !== EM.X86_64) return;

    const help = must(LOADER, ["--help"]);
    const [hwcaps, legacy] = help.split("Legacy HWCAP subdirectories");
    const supported = (text: string | undefined) => {
      const lines = (text ?? "").matchAll(/^ {2}(\S+) \((?:AT_PLATFORM; )?supported, searched\)/gm);
      return [...lines].map(([, name]) => name!);
    };

    expect(host.hwcaps).toEqual(supported(hwcaps));
    if (legacy !== undefined) {
      const names = new Set(supported(legacy).filter((name) => name !== "tls"));
      expect([...host.legacyHwcaps!].sort()).toEqual([...names].sort());
    }
    expect(host.platform).toBe(/(\S+) \(AT_PLATFORM/.exec(help)?.[1] ?? host.platform);
  });
});
