// Parts for machines that have nothing of their own there, or of which nothing is known. Where one field of a part is
// known, the card has a part of its own that answers every field.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

export const dynamic: DynamicCard = {
  tags: null,
  hashEntry: 4,
  gotOrder: null,
};

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: null,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: null,
  temporaryPrefix: null,
  unusedSectionSymbols: true,
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags: null,
};

export const names: NamesCard = {
  relocations: null,
};

export const loading: LoadingCard = {
  abis: null,
  sameFlags: null,
  osabi: null,
  relocationForm: null,
  relocations: null,
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: null,
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: null,
  ports: null,
};
