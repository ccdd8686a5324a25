import {
  DYN,
  EHDR,
  NHDR,
  PHDR,
  PHDR_ORDER_32,
  REL,
  RELA,
  SHDR,
  SYM,
  SYM_ORDER_32,
  VERDAUX,
  VERDEF,
  VERNAUX,
  VERNEED,
} from "../spec/records.js";
import { struct, type View } from "./struct.js";

export const Ehdr = /* @__PURE__ */ struct(EHDR);
export const Phdr = /* @__PURE__ */ struct(PHDR, PHDR_ORDER_32);
export const Shdr = /* @__PURE__ */ struct(SHDR);
export const Dyn = /* @__PURE__ */ struct(DYN);
export const Sym = /* @__PURE__ */ struct(SYM, SYM_ORDER_32);
export const Rel = /* @__PURE__ */ struct(REL);
export const Rela = /* @__PURE__ */ struct(RELA);
export const Verneed = /* @__PURE__ */ struct(VERNEED);
export const Vernaux = /* @__PURE__ */ struct(VERNAUX);
export const Verdef = /* @__PURE__ */ struct(VERDEF);
export const Verdaux = /* @__PURE__ */ struct(VERDAUX);
export const Nhdr = /* @__PURE__ */ struct(NHDR);

export type EhdrView = View<typeof EHDR>;
export type PhdrView = View<typeof PHDR>;
export type ShdrView = View<typeof SHDR>;
export type DynView = View<typeof DYN>;
export type SymView = View<typeof SYM>;
