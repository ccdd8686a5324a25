import { largest } from "../../../codec/ascending.js";
import type { PhdrView } from "../../../codec/records.js";
import { fail, hex, type Note } from "../../../error.js";
import type { LoaderTable } from "../../../image/dynamic/loader-tables.js";
import type { ElfFile } from "../../../image/elf.js";
import { headerSize } from "../../../image/headers/header.js";
import { PT } from "../../../spec/constants.js";
import { pageSize } from "../../../spec/machines.js";
import { TABLE_NAMES, type TableKind } from "../../../spec/table-kinds.js";
import type { Range } from "../../../pieces/ranges.js";
import type { Move, Placed, Table } from "../../tables/table.js";
import type { Strategy } from "../placement.js";
import type { BackedBss, TablePlaces } from "../places.js";
import type { ProgramHeaders } from "../program-headers.js";
import { Space } from "./space.js";

/**
 * A place that a strategy has found for a table. It says what changes once the table takes it; until then nothing does.
 */
export interface Spot {
  readonly strategy: Strategy;
  readonly offset: number;
  readonly address: bigint;
  /** Bytes that the table takes. */
  readonly size: number;
  /** The reason, in words. */
  readonly why: string;
  /** Bytes of the file that are not free any more, in the file's offsets. */
  readonly takes?: { readonly offset: number; readonly size: number };
  /** A PT_LOAD that ends later, and by how many bytes. */
  readonly grows?: { readonly load: PhdrView; readonly by: number };
  /** Program headers that begin earlier, and by how many bytes. */
  readonly lowers?: { readonly segments: readonly PhdrView[]; readonly by: number };
}

/**
 * What placing works on: the program headers, the free bytes, and the place of each table. Only this phase changes it.
 */
export class Ground implements TablePlaces {
  readonly elf: ElfFile;
  readonly headers: ProgramHeaders;
  /** Page size in bytes, for every question of what may share a page. */
  readonly page: number;
  readonly space: Space;
  readonly notes: Note[] = [];
  /** Why tables found no place, one reason an item. */
  readonly tried: string[] = [];
  /** Tables that leave their places and have found no other: they go to the end of the file. */
  homeless: readonly Table[] = [];
  readonly vacated: Range[] = [];
  readonly marks: { offset: number; bytes: Uint8Array }[] = [];
  backed: BackedBss | undefined;
  #placed: Placed[] = [];
  readonly #tables = new Map<number, Table>();

  /** @param wanted tables that edits give new bytes */
  constructor(elf: ElfFile, headers: ProgramHeaders, wanted: readonly Table[]) {
    const aligns = elf.segments.filter((s) => s.type === PT.LOAD).map((s) => Number(s.exact("align")));

    this.elf = elf;
    this.headers = headers;
    this.page = pageSize(elf.header.machine, Math.max(0, largest(aligns)));
    this.space = new Space(elf, headers, this.page);
    for (const t of wanted) if (t.was) this.#tables.set(t.was.offset, t);
  }

  get placed(): readonly Placed[] {
    return this.#placed;
  }

  get moves(): Move[] {
    return this.#placed.flatMap((placed) => {
      const { was } = placed.table;
      return was && was.offset !== placed.offset ? [{ ...placed, was }] : [];
    });
  }

  placeOf(kind: TableKind): Placed | undefined {
    return this.#placed.find((p) => p.table.kind === kind);
  }

  moveOf(kind: TableKind): Move | undefined {
    return this.moves.find((m) => m.table.kind === kind);
  }

  movedOffset(offset: number): number | undefined {
    const move = this.moves.find(({ was }) => was.offset <= offset && offset < was.offset + was.size);
    return move && offset - move.was.offset + move.offset;
  }

  /** The table of the input at this place: always the same object, whoever asks. */
  tableAt({ kind, offset, address, size, align }: LoaderTable): Table {
    const known = this.#tables.get(offset);
    if (known) return known;

    const table: Table = {
      kind,
      was: { offset, address, size },
      align,
      writable: false,
      size,
      least: size,
      bytes: undefined,
    };
    this.#tables.set(offset, table);
    return table;
  }

  /** Gives a table this place, which may be its old one. A place that it had been given before is taken back. */
  take(table: Table, spot: Spot): void {
    const { strategy, offset, address, size, why, takes, grows, lowers } = spot;
    if (takes) this.space.take(takes.offset, takes.size);
    if (grows) grow(grows.load, grows.by);
    for (const segment of lowers?.segments ?? []) lower(segment, lowers!.by);

    this.#placed = this.#placed.filter((p) => p.table !== table);
    this.#placed.push({ table, strategy, offset, address, size, why });
  }

  /**
   * Fails where two tables take the same bytes, or a table those of the headers: such a file would still read without
   * an error. `INVARIANT`.
   */
  assertApart(): void {
    const { header } = this.elf;
    const ranges = [
      ...this.#placed.map((p) => ({ name: nameOf(p.table), start: p.offset, end: p.offset + p.size })),
      { name: "the ELF header", start: 0, end: headerSize(header) },
      { name: "the program header table", start: header.phoff, end: this.headers.end },
    ].sort((a, b) => a.start - b.start);

    const at = ranges.findIndex((r, i) => i > 0 && r.start < ranges[i - 1]!.end && r.start < r.end);
    if (at < 0) return;

    const first = ranges[at - 1]!;
    const second = ranges[at]!;
    fail("INVARIANT", `${first.name} and ${second.name} would take the same bytes at ${hex(second.start)}`, {
      rules: ["placements"],
    });
  }

  /** Fails for what found no place, with all that was tried. `NO_ROOM`. */
  noRoom(what: string): never {
    return fail("NO_ROOM", `${what} found no place: ${this.tried.join("; ")}`, { tried: [...this.tried] });
  }
}

/** What a table is called in messages and placements. */
export const nameOf = (table: Table): string => TABLE_NAMES[table.kind];

/** The names of several tables, for a message. */
export const namesOf = (tables: readonly Table[]): string => tables.map(nameOf).join(", ");

/** Makes a segment, all of whose memory is in the file, end later. */
function grow(load: PhdrView, by: number): void {
  const size = load.filesz + by;
  load.memsz = size;
  load.filesz = size;
}

/** Makes a segment begin earlier; its end stays. */
function lower(segment: PhdrView, by: number): void {
  segment.offset -= by;
  segment.setExact("vaddr", segment.exact("vaddr") - BigInt(by));
  segment.setExact("paddr", segment.exact("paddr") - BigInt(by));
  segment.filesz += by;
  segment.memsz += by;
}
