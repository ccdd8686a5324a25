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

/**
 * Section headers of the tables that the file had not. Their links are by the input's numbers, as those of the others
 * are still.
 */
export function addTables({ elf, rows }: Following, { placed }: TablePlaces, { tables }: Requests): void {
  const address = elf.dynamic?.get(DT.SYMTAB);
  const symbols = sectionsOf(elf, SHT.DYNSYM).find((s) => s.header.exact("addr") === address);
  const links = { symbols: symbols?.index ?? 0, strings: symbols?.header.link ?? 0 };

  for (const table of tables.filter((t) => !t.was)) {
    const place = placed.find((p) => p.table === table)!;
    const { section, link } = KINDS[table.kind];
    const { size, align: addralign, header } = table;
    const fields = {
      type: section!,
      flags: SHF.ALLOC,
      offset: place.offset,
      size,
      addralign,
      link: link ? links[link] : 0,
      ...header,
    };
    const row = rows.add(TABLE_NAMES[table.kind], fields);
    rows.view(row).setExact("addr", place.address);
  }
}

/** By the exact value: `&` makes a number below 0 of one with bit 31, SHF_EXCLUDE, and knows no bit above. */
const ungroup = (s: ShdrView): void => s.setExact("flags", s.exact("flags") & ~BigInt(SHF.GROUP));

/**
 * Takes dropped sections out. Gives the new index of each section of the input, 0 for one that goes; undefined where
 * none is dropped.
 *
 * @param fixedUpTo dropped sections up to this index become SHT_NULL, so that the others keep theirs
 */
export function dropRows(
  { elf, rows }: Following,
  { dropped, ungrouped }: Requests,
  fixedUpTo: number,
): Uint32Array | undefined {
  for (let row = 0; ungrouped.size > 0 && row < rows.inputs; row++) {
    if (ungrouped.has(rows.was(row)!)) ungroup(rows.view(row));
  }
  if (dropped.size === 0) return undefined;

  rows.retain((was) => !dropped.has(was) || was <= fixedUpTo);
  const renumbered = new Uint32Array(elf.header.shnum);
  for (let row = 0; row < rows.inputs; row++) {
    if (dropped.has(rows.was(row)!)) rows.clear(row);
    else renumbered[rows.was(row)!] = row;
  }

  // A link to a section that went becomes 0; a loaded one (.rela.plt of a static program) does not need it to run.
  const follow = (s: ShdrView): void => {
    s.link = renumbered[s.link] ?? 0;
    if (s.flags & SHF.INFO_LINK || holdsRelocations(s.type)) s.info = renumbered[s.info] ?? 0;
  };
  rows.eachInput(follow);
  for (let row = rows.inputs; row < rows.length; row++) follow(rows.view(row));
  return renumbered;
}
