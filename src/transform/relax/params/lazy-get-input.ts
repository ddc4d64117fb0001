/** Weights fetched one by one. */
import { plainSymbols } from "../../../analysis/relax/info.js";
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import {
  bindingBlock,
  matchCast,
  primValue,
  relaxCall,
  relaxVar,
  str,
  varBinding,
  type Binding,
  type BindingBlock,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { funcInfo, objectInfo, primInfo, type FuncInfo } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import {
  mapBlocks,
  mapFunctions,
  mergeBlocks,
  symbolsOf,
  withOwnReturn,
} from "../rewrite/index.js";
import { checkModels, modelParams } from "./chosen-function.js";

/** Name of the parameter that fetches weights. */
const FETCH = "fget_param";
const FETCH_INFO: FuncInfo = funcInfo([primInfo(int64), objectInfo], objectInfo, true);

const NAME = "lazy-get-input";

/**
 * Precondition: the attribute `num_input` tells weights from inputs.
 * Result: a function parameter after the inputs takes the place of the weights; each is fetched by index and name before
 * its first use, and checked for its type.
 * Sound because weights do not depend on when they are fetched.
 */
export const lazyGetInput = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Fetches weights one by one, each before its first use.",
  from: "graph",
  through: "legal",
  options: {},
  run(module, _, ctx) {
    checkModels(module, NAME, ctx);
    return mapFunctions(module, fetching);
  },
});

function fetching(func: Func): Func {
  const { inputs, weights } = modelParams(func) ?? { inputs: [], weights: [] };
  if (weights.length === 0 || inputs.at(-1)?.name === FETCH) return func;
  const fetch = relaxVar(FETCH, FETCH_INFO, { annotated: true });
  const index = new Map<Node, number>(weights.map((w, i) => [w, i]));
  const definedBy = symbolSources(inputs, weights);
  const fetched = new Set<Var>();
  /** The bindings that fetch what a node uses and what nothing fetched before. */
  const fetchesFor = (node: Node, dataflow: boolean): Binding[] => {
    const found: Binding[] = [];
    const fetchWeight = (w: Var): void => {
      if (fetched.has(w)) return;
      fetched.add(w);
      // Lengths in terms of symbols of other weights need these first.
      for (const s of symbolsOf(w.sinfo)) if (definedBy.has(s)) fetchWeight(definedBy.get(s)!);
      const raw = relaxVar(`${w.name}_raw`, objectInfo, { dataflow, span: w.span });
      const at = primValue(intImm(index.get(w)!, int64));
      found.push(varBinding(raw, relaxCall(fetch, [at, str(w.name)], { span: w.span })));
      found.push(matchCast(w, raw, w.sinfo ?? objectInfo, w.span));
    };
    visit(node, {
      enter(n) {
        if (n.kind === "relax.Var" && index.has(n)) fetchWeight(n);
        else if (n.kind === "tir.Var" && definedBy.has(n)) fetchWeight(definedBy.get(n)!);
      },
    });
    return found;
  };
  const blocks = func.body.blocks.map((block): BindingBlock => ({
    ...block,
    bindings: block.bindings.flatMap((b) => [...fetchesFor(b, block.dataflow), b]),
  }));
  blocks.push(bindingBlock(fetchesFor(func.body.body, false)));
  const attrs = new Map([...func.attrs, ["num_input", inputs.length + 1] as const]);
  const params = [...inputs, fetch];
  const body = { ...func.body, blocks };
  return mapBlocks(withOwnReturn({ ...func, params, body, attrs }), mergeBlocks);
}

/** The weight that defines each symbol that no input defines. */
function symbolSources(inputs: readonly Var[], weights: readonly Var[]): ReadonlyMap<Node, Var> {
  const plain = (v: Var) => (v.sinfo === undefined ? [] : plainSymbols(v.sinfo));
  const known = new Set(inputs.flatMap(plain));
  const sources = new Map<Node, Var>();
  for (const w of weights)
    for (const s of plain(w)) if (!known.has(s) && !sources.has(s)) sources.set(s, w);
  return sources;
}
