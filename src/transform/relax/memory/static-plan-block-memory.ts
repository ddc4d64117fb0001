/** Allocations placed in arenas by the memory plan. */
import { analyzerFor } from "../../../analysis/relax/facts.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import {
  bindingBlock,
  dtypeValue,
  op,
  primValue,
  relaxCall,
  relaxVar,
  shapeExpr,
  str,
  varBinding,
  type Binding,
  type BindingBlock,
  type Call,
  type Expr,
  type Func,
  type SeqExpr,
  type Var,
} from "../../../ir/relax/expr.js";
import { objectInfo } from "../../../ir/relax/struct-info.js";
import { intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import {
  planFunction,
  summariesOf,
  type FunctionPlan,
  type PlannedMemory,
} from "../../../plan/index.js";
import { int64, uint8 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass } from "../../pass.js";
import { mapPrimFuncs } from "../../pipeline.js";
import { mapFunctions } from "../rewrite/index.js";
import { offsetsOf } from "./offsets.js";

/** Where an allocation lies: at an offset, or where another tensor is. */
type Place =
  | { readonly kind: "storage"; readonly storage: Var; readonly offset: PrimExpr }
  | { readonly kind: "same"; readonly tensor: Var };

export const staticPlanBlockMemory = definePass({
  name: "static-plan-block-memory",
  dialect: "relax",
  summary: "Places allocations at offsets of arenas that are allocated once.",
  from: "alloc",
  to: "planned",
  options: {
    inPlace: option.bool({
      default: true,
      help: "Let outputs take the memory of inputs that are needed no more.",
    }),
  },
  requires: ["call-tir-rewrite"],
  run(module, options, ctx) {
    const summaries = summariesOf(module);
    const aliased = new Set<string>();
    const planned = mapFunctions(module, (func, name) => {
      const at = dataflowAllocation(func.body);
      if (at !== undefined) {
        ctx.report(codes.dataflowBlock({ pass: "static-plan-block-memory", name, at: at.span }));
        return func;
      }
      const plan = planFunction(module, name, func, summaries, options);
      for (const callee of plan.aliased) aliased.add(callee);
      return plan.regions.length + plan.outputs.length === 0 ? func : rewritten(plan);
    });
    return mapPrimFuncs(planned, (func, name) => (aliased.has(name) ? mayAlias(func) : func));
  },
});

/** Notes that buffers of a function may be the same memory, so that its loops stay in their order. */
const mayAlias = (func: PrimFunc): PrimFunc =>
  func.attrs.get("tir.noalias") === false
    ? func
    : { ...func, attrs: new Map([...func.attrs, ["tir.noalias", false]]) };

const isAllocation = ({ value }: Binding): boolean =>
  value.kind === "relax.Call" &&
  value.op.kind === "relax.Op" &&
  value.op.name === "builtin.alloc_tensor";

/** A dataflow block with an allocation in it. */
function dataflowAllocation(seq: SeqExpr): BindingBlock | undefined {
  for (const block of seq.blocks) {
    if (block.dataflow && block.bindings.some(isAllocation)) return block;
    for (const { value } of block.bindings) {
      if (value.kind !== "relax.If") continue;
      const inner = dataflowAllocation(value.then) ?? dataflowAllocation(value.otherwise);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

function rewritten(plan: FunctionPlan): Func {
  const analyzer = analyzerFor(plan.func);
  const places = new Map<Var, Place>();
  const added = new Map<Binding | undefined, Binding[]>();
  const put = (after: Binding | undefined, bindings: readonly Binding[]): void =>
    void added.set(after, [...(added.get(after) ?? []), ...bindings]);
  const lay = (b: PlannedMemory, place: Place): void =>
    b.allocations.forEach(({ var: v }) => {
      const tensor = b.inPlace.get(v);
      places.set(v, tensor === undefined ? place : { kind: "same", tensor });
    });
  for (const region of plan.regions) {
    const { bindings, offsets, size } = offsetsOf(region, analyzer);
    const storage = newStorage("arena", size);
    put(region.after, [...bindings, storage]);
    region.buffers.forEach((b, i) =>
      lay(b, { kind: "storage", storage: storage.var, offset: offsets[i]! }),
    );
  }
  for (const b of plan.outputs) {
    const storage = newStorage("storage", b.bytes);
    put(b.after, [storage]);
    lay(b, { kind: "storage", storage: storage.var, offset: intImm(0, int64) });
  }
  const body = placed(plan.func.body, places, added);
  const first = added.get(undefined);
  if (first === undefined) return { ...plan.func, body };
  const [head, ...rest] = body.blocks;
  const blocks =
    head === undefined || head.dataflow
      ? [bindingBlock(first), ...body.blocks]
      : [{ ...head, bindings: [...first, ...head.bindings] }, ...rest];
  return { ...plan.func, body: { ...body, blocks } };
}

function newStorage(hint: string, bytes: PrimExpr): Extract<Binding, { kind: "relax.VarBinding" }> {
  const device = primValue(intImm(0, int64));
  const args = [shapeExpr([bytes]), device, str("global"), dtypeValue(uint8)];
  return varBinding(relaxVar(hint, objectInfo), relaxCall(op("memory.alloc_storage"), args));
}

/** The sequence with allocations at their places, and with what is to come after a binding. */
function placed(
  seq: SeqExpr,
  places: ReadonlyMap<Var, Place>,
  added: ReadonlyMap<Binding | undefined, readonly Binding[]>,
): SeqExpr {
  const blocks = seq.blocks.map((block): BindingBlock => {
    const bindings = block.bindings.flatMap((b) => {
      const after = placedBinding(b, places, added);
      const more = added.get(b);
      return more === undefined ? [after] : [after, ...more];
    });
    return { ...block, bindings };
  });
  const body = seq.body.kind === "relax.SeqExpr" ? placed(seq.body, places, added) : seq.body;
  return { ...seq, blocks, body };
}

function placedBinding(
  b: Binding,
  places: ReadonlyMap<Var, Place>,
  added: ReadonlyMap<Binding | undefined, readonly Binding[]>,
): Binding {
  const { value } = b;
  if (value.kind === "relax.If") {
    const then = placed(value.then, places, added);
    return { ...b, value: { ...value, then, otherwise: placed(value.otherwise, places, added) } };
  }
  const place = places.get(b.var);
  if (place === undefined || value.kind !== "relax.Call") return b;
  if (place.kind === "storage") return { ...b, value: inStorage(value, place) };
  return { ...b, value: sameMemory(value, b.var, place.tensor) };
}

/** The tensor itself, or seen with the shape and type of the allocation. */
function sameMemory({ args, span }: Call, v: Var, tensor: Var): Expr {
  const isSame = v.sinfo && tensor.sinfo && structuralEqual(v.sinfo, tensor.sinfo, { mapFreeVars: false }); // prettier-ignore
  const [shape, dtype] = args;
  return isSame ? tensor : relaxCall(op("memory.view"), [tensor, shape!, dtype!], { span });
}

/** `R.memory.alloc_tensor(storage, offset, shape, dtype, device)` in place of an allocation. */
function inStorage(call: Call, { storage, offset }: Extract<Place, { kind: "storage" }>): Call {
  const [shape, dtype, device] = call.args;
  const args = [storage, primValue(offset), shape!, dtype!, device ?? primValue(intImm(0, int64))];
  return relaxCall(op("memory.alloc_tensor"), args, { span: call.span });
}
