// The layout as a picture.

export { layoutMap } from "../report/map/layout-map.js";
export { compareMaps, type MapComparison } from "../report/map/compare.js";
export { mapText, type MapTextOptions } from "../report/map/map-text.js";
export { mapSvg, type MapSvgOptions } from "../report/map/map-svg.js";
export type {
  DescribedBy,
  FileRegion,
  LayoutMap,
  MapMarker,
  MapPart,
  Mark,
  MemorySegment,
  PartKind,
  UnplacedSection,
} from "../report/map/model.js";
