import type { ElfFile } from "../../image/elf.js";
import { Tolerant } from "../../image/tolerant.js";
import { newest } from "../../spec/version-names.js";
import type { LibcTables } from "../../targets/target.js";
import { factsOf } from "../facts.js";
import { muslFloor } from "../versions/symbol-floor.js";
import { versionUses } from "../versions/version-uses.js";
import { judgeWheel, type WheelTag } from "./wheel-judge.js";

/**
 * The platform tag (PEP 600, PEP 656) that a file would earn as it is, by the rules of auditwheel: the versions that a
 * policy allows on this machine, weak ones included; libraries that a policy counts on; symbols that it forbids. Only
 * the file itself is looked at: a library that is not on the list can be bundled into the wheel (`auditwheel repair`),
 * and is then judged like this one. auditwheel takes the musl of the system it runs on; here the file's symbols tell
 * it.
 *
 * @throws ElfError `MALFORMED`, `TRUNCATED` where the tables of versions cannot be read
 * @param tables from `elfwright/targets`
 * @example
 * wheelTag(readElf(bytes), tables) // { tag: "manylinux_2_34_x86_64", obstacles: [{ kind: "version", name: "GLIBC_2.34", … }] }
 */
export function wheelTag(elf: ElfFile, tables: LibcTables): WheelTag {
  const facts = factsOf(elf, new Tolerant(), { tables });
  const release =
    facts.libc === "musl"
      ? newest(
          muslFloor(facts, tables)
            .filter((e) => !e.weak)
            .map((e) => e.version),
        )
      : undefined;
  const { tag, obstacles } = judgeWheel(facts, versionUses(facts), release, tables);

  return { tag, obstacles };
}
