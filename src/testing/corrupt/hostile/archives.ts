import { concat, encodeText } from "../../../codec/bytes.js";
import { bytesSource } from "../../../codec/source.js";
import {
  type Archive,
  type ArchiveMember,
  FIELDS,
  HEADER_SIZE,
  MAGIC_SIZE,
  readArchive,
} from "../../../archive/read.js";
import { wanted } from "../faulty-file.js";

/** How a hostile archive is made of a whole one. */
export interface ArchiveRecipe {
  readonly sentence: string;
  readonly needs: string;
  readonly archive: (bytes: Uint8Array) => Uint8Array;
}

const ARCHIVE = "an ar archive";

/** Writes a field of a member's header, padded with spaces. */
function writeField(bytes: Uint8Array, member: ArchiveMember, field: keyof typeof FIELDS, text: string): void {
  const [from, to] = FIELDS[field];
  bytes.set(encodeText(text.padEnd(to - from)), member.offset + from);
}

/** Recipes that change a copy, given the members that were in it. */
const changed =
  (change: (bytes: Uint8Array, archive: Archive) => Uint8Array | undefined) =>
  (bytes: Uint8Array): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    return change(copy, readArchive(bytesSource(bytes))) ?? copy;
  };

const field = (sentence: string, name: keyof typeof FIELDS, text: string, needs = "with a member"): ArchiveRecipe => ({
  sentence,
  needs: `${ARCHIVE} ${needs}`,
  archive: changed((bytes, { members }) => {
    writeField(bytes, wanted(members.find((m) => m.kind === "file")), name, text);
    return undefined;
  }),
});

const ofTable = (kind: ArchiveMember["kind"], fill: (content: Uint8Array) => void) =>
  changed((bytes, { members }) => {
    const table = wanted(members.find((m) => m.kind === kind));
    const start = table.offset + HEADER_SIZE + table.nameSize;
    fill(bytes.subarray(start, start + table.size));
    return undefined;
  });

/** Static libraries with faults. */
export const archiveRecipes = /* @__PURE__ */ (() =>
  ({
    "archive-thin": {
      sentence: "The archive is said to be a thin one, whose members are other files.",
      needs: ARCHIVE,
      archive: changed((bytes) => {
        bytes.set(encodeText("!<thin>\n"));
        return undefined;
      }),
    },
    "archive-cut": {
      sentence: "The archive ends inside its last member.",
      needs: `${ARCHIVE} with a member`,
      archive: changed((bytes, { members }) => {
        const last = wanted(members.at(-1));
        return bytes.slice(0, last.offset + HEADER_SIZE + Math.floor(last.size / 2));
      }),
    },
    "archive-cut-header": {
      sentence: "The archive ends inside a member's header.",
      needs: `${ARCHIVE} with a member`,
      archive: changed((bytes, { members }) => bytes.slice(0, wanted(members.at(-1)).offset + 20)),
    },
    "archive-header-without-end": field("A member's header has not the two bytes that end one.", "end", "xx"),
    "archive-size-not-a-number": field("A member's size is no number.", "size", "-12x"),
    "archive-size-huge": field("A member's size is 9999999999 bytes.", "size", "9999999999"),
    "archive-size-odd": field("A member's size is 1, so that the next header is not where one should be.", "size", "1"),
    "archive-name-past-end": field(
      "A member's name is at an offset that the table of names has not.",
      "name",
      "/99999",
    ),
    "archive-name-longer": field("A member's name is longer than the member.", "name", "#1/4294967295"),
    "archive-names-without-end": {
      sentence: "The table of long names has no end of a name.",
      needs: `${ARCHIVE} with a table of long names`,
      archive: ofTable("names", (content) => content.fill(0x61)),
    },
    "archive-index-count-huge": {
      sentence: "The symbol index says that it has 2^32-1 symbols.",
      needs: `${ARCHIVE} with a symbol index`,
      archive: ofTable("index", (content) => content.fill(0xff, 0, 4)),
    },
    "archive-index-past-end": {
      sentence: "The symbol index leads to members behind the end of the archive.",
      needs: `${ARCHIVE} with a symbol index`,
      archive: ofTable("index", (content) => content.fill(0x7f, 4)),
    },
    "archive-index-twice": {
      sentence: "The archive has its symbol index twice.",
      needs: `${ARCHIVE} with a symbol index`,
      archive: changed((bytes, { members }) => {
        const index = wanted(members.find((m) => m.kind === "index"));
        return concat([bytes.slice(0, index.end), bytes.slice(index.offset)]);
      }),
    },
    "archive-member-broken": {
      sentence: "A member begins like an ELF file and ends inside its header.",
      needs: `${ARCHIVE} with a member`,
      archive: changed((bytes) => {
        const member = "broken.o/".padEnd(16) + "0".padEnd(12) + "0".padEnd(6) + "0".padEnd(6) + "644".padEnd(8);
        const header = encodeText(`${member}${"20".padEnd(10)}\`\n`);
        const content = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...new Array<number>(13).fill(0));
        const padding = new Uint8Array(bytes.length % 2).fill(0x0a);
        return concat([bytes, padding, header, content]);
      }),
    },
    "archive-magic-alone": {
      sentence: "The archive is cut behind its first eight bytes: it has no members.",
      needs: `${ARCHIVE} with a member`,
      archive: changed((bytes) => bytes.slice(0, MAGIC_SIZE)),
    },
  }) as const satisfies Record<string, ArchiveRecipe>)();
