import type { ElfFile } from "../../image/elf.js";
import { Tolerant } from "../../image/tolerant.js";
import { newest } from "../../spec/version-names.js";
import type { LibcTables } from "../../targets/target.js";
import { type Facts, factsOf } from "../facts.js";
import { muslFloor } from "../versions/symbol-floor.js";
import { versionUses } from "../versions/version-uses.js";
import { judgeWheel, type WheelTag } from "./wheel-judge.js";
import { assertElf } from "../../input.js";

/**
 * The platform tag (PEP 600, PEP 656) that a file would earn as it is, by the rules of auditwheel: the versions that a
 * policy allows on this machine, weak ones included; the libraries that a policy counts on; the symbols that it
 * forbids.
 *
 * Only the file itself is looked at. A library that is not on the list can be bundled into the wheel (`auditwheel
 * repair`), and is then judged like this one. auditwheel takes the musl of the system that it runs on; here the file's
 * symbols tell the release of musl.
 *
 * @throws ElfError `MALFORMED`, `TRUNCATED` where the tables of versions cannot be read
 * @param tables from `elfwright/targets`
 * @example
 * wheelTag(readElf(bytes), tables)
 * // { tag: "manylinux_2_34_x86_64", obstacles: [{ kind: "version", name: "GLIBC_2.34", … }] }
 */
export function wheelTag(elf: ElfFile, tables: LibcTables): WheelTag {
  assertElf("wheelTag", elf);
  const facts = factsOf(elf, new Tolerant(), { tables });
  const muslRelease = facts.libc === "musl" ? requiredMusl(facts, tables) : undefined;
  const { tag, obstacles } = judgeWheel(facts, versionUses(facts), muslRelease, tables);

  return { tag, obstacles };
}

/** The newest release of musl that a strong reference needs. */
function requiredMusl(facts: Facts, tables: LibcTables): string | undefined {
  const strong = muslFloor(facts, tables).filter((e) => !e.weak);
  return newest(strong.map((e) => e.version));
}
