import { hex } from "../../error.js";
import { symbolVersions } from "../../image/dynamic/versions.js";
import type { ElfFile, ElfSymbol, SymbolTable } from "../../image/elf.js";
import { assertOptions } from "../../input.js";
import { quote } from "../../report/text/print.js";
import { SHN, STB, STV } from "../../spec/constants.js";
import { symbolBindingName, symbolTypeName, symbolVisibilityName } from "../../spec/names.js";
import { oneText, textOrNone } from "./arguments.js";
import { type Answer, type ElfSubject, judge, type Verdict } from "./verdict.js";

/** Options of `toDefineSymbol`. */
export interface DefineSymbolOptions {
  /** The version that the definition has: `FOO_1.0`. Default: any, or none. */
  readonly version?: string | undefined;
}

/**
 * Does the file define this symbol for others? In a dynamic file, .dynsym has it, else .symtab. It is global or weak,
 * and neither hidden nor internal (gABI, "Symbol Table").
 */
export function toDefineSymbol(subject: ElfSubject, name: string, options: DefineSymbolOptions = {}): Verdict {
  const wanted = oneText("toDefineSymbol", name);
  assertOptions<DefineSymbolOptions>("toDefineSymbol", options, { version: true });
  const version = textOrNone("toDefineSymbol", options.version);

  const called = version === undefined ? quote(wanted) : `${quote(wanted)} with the version ${quote(version)}`;
  const question = {
    to: `define the symbol ${called}`,
    table: "symbol table",
    expected: `a definition of ${called}`,
    unexpected: `no definition of ${called}`,
  };
  return judge(subject, question, (elf) => definitionsOf(elf, wanted, version));
}

function definitionsOf(elf: ElfFile, name: string, version: string | undefined): Answer {
  const dynamic = elf.dynamicSymbols;
  const table = dynamic ?? elf.symbols;
  if (!table) return { pass: false, where: "which the file has not", found: ["neither .dynsym nor .symtab"] };

  const versionOf = dynamic ? symbolVersions(elf) : () => undefined;
  const found: string[] = [];
  let pass = false;
  for (const symbol of named(table, name)) {
    const { name: own, hidden = false } = versionOf(symbol.index) ?? {};
    const fault = faultOf(symbol, own, version);
    if (fault === undefined) pass = true;

    const at = own === undefined ? "" : `${hidden || symbol.shndx === SHN.UNDEF ? "@" : "@@"}${own}`;
    const kind = `${symbolBindingName(symbol.binding)} ${symbolTypeName(symbol.type)}`;
    found.push(`${name}${at}, ${kind}${fault === undefined ? "" : `: ${fault}`}`);
  }

  const where = `${dynamic ? ".dynsym" : ".symtab"} at offset ${hex(table.offset)}`;
  if (found.length === 0) found.push(nothingFound(elf, table, dynamic !== null, name));
  return { pass, where, found };
}

function* named(table: SymbolTable, name: string): Generator<ElfSymbol> {
  for (const symbol of table) if (symbol.name === name) yield symbol;
}

/** Why nobody else can use it, or undefined. */
function faultOf(symbol: ElfSymbol, own: string | undefined, wanted: string | undefined): string | undefined {
  if (symbol.shndx === SHN.UNDEF) return "undefined, it is needed of others";
  if (symbol.binding === STB.LOCAL) return "local";
  const isSeen = symbol.visibility === STV.DEFAULT || symbol.visibility === STV.PROTECTED;
  if (!isSeen) return symbolVisibilityName(symbol.visibility);
  if (wanted !== undefined && own !== wanted) return own === undefined ? "without a version" : "another version";
  return undefined;
}

function nothingFound(elf: ElfFile, table: SymbolTable, isDynamic: boolean, name: string): string {
  const nothing = `no symbol of that name among ${Math.max(table.count - 1, 0)}`;
  const own = isDynamic && elf.symbols ? named(elf.symbols, name).next().value : undefined;
  return own ? `${nothing}; .symtab has one, ${symbolBindingName(own.binding)}` : nothing;
}
