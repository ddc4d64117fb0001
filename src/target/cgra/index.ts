/** Coarse-grained reconfigurable arrays: fabrics, data-flow graphs, and the mapping of one to the other. */
export { codes } from "./codes.js";
export { type Dfg, type DfgEdge, type DfgNode } from "./dfg/dfg.js";
export { dropLoopControl } from "./dfg/loop-control.js";
export { readDfg } from "./dfg/read-dfg.js";
export { describeFabric } from "./fabric/describe-fabric.js";
export { fabricSummary, type Fabric } from "./fabric/fabric.js";
export { preset, presetNames, presetText } from "./fabric/presets.js";
export { fabricOf, readFabric } from "./fabric/read-fabric.js";
export { type Mapping } from "./map/mapping.js";
export { mappingJson } from "./map/mapping-json.js";
export { problemOf, type Problem } from "./map/places.js";
export { mapText } from "./map/report.js";
export { mapGraph, type SearchOptions, type SearchResult } from "./map/search.js";
export { violationsOf, type Violation } from "./map/verify.js";
