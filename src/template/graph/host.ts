/** Meaning of `R` in graph lowerings: calls become bindings. */
import type * as ast from "../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import {
  op as opNode, relaxCall, shapeExpr, tuple, tupleGetItem, type Call, type Expr,
} from "../../ir/relax/expr.js"; // prettier-ignore
import {
  dimsOf,
  shapeInfo,
  tensorInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import { compare, intImm, makeVar } from "../../ir/tir/expr.js";
import { lookupOp, opRegistry } from "../../op/registry.js";
import type { OpDef, OpParam } from "../../op/op.js";
import { int64, type DType } from "../../support/dtype.js";
import { isInt } from "../../support/int.js";
import { primValue } from "../../ir/relax/expr.js";
import { argumentsOf, bindArguments, type Arguments } from "../arguments.js";
import { codes } from "../codes.js";
import { evaluate } from "../evaluate.js";
import { toDType } from "../statics.js";
import type { EvaluatorHost } from "../evaluator-host.js";
import { fail, placeOf, type State } from "../state.js";
import type { Scope } from "../scope.js";
import type { CallFacts } from "../template.js";
import { dimValue, dtypeValue, intValue, none, pack, valueText, type Value } from "../values.js";
import {
  callOf,
  constantOf,
  graphValue,
  takesTensor,
  tensorOfDim,
  toAttribute,
  toOperand,
  toPrim,
  toRelax,
} from "./convert.js";
import type { GraphBuilder } from "./graph-builder.js";

const wrong = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

type Form = (s: State, scope: Scope, call: ast.Call, g: GraphBuilder) => Value;

/** Forms that are no calls of operators. */
const FORMS: Readonly<Record<string, Form>> = {
  const(s, scope, call) {
    const a = bindArguments(s, call, "R.const", ["value", "dtype?"], argumentsOf(s, scope, call));
    const dtype = a.get("dtype");
    return {
      kind: "relax",
      expr: constantOf(s, a.get("value")!, dtype && toDType(s, dtype, call), call),
    };
  },
  call_tir: callKernel,
  tuple: (s, scope, call) => pack(argumentsOf(s, scope, call).positional),
  shape: only,
  prim_value: only,
  str: only,
  dtype: only,
  match_cast(s, scope, call, g) {
    const [value, type] = call.args;
    if (value === undefined || type === undefined || call.args.length !== 2)
      return wrong(s, call, "R.match_cast takes a value and a type");
    const info = tensorTypes(s, scope, type.value)[0];
    if (info === undefined) return wrong(s, type.value, "R.match_cast takes one type");
    return {
      kind: "relax",
      expr: g.emitCast(toRelax(s, evaluate(s, scope, value.value), value.value), info, "cast"),
    };
  },
};

function only(s: State, scope: Scope, call: ast.Call): Value {
  const { positional } = argumentsOf(s, scope, call);
  return positional.length === 1 ? positional[0]! : wrong(s, call, "it takes one value");
}

/** What `R.…` and the `S` functions of graphs mean while an expansion is built. */
export function makeGraphHost(g: GraphBuilder): EvaluatorHost {
  return {
    call(s, scope, root, name, call) {
      g.putGuards(s);
      if (root === "S")
        return name === "dim"
          ? lengthIn(s, scope, call, g)
          : name === "tensor"
            ? lengthAsTensor(s, scope, call, g)
            : undefined;
      const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
      if (form !== undefined) return form(s, scope, call, g);
      const op = lookupOp(name);
      if (op !== undefined) return callOperator(s, op, argumentsOf(s, scope, call), call, g);
      const near = opRegistry.suggest(name);
      return fail(
        codes.unknownName({
          ...placeOf(s, call.func),
          name: `R.${name}`,
          hints: near === undefined ? [] : [near],
        }),
      );
    },
    property(_, of, name) {
      if (of.kind !== "relax") return undefined;
      const info = g.site.infer.infoOf(of.expr);
      if (info.kind !== "relax.TensorInfo") return undefined;
      if (name === "dtype" && info.dtype !== undefined) return dtypeValue(info.dtype);
      if (name === "ndim" && info.ndim >= 0) return intValue(info.ndim);
      const dims = name === "shape" ? dimsOf(info) : undefined;
      return dims === undefined ? undefined : pack(dims.map(dimValue));
    },
    item(_, of, index) {
      if (of.kind !== "relax") return undefined;
      const info = g.site.infer.infoOf(of.expr);
      if (info.kind !== "relax.TupleInfo") return undefined;
      const field = info.fields[index < 0 ? index + info.fields.length : index];
      return field && graphValue(tupleGetItem(of.expr, index), field);
    },
  };
}

// ---- operators ------------------------------------------------------------------

function callOperator(s: State, op: OpDef, args: Arguments, at: ast.Call, g: GraphBuilder): Value {
  const call = makeCall(s, op, args, at, g);
  const name = op.name.slice(op.name.lastIndexOf(".") + 1);
  // Mistakes in the operands are the template's: they are told with both places.
  const info = op.infer(call, {
    ...g.site.infer,
    report: (d) => fail({ ...d, span: placeOf(s, at).at, labels: placeOf(s, at).labels }),
  });
  return graphValue(g.emit(call, name), info);
}

/** The call of an operator with values of the template. */
function makeCall(
  s: State,
  op: OpDef,
  { positional, named }: Arguments,
  at: ast.Call,
  g: GraphBuilder,
): Call {
  const byPosition = op.params.filter((p) => p.keyword !== true);
  const given = new Map<OpParam, Value>();
  positional.forEach((v, i) => {
    const param =
      byPosition[i] ??
      wrong(
        s,
        at,
        `R.${op.name} takes ${byPosition.length} arguments, but ${positional.length} are given`,
      );
    given.set(param, v);
  });
  for (const [name, v] of named) {
    const param = op.params.find((p) => p.name === name || p.aliases?.includes(name));
    if (param === undefined)
      return fail(codes.unknownAttribute({ ...placeOf(s, at), op: `relax.${op.name}`, name }));
    given.set(param, v);
  }
  const operands: (Expr | undefined)[] = [];
  const attrs = new Map<string, AttrValue>();
  for (const param of op.params) {
    const v = given.get(param);
    const isAbsent = v === undefined || (v.kind === "none" && param.role === "arg");
    if (isAbsent && param.optional !== true && param.default === undefined)
      wrong(s, at, `R.${op.name} needs \`${param.name}\``);
    if (param.role === "attr")
      attrs.set(
        param.name,
        v === undefined ? (param.default ?? null) : toAttribute(s, v, param, at),
      );
    else if (param.role === "arg")
      operands.push(isAbsent ? presetOf(param) : toOperand(s, v, param, at));
    else wrong(s, at, `R.${op.name} cannot be called in a graph lowering`);
  }
  const filled = [...(op.complete?.(operands) ?? operands)];
  while (filled.length > 0 && filled[filled.length - 1] === undefined) filled.pop();
  return relaxCall(
    opNode(op.name),
    filled.map((o) => o ?? tuple([])),
    { attrs, span: s.call },
  );
}

const presetOf = (param: OpParam): Expr | undefined =>
  isInt(param.default) && !takesTensor(param) ? primValue(intImm(param.default, int64)) : undefined;

// ---- kernels --------------------------------------------------------------------

/** `R.call_tir(kernel, (x,), out_ty=…)` with a template. */
function callKernel(s: State, scope: Scope, call: ast.Call, g: GraphBuilder): Value {
  const [callee, inputs] = call.args;
  const out =
    call.args.find((a) => a.name === "out_ty" || a.name === "out_sinfo")?.value ??
    call.args[2]?.value;
  if (callee === undefined || inputs === undefined || out === undefined)
    return wrong(s, call, "R.call_tir takes a kernel, its operands and the types of its outputs");
  const kernel = evaluate(s, scope, callee.value);
  if (kernel.kind !== "template" || kernel.template.dialect !== "T")
    return wrong(s, callee, `${valueText(kernel)} is no loop nest`);
  const given = evaluate(s, scope, inputs.value);
  const operands: Expr[] = (given.kind === "pack" ? given.items : [given]).map((v) =>
    toRelax(s, v, inputs),
  );
  const attrs = new Map(
    [...kernel.bound].map(([name, v]): [string, AttrValue] => [
      name,
      toAttribute(s, v, undefined, callee),
    ]),
  );
  const facts: CallFacts = {
    operands: operands.map((e) => tensorType(s, g.site.infer.infoOf(e), inputs)),
    outputs: tensorTypes(s, scope, out),
    attrs,
    scalars: new Map(),
    analyzer: g.site.analyzer,
    span: s.call,
  };
  const made = g.instances.instance(kernel.template, facts);
  if ("reason" in made) return fail({ ...made.reason, severity: "error" });
  const value = callOf(g, { kind: "tir", ...made, inputs: operands, isTuple: false });
  return graphValue(g.emit(value, kernel.template.name), g.site.infer.infoOf(value));
}

function tensorType(s: State, info: StructInfo, at: ast.AstBase): TensorInfo {
  return info.kind === "relax.TensorInfo" ? info : wrong(s, at, "a loop nest takes tensors");
}

/** `R.Tensor(shape, dtype)`, or a list of such. */
function tensorTypes(s: State, scope: Scope, e: ast.Expr): TensorInfo[] {
  if (e.kind === "List" || e.kind === "Tuple")
    return e.items.flatMap((item) => tensorTypes(s, scope, item));
  if (e.kind !== "Call" || e.func.kind !== "Attribute" || e.func.name !== "Tensor")
    return wrong(s, e, "the type of an output is written R.Tensor(shape, dtype)");
  const a = bindArguments(s, e, "R.Tensor", ["shape", "dtype"], argumentsOf(s, scope, e));
  const shape = a.get("shape")!;
  const dims =
    shape.kind === "pack"
      ? shape.items.map((d) => toPrim(s, d, e))
      : wrong(s, e, `${valueText(shape)} is no shape`);
  return [tensorInfo({ shape: shapeExpr(dims), dtype: toDType(s, a.get("dtype")!, e) })];
}

// ---- lengths --------------------------------------------------------------------

/** `S.dim(t)`: a length computed at run time becomes a symbol. */
function lengthIn(s: State, scope: Scope, call: ast.Call, g: GraphBuilder): Value {
  const [t] = argumentsOf(s, scope, call).positional;
  if (t?.kind !== "relax") return wrong(s, call, "S.dim takes a tensor with one int64");
  const shape = g.emit(relaxCall(opNode("tensor_to_shape"), [t.expr]), "shape");
  const length = makeVar("k", int64, undefined, { isSize: true });
  g.emitCast(shape, shapeInfo([length]), "_");
  g.site.analyzer.assume(compare("ge", length, intImm(0, int64)));
  return dimValue(length);
}

/** `S.tensor(d, dt)`: a length as a tensor without dimensions. */
function lengthAsTensor(s: State, scope: Scope, call: ast.Call, g: GraphBuilder): Value {
  const a = bindArguments(s, call, "S.tensor", ["length", "dtype"], argumentsOf(s, scope, call));
  const dtype: DType = toDType(s, a.get("dtype") ?? none, call);
  return { kind: "relax", expr: tensorOfDim(s, g, a.get("length")!, dtype, call) };
}
