import type { ProgramDifference, ProgramPart } from "./difference.js";

/** What a part is called where it was edited. */
const NAMES: Readonly<Partial<Record<ProgramPart, string>>> = {
  interpreter: "the interpreter",
  needed: "NEEDED",
  soname: "SONAME",
  header: "the ELF header",
  entry: "the entry point",
  segments: "program headers",
  relro: "RELRO",
  memory: "memory",
  hash: "hash tables",
  relocations: "relocations",
  stack: "the stack",
  "old-bytes": "old bytes of tables",
  debug: "debugging information gone",
  symtab: "the static symbols",
  overlay: "the bytes behind the ELF file",
};

/** Differences that a sentence tells. */
const TOLD = 4;

const counted = (count: number, one: string): string => (count === 1 ? `1 ${one}` : `${count} ${one}s`);

/** What all differences of a part come to, in a few words. */
function wordsFor(part: ProgramPart, all: readonly ProgramDifference[]): string[] {
  const subjects = [...new Set(all.map((d) => d.at.replace(/^DT_/, "")))];
  switch (part) {
    case "notes":
    case "sections": {
      const one = part === "notes" ? "note" : "section";
      const gone = all.filter((d) => d.message.endsWith("is gone")).length;
      const added = all.filter((d) => d.message.endsWith("is new")).length;
      const other = all.length - gone - added;
      return [
        ...(gone > 0 ? [`${counted(gone, one)} gone`] : []),
        ...(added > 0 ? [`${counted(added, one)} new`] : []),
        ...(other > 0 ? [`${counted(other, one)} changed`] : []),
      ];
    }
    case "search-path":
    case "dynamic":
      return subjects;
    case "symbols":
    case "versions":
      return [counted(all.length, part === "symbols" ? "symbol" : "version")];
    default:
      return [NAMES[part] ?? subjects.join(", ")];
  }
}

/** The verdict in one sentence. */
export function summaryOf(differences: readonly ProgramDifference[], allowed: ReadonlySet<ProgramPart>): string {
  const wrong = differences.filter((d) => d.kind === "damage" || !allowed.has(d.part));
  if (wrong.length > 0) {
    const told = wrong.slice(0, TOLD).map((d) => d.message);
    const more = wrong.length - told.length;
    return `not the same program: ${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
  }

  const parts = [...new Set(differences.map((d) => d.part))];
  const words = parts.flatMap((part) =>
    wordsFor(
      part,
      differences.filter((d) => d.part === part),
    ),
  );
  return words.length === 0 ? "the same program" : `the same program, but for: ${words.join(", ")}`;
}
