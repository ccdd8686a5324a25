import { viewOf } from "../../src/codec/bytes.js";
import { Phdr, Shdr } from "../../src/codec/records.js";
import { PF, PT, readElf } from "../../src/index.js";

/**
 * A program with a payload in its last segment, with or without a section: where bun and postject, which bundle
 * programs, put theirs.
 */
export interface Injected {
  readonly bytes: Buffer;
  readonly address: number;
}

const PAGE = 0x10000;

/**
 * Appends the payload to a program (not PIE) as a PT_LOAD, whose entry was the PT_GNU_STACK.
 *
 * @param section the section whose header shall describe the payload, as bun does it; its former contents are in no
 *   section then
 */
export function injectSegment(program: Buffer, payload: Buffer, section?: string): Injected {
  const elf = readElf(program);
  const h = elf.header;

  const offset = Math.ceil(program.length / PAGE) * PAGE;
  const top = Math.max(...elf.segments.filter((s) => s.type === PT.LOAD).map((s) => s.vaddr + s.memsz));
  const address = Math.ceil(top / PAGE + 16) * PAGE;
  const bytes = Buffer.concat([program, Buffer.alloc(offset - program.length), payload]);
  const view = viewOf(bytes);

  // PT_LOADs stand in ascending order of their addresses: the entries behind PT_GNU_STACK move up.
  const entryAt = (i: number) => h.phoff + i * h.phentsize;
  const stack = elf.segments.findIndex((s) => s.type === PT.GNU_STACK);
  const rest = Buffer.from(bytes.subarray(entryAt(stack + 1), entryAt(h.phnum)));
  rest.copy(bytes, entryAt(stack));
  Object.assign(Phdr.view(view, entryAt(h.phnum - 1), h), {
    type: PT.LOAD,
    flags: PF.R,
    offset,
    vaddr: address,
    paddr: address,
    filesz: payload.length,
    memsz: payload.length,
    align: PAGE,
  });

  if (section !== undefined) {
    const { index } = elf.sections.find((s) => s.name === section)!;
    Object.assign(Shdr.view(view, h.shoff + index * h.shentsize, h), { offset, addr: address, size: payload.length });
  }

  return { bytes, address };
}
