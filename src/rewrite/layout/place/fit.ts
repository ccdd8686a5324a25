import { alignDown, alignUp } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import type { ElfFile } from "../../../image/elf.js";
import { NT_GNU, PF, PT } from "../../../spec/constants.js";
import { isNew, type Region, type Rewrite } from "../rewrite.js";
import type { Space } from "./space.js";

/** How a region may get a place in what is loaded already: each function gives it one, or says false. */
export interface Fit {
  readonly rewrite: Rewrite;
  readonly space: Space;
  /** May the first PT_LOAD end later? */
  readonly growsFirst: boolean;
}

/**
 * Can a debug file exist that was split off? libdwfl (elfutils, systemd's core dumps, perf) takes the end of the first PT_LOAD for an
 * address that program and debug file have in common (libdwfl/dwfl_module_getdwarf.c, open_elf): where that segment has grown, it
 * finds wrong lines and names without a word.
 */
export const mayHaveDebugFile = (elf: ElfFile): boolean =>
  !elf.sections.some((s) => /^\.z?debug_/.test(s.name)) && (elf.sections.some((s) => s.name === ".gnu_debuglink") || elf.notes.some((n) => n.owner === "GNU" && n.type === NT_GNU.BUILD_ID));

const mayGrow = ({ rewrite, growsFirst }: Fit, load: PhdrView): boolean => growsFirst || load !== rewrite.loads()[0];

/** Keeps a region where it is, when its new bytes fit there, in the zero bytes behind it, or by growing the segment that it ends. */
export function placeInPlace(fit: Fit, region: Region): boolean {
  const { rewrite, space } = fit, { offset, size, newSize } = region, end = offset + size, more = newSize - size;
  if (isNew(region)) return false;
  if (more <= 0) {
    rewrite.place(region, "in-place", offset, region.address, "the new bytes fit in the old place");
    return true;
  }
  const load = rewrite.loads().find((l) => l.offset <= offset && end <= l.offset + l.filesz);
  if (!load) return false;
  if (space.gap(end, load.offset + load.filesz) >= more) {
    space.take(end, more);
    rewrite.place(region, "extended", offset, region.address, `${more} zero bytes behind it belonged to nothing`);
    return true;
  }
  if (end === load.offset + load.filesz && mayGrow(fit, load) && space.slack(load) >= more) {
    space.take(end, more);
    load.filesz = load.memsz = load.filesz + more;
    rewrite.place(region, "extended", offset, region.address, `it ends its segment, which could grow by ${more} bytes`);
    return true;
  }
  rewrite.tried.push(`${region.name} needs ${more} bytes more than its place has`);
  return false;
}

/** Puts a read-only region behind a read-only segment, without code if there is a choice. */
export function placeInSlack(fit: Fit, region: Region): boolean {
  const { rewrite, space } = fit;
  if (region.writable) return false;
  const loads = rewrite.loads().filter((l) => l.flags & PF.R && !(l.flags & PF.W) && mayGrow(fit, l));
  loads.sort((a, b) => (a.flags & PF.X) - (b.flags & PF.X) || a.vaddr - b.vaddr);
  for (const load of loads) {
    const end = load.vaddr + load.memsz, address = alignUp(end, region.align), bytes = address - end + region.newSize;
    if (space.slack(load) < bytes) continue;
    space.take(load.offset + load.filesz, bytes);
    rewrite.place(region, "slack", load.offset + load.filesz + address - end, BigInt(address), `${bytes} bytes were free at the end of the read-only segment at 0x${load.vaddr.toString(16)}`);
    load.filesz = load.memsz = load.filesz + bytes;
    return true;
  }
  rewrite.tried.push(`no read-only segment ${fit.growsFirst ? "" : "behind the first "}has ${region.newSize} free bytes behind it`);
  return false;
}

/** PT_LOADs and PT_GNU_RELRO that begin earlier do so at a multiple of this: tables of any machine are aligned there. */
const SEGMENT_START = 16;

/**
 * Puts .dynamic in front of the writable segment that holds it: GNU ld ends PT_GNU_RELRO on a page and so leaves the start of
 * its first page free. Both then begin earlier in the same page, so kernels and loaders map what they mapped before.
 */
export function placeInFront({ rewrite, space }: Fit, region: Region): boolean {
  const loads = rewrite.loads(), load = loads.find((l) => l.offset <= region.offset && region.offset + region.size <= l.offset + l.filesz), relro = rewrite.segment(PT.GNU_RELRO);
  if (!load || !(load.flags & PF.W) || load.flags & PF.X || (relro && (relro.vaddr !== load.vaddr || relro.offset !== load.offset))) return false;
  const page = alignDown(load.vaddr, rewrite.page), address = alignDown(load.vaddr - region.newSize, Math.max(region.align, SEGMENT_START));
  const bytes = load.vaddr - address, offset = load.offset - bytes;
  const isFree = offset > 0 && address >= page && loads.every((l) => l.vaddr >= load.vaddr || l.vaddr + l.memsz <= page) && space.free(offset, load.offset) === bytes;
  if (!isFree || space.marks.some((a) => a > address && a < load.vaddr) || loads.some((l) => l !== load && l.offset < load.offset && l.offset + l.filesz > offset)) return false;
  space.take(offset, bytes);
  for (const s of relro ? [load, relro] : [load]) {
    s.offset -= bytes;
    s.vaddr -= bytes;
    s.paddr -= bytes;
    s.filesz += bytes;
    s.memsz += bytes;
  }
  rewrite.place(region, "in-front", offset, BigInt(address), `${bytes} bytes were free in front of its segment${relro ? " and of PT_GNU_RELRO" : ""}`);
  return true;
}

/** Tables whose old bytes nobody reads once .dynamic says where they are, so that another one may take their place. */
const LEAVES_HOLE: readonly string[] = [".dynstr", ".dynsym", ".hash", ".gnu.hash", ".gnu.version", ".gnu.version_r", ".gnu.version_d"];

/**
 * Puts a table that makes room for a program header where a larger one has just left: notes stay in the file's first page then, where
 * core dumps keep the build ID.
 *
 * @param from the end of the program header table, however large it gets
 */
export function placeInHole({ rewrite }: Fit, block: Region, leaving: readonly Region[], from: number): boolean {
  // What lies in the last segment may yet grow where it is.
  const left = [...leaving, ...rewrite.moves.map((m) => m.region)], last = rewrite.lastLoad();
  // A program that reads its own _DYNAMIC where it was goes on from there to the old tables.
  if (block.writable || left.some((r) => r.name === ".dynamic")) return false;
  for (const hole of left.filter((r) => LEAVES_HOLE.includes(r.name) && !r.writable && !(last && r.offset >= last.offset))) {
    const taken = rewrite.placed.filter((p) => p.strategy === "hole" && p.offset >= hole.offset && p.offset < hole.offset + hole.size).map((p) => p.offset + p.region.newSize);
    const delta = hole.address - BigInt(hole.offset), start = Math.max(hole.offset, from, ...taken);
    const offset = alignUp(start + Number(delta % BigInt(block.align)), block.align) - Number(delta % BigInt(block.align));
    if (offset + block.newSize > hole.offset + hole.size) continue;
    rewrite.place(block, "hole", offset, BigInt(offset) + delta, `${hole.name} left its place`);
    return true;
  }
  return false;
}
