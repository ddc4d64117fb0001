/** A mapping as a file, by the numbers its graph uses. */
import type { Dfg } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";
import type { Mapping } from "./mapping.js";

export const mappingJson = (graph: Dfg, fabric: Fabric, mapping: Mapping): object => ({
  version: 1,
  graph: graph.name,
  fabric: fabric.name,
  ii: mapping.ii,
  nodes: graph.nodes.map(({ id, op }, v) => ({
    id,
    op,
    element: mapping.elements[v],
    time: mapping.times[v],
  })),
  values: graph.nodes.flatMap(({ id }, v) => {
    const route = mapping.routes[v]!;
    return route.holds.length + route.crossings.length === 0 ? [] : [{ node: id, ...route }];
  }),
});
