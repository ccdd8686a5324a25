import type { ElfFile } from "../../image/elf.js";
import { SHN, STB, STV } from "../../spec/constants.js";
import { assertElf } from "../../input.js";

/** Symbols that an addon defines itself, although they are named like Node's. */
const OF_ADDON = /^(?:napi_register_(?:module|wasm)_v\d|node_api_module_get_api_version_v\d)/;
const OF_C = /^(?:napi_|node_api_|node_module_register$|uv_)/;
/** Mangled names of the namespaces node, v8 and cppgc: functions, virtual tables, type information. */
const OF_CPP = /^_ZT?[ISVT]?N[KVR]*(?:4node|2v8|5cppgc)/;

/**
 * Is this a symbol that Node offers to addons: Node-API (`napi_*`, `node_api_*`), libuv (`uv_*`), `node::` and `v8::`?
 * The name alone decides, so symbols that a certain version of Node lacks count too. Node exports more, such as its
 * OpenSSL; {@link exportedSymbols} of a Node binary names all.
 *
 * @example
 * bindSymbols(tree, { hostSymbols: isNodeSymbol }).missing // what the addon lacks besides
 */
export function isNodeSymbol(symbol: string): boolean {
  if (OF_C.test(symbol) && !OF_ADDON.test(symbol)) return true;
  return OF_CPP.test(symbol);
}

/**
 * The names that a program or library offers to others: its dynamic symbols that are defined and neither local nor
 * hidden.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function exportedSymbols(elf: ElfFile): Set<string> {
  assertElf("exportedSymbols", elf);
  const out = new Set<string>();
  for (const s of elf.dynamicSymbols ?? []) {
    if (
      s.shndx !== SHN.UNDEF &&
      s.binding !== STB.LOCAL &&
      s.visibility !== STV.HIDDEN &&
      s.visibility !== STV.INTERNAL &&
      s.name !== ""
    ) {
      out.add(s.name);
    }
  }

  return out;
}
