import type { ElfFile } from "../../image/elf.js";
import { SHN, STB, STV } from "../../spec/constants.js";

/** What an addon defines itself, although it is called like Node's own. */
const OWN = /^(?:napi_register_(?:module|wasm)_v\d|node_api_module_get_api_version_v\d)/;
const C = /^(?:napi_|node_api_|node_module_register$|uv_)/;
/** Mangled names of the namespaces node, v8 and cppgc: functions, virtual tables, type information. */
const CPP = /^_ZT?[ISVT]?N[KVR]*(?:4node|2v8|5cppgc)/;

/**
 * Is it a symbol that Node gives to addons: Node-API (`napi_*`, `node_api_*`), libuv (`uv_*`), `node::` and `v8::`?
 * Told by the name alone, so it also holds for what one version of Node does not have. Node exports more, such as its
 * OpenSSL; {@link exportedSymbols} of a Node binary names all.
 *
 * @example
 * bindSymbols(tree, { hostSymbols: isNodeSymbol }).missing // what the addon lacks besides
 */
export const isNodeSymbol = (symbol: string): boolean => (C.test(symbol) && !OWN.test(symbol)) || CPP.test(symbol);

/**
 * The names that a program or library offers to others: its dynamic symbols that are defined, neither local nor hidden.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function exportedSymbols(elf: ElfFile): Set<string> {
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
