/** Random Relax functions: blocks, tuples, calls, refinements, branches, closures. */
import {
  bindingBlock, constant, ifExpr, matchCast, op, primValue, relaxCall, relaxFunction, relaxVar, seqExpr, shapeExpr, tuple, tupleGetItem,
  varBinding, type Binding, type BindingBlock, type Expr, type Func, type SeqExpr, type Var as RelaxVar,
} from "../../ir/relax/expr.js"; // prettier-ignore
import {
  funcInfo,
  objectInfo,
  scalarSymbol,
  tensorInfo,
  tupleInfo,
  type StructInfo,
} from "../../ir/relax/struct-info.js";
import { externFunc, globalVar } from "../../ir/module.js";
import { noAttrs, type Attrs, type AttrValue } from "../../ir/core/node.js";
import { binary, intImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import { dtype, float32, int64, isFloat, type DType } from "../../support/dtype.js";
import { erase, functionSignature, hiding, inferExpr } from "../../op/deduce/index.js";
import { isErrorInfo } from "../../op/error-info.js";
import { randomTensor } from "./data.js";
import {
  bindTo,
  freshRelaxName,
  tensorsOf,
  useOf,
  type RelaxScope,
  type TensorVar,
} from "./relax-scope.js";

const shaped = (shape: readonly PrimExpr[], type: DType): StructInfo =>
  tensorInfo({ shape: shapeExpr(shape), dtype: type });
const opCall = (name: string, args: readonly Expr[], attrs: Attrs = noAttrs): Expr =>
  relaxCall(op(name), args, { attrs });

const VALUE_TYPES = ["float32", "float16", "int32", "int64", "bool", "uint8", "float64"].map(dtype);

/** A dimension that is sometimes an expression over symbols. */
function anyDim(s: RelaxScope): PrimExpr {
  const { rng } = s;
  const d = rng.pick(s.dims);
  if (!rng.chance(0.15)) return d;
  return binary(rng.pick(["add", "mul"] as const), d, intImm(rng.between(2, 4), int64));
}

/** Declares a parameter; shapes of the first ones bind the symbols. */
function parameter(s: RelaxScope, name: string, info: StructInfo): RelaxVar {
  const v = relaxVar(freshRelaxName(s, name), info, { annotated: true });
  s.values.push(v);
  return v;
}

export interface FunctionPlan {
  readonly name: string;
  readonly isPrivate: boolean;
}

/** A function; `s` must hold its symbols in `dims` and nothing in `values`. */
export function generateRelaxFunction(s: RelaxScope, plan: FunctionPlan): Func {
  const { rng } = s;
  const symbols = s.dims.filter((d) => d.kind === "tir.Var");
  const params = [
    parameter(s, "x", shaped([...symbols, intImm(rng.between(1, 6), int64)], float32)),
  ];
  for (let k = rng.between(0, 3); k > 0; k--) {
    const rank = rng.between(0, 3);
    const shape = Array.from({ length: rank }, () => anyDim(s));
    params.push(
      rng.chance(0.15)
        ? parameter(s, "y", tensorInfo({ dtype: rng.pick(VALUE_TYPES), ndim: 2 }))
        : parameter(s, "y", shaped(shape, rng.pick(VALUE_TYPES))),
    );
  }
  if (rng.chance(0.4)) params.push(parameter(s, "cond", shaped([], dtype("bool"))));
  const blocks: BindingBlock[] = [];
  for (let k = rng.between(1, 3); k > 0; k--) addBlock(s, blocks);
  const result = returned(s);
  // Symbols of the body have no meaning to callers.
  const retSinfo = erase(s.infer.infoOf(result), {
    symbol: (v) => (symbols.includes(v) ? v : undefined),
    shape: () => undefined,
  });
  return relaxFunction({
    name: plan.name,
    params,
    body: seqExpr(blocks, result),
    retSinfo,
    isPure: !blocks.some((b) => b.bindings.some(isImpure)),
    isPrivate: plan.isPrivate,
    attrs: noAttrs,
  });
}

/** Calls of packed functions have effects; so have branches and closures that contain them (they do not here). */
const isImpure = (b: Binding): boolean =>
  b.value.kind === "relax.Call" && b.value.op.kind === "ir.ExternFunc";

/** Neighbouring blocks without dataflow would be read as one. */
function addBlock(s: RelaxScope, blocks: BindingBlock[]): void {
  const last = blocks[blocks.length - 1];
  const dataflow = s.rng.chance(0.55) || (last !== undefined && !last.dataflow);
  const bindings: Binding[] = [];
  const before = s.values.length;
  for (let k = s.rng.between(1, 4); k > 0; k--) bindings.push(...someBinding(s, dataflow));
  if (!dataflow) {
    blocks.push(bindingBlock(bindings));
    return;
  }
  // The last value leaves the block; the others end with it.
  const final = bindings[bindings.length - 1]!;
  const locals = bindings.filter((b) => b !== final).map((b) => b.var);
  const symbols = new Set(locals.flatMap((v) => scalarSymbol(v.sinfo) ?? []));
  const info = erase(final.var.sinfo ?? objectInfo, hiding(symbols, new Set(locals)));
  const output = { ...final.var, sinfo: info, dataflow: false };
  const kept = bindings.map((b) => (b === final ? { ...b, var: output } : b));
  s.values.splice(before, s.values.length - before, output);
  blocks.push(bindingBlock(kept, true));
}

function someBinding(s: RelaxScope, dataflow: boolean): Binding[] {
  const { rng } = s;
  const bound = (e: Expr): Binding[] => [bindTo(s, e, dataflow)];
  const pick = rng.below(dataflow ? 11 : 15);
  const tensors = tensorsOf(s);
  switch (pick) {
    case 0:
      return bound(tuple([useOf(rng.pick(s.values)), useOf(rng.pick(s.values))]));
    case 1: {
      const tuples = s.values.filter(
        (v) => v.sinfo?.kind === "relax.TupleInfo" && v.sinfo.fields.length > 0,
      );
      if (tuples.length === 0) break;
      const chosen = rng.pick(tuples);
      const size = chosen.sinfo?.kind === "relax.TupleInfo" ? chosen.sinfo.fields.length : 1;
      return bound(tupleGetItem(chosen, rng.below(size)));
    }
    case 2:
    case 3:
      return bound(callTir(s, tensors));
    case 4:
      return [refinement(s, dataflow)];
    case 5:
      return bound(shapeExpr([anyDim(s), intImm(rng.between(0, 9), int64)]));
    case 6: {
      const callees = s.functions.filter((f) => f.isPure);
      const call = callees.length === 0 ? undefined : callFunction(s, rng.pick(callees));
      if (call !== undefined) return bound(call);
      break;
    }
    case 7:
      return bound(purePacked(s));
    case 8:
      if (rng.chance(0.5)) return bound(constantOf(s));
      return bound(primValue(intImm(rng.between(-5, 5), int64)));
    case 11:
    case 12: {
      const branch = conditional(s);
      if (branch !== undefined) return bound(branch);
      break;
    }
    case 13:
      return closure(s);
    case 14:
      return bound(
        relaxCall(externFunc("env.observe"), [rng.pick(tensors).var], {
          sinfoArgs: [shaped([anyDim(s)], float32)],
        }),
      );
    default:
  }
  return bound(operator(s, tensors));
}

const UNARY = ["exp", "tanh", "negative", "abs", "nn.relu", "sigmoid", "sqrt"];
const BINARY = ["add", "subtract", "multiply", "maximum", "minimum", "equal", "less"];

/** An operator on one or two tensors of one type and shape. */
function operator(s: RelaxScope, tensors: readonly TensorVar[]): Expr {
  const { rng } = s;
  const x = rng.pick(tensors);
  const twins = tensors.filter(
    (t) =>
      t.info.dtype === x.info.dtype &&
      t.shape.length === x.shape.length &&
      t.shape.every((d, k) => s.infer.equal(d, x.shape[k]!) === true),
  );
  switch (rng.below(6)) {
    case 0:
      if (x.shape.length > 0) {
        const axes = x.shape.map((_, k) => k).reverse();
        return opCall("permute_dims", [x.var], new Map([["axes", axes]]));
      }
      break;
    case 1:
      if (x.shape.length > 0) {
        return opCall(rng.pick(["sum", "max"]), [x.var], new Map<string, AttrValue>([["axis", [0]], ["keepdims", rng.chance(0.3)]])); // prettier-ignore
      }
      break;
    case 2:
      return opCall("astype", [x.var], new Map([["dtype", rng.pick(VALUE_TYPES).name]]));
    case 3:
      if (isFloat(x.info.dtype)) return opCall(rng.pick(UNARY), [x.var]);
      break;
    default:
  }
  return opCall(rng.pick(BINARY), [x.var, rng.pick(twins).var]);
}

function constantOf(s: RelaxScope): Expr {
  const shape = s.rng.chance(0.5) ? [] : [s.rng.between(1, 4)];
  return constant(randomTensor(s.rng, s.rng.pick(VALUE_TYPES), shape));
}

/** A call of a T function made for tensors that are at hand. */
function callTir(s: RelaxScope, tensors: readonly TensorVar[]): Expr {
  const { rng } = s;
  const inputs = Array.from({ length: rng.between(1, 2) }, () => rng.pick(tensors));
  const outputs = Array.from({ length: rng.chance(0.25) ? 2 : 1 }, () => {
    const source = rng.pick(inputs);
    return { dtype: rng.pick(VALUE_TYPES), shape: source.shape };
  });
  const kernel = s.addKernel([
    ...inputs.map((t) => ({ dtype: t.info.dtype, shape: t.shape })),
    ...outputs,
  ]);
  const args: Expr[] = [globalVar(kernel.name), tuple(inputs.map((t) => t.var))];
  if (kernel.scalars.length > 0) args.push(shapeExpr(kernel.scalars));
  const types = outputs.map((o) => shaped(o.shape, o.dtype));
  return relaxCall(op("call_tir"), args, {
    sinfoArgs: [types.length === 1 ? types[0]! : tupleInfo(types)],
  });
}

function purePacked(s: RelaxScope): Expr {
  const callee = externFunc("env.compute");
  return relaxCall(op("call_pure_packed"), [callee, s.rng.pick(tensorsOf(s)).var], {
    sinfoArgs: [shaped([anyDim(s), anyDim(s)], float32)],
  });
}

/** `match_cast` to a shape with a new symbol. */
function refinement(s: RelaxScope, dataflow: boolean): Binding {
  const source = s.rng.pick(tensorsOf(s));
  const info = shaped(
    source.shape.map((d) => (s.rng.chance(0.4) ? makeVar(freshRelaxName(s, "q"), int64) : d)),
    source.info.dtype,
  );
  const v = relaxVar(freshRelaxName(s, dataflow ? "lv" : "gv"), info, { dataflow });
  s.values.push(v);
  return matchCast(v, source.var, info);
}

/** A call that is not known to fail. */
function callFunction(s: RelaxScope, callee: Func): Expr | undefined {
  const args: RelaxVar[] = [];
  for (const p of callee.params) {
    const fitting = s.values.filter(
      (v) => v.sinfo !== undefined && p.sinfo !== undefined && sameKind(v.sinfo, p.sinfo),
    );
    if (fitting.length === 0) return undefined;
    args.push(s.rng.pick(fitting));
  }
  const call = relaxCall(globalVar(callee.name), args);
  return isErrorInfo(inferExpr(call, s.infer)) ? undefined : call;
}

/** The same type and rank; dimensions are compared where the whole call is known. */
const sameKind = (a: StructInfo, b: StructInfo): boolean =>
  a.kind === "relax.TensorInfo" &&
  b.kind === "relax.TensorInfo" &&
  a.dtype === b.dtype &&
  a.ndim === b.ndim;

/** Both branches compute with their own bindings. */
function conditional(s: RelaxScope): Expr | undefined {
  const flags = tensorsOf(s).filter((t) => t.info.dtype === dtype("bool") && t.shape.length === 0);
  const floats = tensorsOf(s).filter((t) => isFloat(t.info.dtype));
  if (flags.length === 0 || floats.length === 0) return undefined;
  const x = s.rng.pick(floats);
  const branch = (): SeqExpr => {
    const before = s.values.length;
    const bindings: Binding[] = [bindTo(s, opCall(s.rng.pick(UNARY), [x.var]), false)];
    if (s.rng.chance(0.5))
      bindings.push(bindTo(s, opCall("add", [bindings[0]!.var, x.var]), false));
    s.values.length = before;
    return seqExpr([bindingBlock(bindings)], bindings[bindings.length - 1]!.var);
  };
  return ifExpr(s.rng.pick(flags).var, branch(), branch());
}

/** A local function that uses a value from outside, and a call of it. */
function closure(s: RelaxScope): Binding[] {
  const floats = tensorsOf(s).filter((t) => isFloat(t.info.dtype));
  if (floats.length === 0) return [bindTo(s, shapeExpr([anyDim(s)]), false)];
  const outer = s.rng.pick(floats);
  const a = relaxVar(freshRelaxName(s, "a"), outer.var.sinfo, { annotated: true });
  const before = s.values.length;
  s.values.push(a);
  const inner = bindTo(s, opCall("add", [a, outer.var]), false);
  s.values.length = before;
  const name = freshRelaxName(s, "inner");
  const func = relaxFunction({
    name,
    params: [a],
    body: seqExpr([bindingBlock([inner])], inner.var),
    retSinfo: s.infer.infoOf(inner.var),
    isPure: true,
    isPrivate: true,
    attrs: noAttrs,
  });
  const signature = functionSignature(func);
  const f = relaxVar(
    name,
    signature.params === undefined ? funcInfo(undefined, signature.ret, true) : signature,
  );
  return [varBinding(f, func), bindTo(s, relaxCall(f, [outer.var]), false)];
}

function returned(s: RelaxScope): Expr {
  const values = s.values.filter((v) => v.sinfo?.kind !== "relax.FuncInfo");
  const one = (): Expr => useOf(s.rng.pick(values));
  return s.rng.chance(0.2) ? tuple([one(), one()]) : one();
}
