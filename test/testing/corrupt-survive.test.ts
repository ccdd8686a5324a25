import { describe, expect, it } from "vitest";
import { bytesSource } from "../../src/codec/source.js";
import { isElfError } from "../../src/error.js";
import { stripDebug, stripUnneeded } from "../../src/index.js";
import { patch } from "../../src/patch.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ET } from "../../src/spec/constants.js";
import { corrupt, corruptions } from "../../src/testing/corrupt/corrupt.js";
import type { CorruptionKind } from "../../src/testing/corrupt/kinds.js";
import { testArchive } from "../support/archives.js";
import { caught, counting, ENCODINGS } from "../support/elf.js";
import { everyFunction, everyPatch, type Use } from "../support/every-function.js";
import { RICH } from "./rich.js";

const MINUTES = 60_000;

/** The most that is read of a file: so many times its size, and 1 MiB. The largest files here have some megabytes. */
const MOST_READS = 200;

/** The faulty file, or undefined where the file has not what the kind needs. */
function made(bytes: Uint8Array, kind: CorruptionKind): Uint8Array | undefined {
  try {
    return corrupt(bytes, kind);
  } catch (e) {
    if (isElfError(e, "BAD_INPUT")) return undefined;
    throw e;
  }
}

/**
 * Does every work with every kind. Answers and `ElfError`s are all that may come of it. Returns how many of each did.
 */
function survive(bytes: Uint8Array, uses: readonly Use[], kinds: readonly CorruptionKind[]) {
  let answers = 0;
  let refusals = 0;
  for (const kind of kinds) {
    const faulty = made(bytes, kind);
    if (!faulty) continue;

    const before = faulty.slice();
    for (const { name, run } of uses) {
      const source = counting(bytesSource(faulty));
      try {
        run(source);
        answers++;
      } catch (e) {
        if (!isElfError(e)) throw new Error(`${kind}, ${name}: ${String(e)}`, { cause: e });
        refusals++;
      }
      const most = MOST_READS * faulty.length + (1 << 20);
      expect(source.bytes, `${kind}, ${name}: bytes read of ${faulty.length}`).toBeLessThan(most);
    }
    expect(Buffer.compare(faulty, before), `${kind} was written to`).toBe(0);
  }
  return { answers, refusals };
}

const KINDS = corruptions.map((row) => row.id).filter((id) => !id.startsWith("archive-"));
/** What is not a field alone that is far too large: that is tried on two encodings. */
const SHAPES = KINDS.filter((id) => !id.includes("-near-") && !id.startsWith("many-"));

/** One of each class and byte order: the long work is done with these. */
const TWO = ENCODINGS.filter((e) => (e.class === 64) === e.littleEndian);

describe("every kind of faulty file", () => {
  it.each(TWO)(
    "every function answers or throws an ElfError: $label",
    (encoding) => {
      const bytes = buildElf({ ...encoding, ...RICH, pageSize: 0x1000 });
      const { answers, refusals } = survive(bytes, everyFunction(bytes), KINDS);
      expect(answers).toBeGreaterThan(2000);
      expect(refusals).toBeGreaterThan(200);
    },
    10 * MINUTES,
  );

  it.each(TWO)(
    "every edit patches or refuses it: $label",
    (encoding) => {
      const bytes = buildElf({ ...encoding, ...RICH, pageSize: 0x1000 });
      const { answers, refusals } = survive(bytes, everyPatch(bytes), SHAPES);
      expect(answers).toBeGreaterThan(1000);
      expect(refusals).toBeGreaterThan(500);
    },
    10 * MINUTES,
  );

  it.each(ENCODINGS)(
    "of programs, objects, files without sections, static programs and core files: $label",
    (encoding) => {
      const files = [
        buildElf({ ...encoding, ...RICH, pageSize: 0x1000 }),
        buildElf({ ...encoding, type: ET.REL, symbols: [{ name: "answer" }] }),
        buildElf({ ...encoding, ...RICH, sectionHeaders: false }),
        buildElf({ ...encoding, type: ET.EXEC, dynamic: false }),
        buildElf({
          ...encoding,
          type: ET.CORE,
          notes: [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }],
        }),
      ];
      for (const bytes of files) {
        expect(survive(bytes, everyFunction(bytes), SHAPES).answers).toBeGreaterThan(100);
      }
    },
    10 * MINUTES,
  );
});

describe("every kind of faulty archive", () => {
  const name = "a_name_that_is_longer_than_sixteen_bytes.o";
  const object = buildElf({ type: ET.REL, symbols: [{ name: "answer" }] });
  const archive = testArchive([
    { name, bytes: object, symbols: ["answer"] },
    { name: "short.o", bytes: object },
  ]);

  it.each(corruptions.map((row) => row.id).filter((id) => id.startsWith("archive-")))("%s", (kind) => {
    const faulty = corrupt(archive, kind);
    expect(caught(() => corrupt(buildElf(), kind)).message).toContain("needs an ar archive");
    for (const edits of [[stripUnneeded()], [stripDebug()], []]) {
      try {
        patch(faulty, edits);
      } catch (e) {
        if (!isElfError(e)) throw e;
      }
    }
    for (const { name: work, run } of everyFunction(object)) {
      try {
        run(bytesSource(faulty));
      } catch (e) {
        if (!isElfError(e)) throw new Error(`${work}: ${String(e)}`, { cause: e });
      }
    }
  });

  it("kinds of ELF files refuse an archive", () => {
    expect(caught(() => corrupt(archive, "load-order")).message).toContain("needs an ELF file, not an archive");
  });
});
