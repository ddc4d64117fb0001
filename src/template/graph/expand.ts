/** Graph lowerings: a call becomes the bindings of a template (§8 of the template language). */
import { tuple, type Binding, type Expr } from "../../ir/relax/expr.js";
import type { LoweringSite } from "../../op/lowering.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { codes } from "../codes.js";
import { executeFunction } from "../execute.js";
import { newScope } from "../scope.js";
import type { CallView } from "../select/facts.js";
import type { Instances } from "../select/lowering.js";
import { bindSignature } from "../signature.js";
import { fail, placeOf } from "../state.js";
import type { Refusal, Template } from "../template.js";
import { none, pack, type Value } from "../values.js";
import { toRelax } from "./convert.js";
import { makeGraphBuilder } from "./graph-builder.js";
import { makeGraphHost } from "./host.js";

/** What takes the place of a call. */
export interface Expansion {
  readonly bindings: readonly Binding[];
  readonly result: Expr;
}

/** The bindings of a template for a call, or why it does not apply. */
export function expandGraph(
  template: Template,
  view: CallView,
  site: LoweringSite,
  instances: Instances,
): Expansion | Refusal {
  const g = makeGraphBuilder(site, instances);
  const binding = bindSignature(template, view.facts, { host: makeGraphHost(g) });
  if ("reason" in binding) return binding;
  const { state: s, scope, tensors } = binding;
  const body = newScope("function", scope);
  // The names of operands stand for values of the graph now.
  let next = 0;
  for (const { name, buffers } of tensors) {
    const values = buffers.map((): Value => ({ kind: "relax", expr: view.inputs[next++]! }));
    const isVariadic = template.def.params.some((p) => p.name === name && p.star === "*");
    body.names.set(name, { value: isVariadic ? pack(values) : (values[0] ?? none) });
  }
  const at = { start: template.def.nameStart, end: template.def.nameEnd };
  try {
    const returned = executeFunction(s, body, template.def.body);
    if (s.statements.length > 0)
      fail(
        codes.unsupportedConstruct({ ...placeOf(s, at), what: "a loop nest in a graph lowering" }),
      );
    if (returned === undefined)
      return fail(
        codes.invalidArgument({ ...placeOf(s, at), what: `\`${template.name}\` returns nothing` }),
      );
    const result = toRelax(s, returned, at);
    g.putGuards(s);
    return {
      bindings: g.bindings,
      result: view.isTuple && result.kind !== "relax.Tuple" ? tuple([result]) : result,
    };
  } catch (error) {
    if (error instanceof DiagnosticError) return { reason: error.diagnostic };
    throw error;
  }
}
