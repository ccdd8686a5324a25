import type { Encoding } from "../../src/codec/encoding.js";
import { symbolField } from "../../src/image/relocations/relocation-sections.js";
import { STB } from "../../src/spec/constants.js";
import {
  buildObject,
  type BuildObjectOptions,
  type BuildObjectSection,
  type BuildObjectSymbol,
} from "../../src/testing/build-object.js";

/** A symbol of a relocatable file. Here it is local where it has no binding, and local ones must stand first. */
export type ObjectSymbol = BuildObjectSymbol;

export interface ObjectSection extends Omit<BuildObjectSection, "relocations"> {
  /** Relocations at byte offsets, by the index of their symbol. */
  readonly relocations?: readonly (readonly [offset: number, symbol: number])[];
}

export interface ObjectOptions
  extends Encoding, Omit<BuildObjectOptions, "machine" | "class" | "byteOrder" | "sections" | "symbols"> {
  readonly machine: number;
  readonly sections: readonly ObjectSection[];
  readonly symbols: readonly ObjectSymbol[];
}

/** A relocatable file (ET_REL) of any class, byte order and machine, with what relocations do left open. */
export function objectFile(o: ObjectOptions): Uint8Array {
  // Where r_sym and r_type share a word, r_type is 1.
  const type = symbolField(o).shift === 0 ? 0 : 1;
  const sections = o.sections.map(({ relocations, ...section }): BuildObjectSection => {
    if (!relocations) return section;
    return { ...section, relocations: relocations.map(([offset, symbol]) => ({ offset, symbol, type })) };
  });

  return buildObject({
    ...o,
    rela: o.rela ?? o.class === 64,
    byteOrder: o.littleEndian ? "little" : "big",
    stackNote: false,
    sections,
    symbols: o.symbols.map((s) => ({ binding: STB.LOCAL, ...s })),
  });
}
