/** Results handed over one by one. */
import { visit } from "../../../ir/core/visit.js";
import {
  bindingBlock,
  primValue,
  relaxCall,
  relaxVar,
  tuple,
  tupleGetItem,
  varBinding,
  type Binding,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { funcInfo, objectInfo, primInfo, voidInfo, type FuncInfo } from "../../../ir/relax/struct-info.js"; // prettier-ignore
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import {
  definitionsOf,
  isVisible,
  mapBlocks,
  mapFunctions,
  mergeBlocks,
} from "../rewrite/index.js";
import { checkModels, modelParams } from "./chosen-function.js";

/** Name of the parameter that takes results. */
const HAND_OVER = "fset_output";
const HAND_OVER_INFO: FuncInfo = funcInfo([primInfo(int64), objectInfo], voidInfo, false);

const NAME = "lazy-set-output";

/**
 * Precondition: the attribute `num_input` tells weights from inputs.
 * Result: the function gives nothing back; a function parameter after the inputs takes each result, with its index, as
 * soon as it is computed.
 * Sound because each result is handed over once, after it is computed.
 */
export const lazySetOutput = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Hands results over one by one, each once it is computed.",
  from: "graph",
  through: "legal",
  options: {},
  run(module, _, ctx) {
    checkModels(module, NAME, ctx);
    return mapFunctions(module, handingOver);
  },
});

function handingOver(func: Func): Func {
  const model = modelParams(func);
  if (model === undefined || model.inputs.some((p) => p.name === HAND_OVER)) return func;
  const take = relaxVar(HAND_OVER, HAND_OVER_INFO, { annotated: true });
  const { items, results } = resultsOf(func);
  const definitions = new Map([...definitionsOf(func), ...items.map((b) => [b.var, b] as const)]);
  const all = [...func.body.blocks.flatMap((block) => block.bindings), ...items];
  const place = new Map(all.map((b, i) => [b, i]));
  /** Results by the last binding that they depend on; `undefined`: none of the body. */
  const ready = new Map<Binding | undefined, Binding[]>();
  results.forEach((value, i) => {
    let last: Binding | undefined;
    visit(value, {
      enter(node) {
        const b = definitions.get(node);
        if (b !== undefined && (last === undefined || place.get(b)! > place.get(last)!)) last = b;
      },
    });
    ready.set(last, [...(ready.get(last) ?? []), handed(take, i, value)]);
  });
  const after = (b: Binding | undefined): readonly Binding[] => ready.get(b) ?? [];
  const blocks = [bindingBlock(after(undefined))];
  for (const block of [...func.body.blocks, bindingBlock(items)]) {
    const { bindings } = block;
    // A dataflow block has to end before anything acts.
    if (block.dataflow) blocks.push(block, bindingBlock(bindings.flatMap(after)));
    else blocks.push({ ...block, bindings: bindings.flatMap((b) => [b, ...after(b)]) });
  }
  const attrs = new Map([...func.attrs, ["num_input", model.inputs.length + 1] as const]);
  const body = { ...func.body, blocks, body: tuple([]) };
  const params = [...model.inputs, take, ...model.weights];
  return mapBlocks(
    { ...func, params, body, attrs, retSinfo: voidInfo, isPure: false },
    mergeBlocks,
  );
}

/** The results one by one, and bindings that take them out of a tuple of which only the type is known. */
function resultsOf({ body }: Func): {
  readonly items: readonly Binding[];
  readonly results: readonly Expr[];
} {
  const result = body.body;
  if (result.kind === "relax.Tuple") return { items: [], results: result.fields };
  if (result.kind !== "relax.Var" || result.sinfo?.kind !== "relax.TupleInfo")
    return { items: [], results: [result] };
  const bindings = body.blocks.flatMap((block) => block.bindings);
  const known = bindings.find((b) => b.var === result)?.value;
  if (known?.kind === "relax.Tuple" && isVisible(known, result))
    return { items: [], results: known.fields };
  const items = result.sinfo.fields.map((info, i) =>
    varBinding(relaxVar(`output_${i}`, info), tupleGetItem(result, i)),
  );
  return { items, results: items.map((b) => b.var) };
}

/** Hands a result over; what the call gives back is nothing. */
const handed = (take: Var, index: number, value: Expr): Binding =>
  varBinding(
    relaxVar("_", voidInfo),
    relaxCall(take, [primValue(intImm(index, int64)), value], { span: value.span }),
    value.span,
  );
