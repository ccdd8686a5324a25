import type { ShdrView } from "../../../codec/records.js";
import { holdsRelocations } from "../../../image/relocations/relocation-sections.js";
import { sectionsOf } from "../../../image/headers/sections.js";
import { SHF, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { TABLE_NAMES } from "../../../spec/table-kinds.js";
import { KINDS } from "../../tables/kinds.js";
import type { Requests } from "../../wish/requests.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";
import type { SectionRows } from "./section-rows.js";

/**
 * Adds section headers for the tables that the file did not have. Their links are still indexes of the input, as those
 * of the other headers are.
 */
export function addTables({ elf, rows }: Following, { placed }: TablePlaces, { tables }: Requests): void {
  const address = elf.dynamic?.get(DT.SYMTAB);
  const symbols = sectionsOf(elf, SHT.DYNSYM).find((s) => s.header.exact("addr") === address);
  const links = { symbols: symbols?.index ?? 0, strings: symbols?.header.link ?? 0 };

  for (const table of tables.filter((t) => !t.was)) {
    const place = placed.find((p) => p.table === table)!;
    const { section, link } = KINDS[table.kind];
    const row = rows.add(TABLE_NAMES[table.kind], {
      type: section!,
      flags: SHF.ALLOC,
      offset: place.offset,
      size: table.size,
      addralign: table.align,
      link: link ? links[link] : 0,
      ...table.header,
    });
    rows.view(row).setExact("addr", place.address);
  }
}

/**
 * Takes dropped sections out. Returns the new index of each section of the input, 0 for one that goes; undefined where
 * none is dropped.
 *
 * @param fixedUpTo dropped sections up to this index become SHT_NULL, so that the others keep their indexes
 */
export function dropRows(
  { elf, rows }: Following,
  { dropped, ungrouped }: Requests,
  fixedUpTo: number,
): Uint32Array | undefined {
  if (ungrouped.size > 0) ungroup(rows, ungrouped);
  if (dropped.size === 0) return undefined;

  rows.retain((was) => !dropped.has(was) || was <= fixedUpTo);

  const renumbered = new Uint32Array(elf.header.shnum);
  for (let row = 0; row < rows.inputs; row++) {
    const was = rows.was(row)!;
    if (dropped.has(was)) rows.clear(row);
    else renumbered[was] = row;
  }

  // A link to a section that went becomes 0. A loaded section with one (.rela.plt of a static program) runs without it.
  const follow = (view: ShdrView): void => {
    view.link = renumbered[view.link] ?? 0;
    const namesSection = (view.flags & SHF.INFO_LINK) !== 0 || holdsRelocations(view.type);
    if (namesSection) view.info = renumbered[view.info] ?? 0;
  };
  rows.eachInput(follow);
  for (let row = rows.inputs; row < rows.length; row++) follow(rows.view(row));
  return renumbered;
}

/** Takes SHF_GROUP from the sections that are in no group any more. */
function ungroup(rows: SectionRows, ungrouped: ReadonlySet<number>): void {
  for (let row = 0; row < rows.inputs; row++) {
    if (!ungrouped.has(rows.was(row)!)) continue;

    // Of a number, `&` would make one below 0 where bit 31 is set (SHF_EXCLUDE), and lose all bits above.
    const view = rows.view(row);
    view.setExact("flags", view.exact("flags") & ~BigInt(SHF.GROUP));
  }
}
