import { viewOf } from "../../src/codec/bytes.js";
import { Phdr, Shdr } from "../../src/codec/records.js";
import { PF, PT, readElf } from "../../src/index.js";

/**
 * Where a tool that bundles programs puts its payload: as bun and postject do, the file's last segment, with or without
 * a section.
 */
export interface Injected {
  readonly bytes: Buffer;
  readonly address: number;
}

const PAGE = 0x10000;

/**
 * Appends the payload to a program (not PIE) as a PT_LOAD, made of its PT_GNU_STACK.
 *
 * @param section this section's header is made to say the payload, as bun does it: what the section held is then in no
 *   section
 */
export function injectSegment(program: Buffer, payload: Buffer, section?: string): Injected {
  const elf = readElf(program);
  const h = elf.header;
  const offset = Math.ceil(program.length / PAGE) * PAGE;
  const top = Math.max(...elf.segments.filter((s) => s.type === PT.LOAD).map((s) => s.vaddr + s.memsz));
  const address = Math.ceil(top / PAGE + 16) * PAGE;
  const bytes = Buffer.concat([program, Buffer.alloc(offset - program.length), payload]);
  const view = viewOf(bytes);
  const loads = elf.segments.map((s, i) => ({ s, i }));
  const stack = loads.find(({ s }) => s.type === PT.GNU_STACK)!.i;
  // PT_LOADs stand in ascending order of their addresses: the others' entries move up.
  const at = (i: number) => h.phoff + i * h.phentsize;
  const rest = Buffer.from(bytes.subarray(at(stack + 1), at(h.phnum)));
  rest.copy(bytes, at(stack));
  const last = Phdr.view(view, at(h.phnum - 1), h);
  Object.assign(last, {
    type: PT.LOAD,
    flags: PF.R,
    offset,
    vaddr: address,
    paddr: address,
    filesz: payload.length,
    memsz: payload.length,
    align: PAGE,
  });
  const index = section === undefined ? undefined : elf.sections.find((s) => s.name === section)!.index;

  if (index !== undefined) {
    Object.assign(Shdr.view(view, h.shoff + index * h.shentsize, h), { offset, addr: address, size: payload.length });
  }

  return { bytes, address };
}
