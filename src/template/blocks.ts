/** Blocks of an instance: `with T.sblock`, `T.init`, `S.wide`, and the signature statements. */
import type * as ast from "../../grammar/ast/nodes.js";
import type { AttrValue } from "../ir/core/node.js";
import { boolImm, floatImm, intImm, load, makeVar, type PrimExpr } from "../ir/tir/expr.js";
import { bufferRegion, range, type Buffer, type BufferRegion } from "../ir/tir/buffer.js";
import { block, evaluate as evaluateStmt, forLoop, iterVar, type Stmt } from "../ir/tir/stmt.js";
import { accessRegions } from "../arith/index.js";
import { float64, int64, type DType } from "../support/dtype.js";
import { argumentsOf, bindArguments } from "./arguments.js";
import { numbered } from "./axes.js";
import { newBuffer } from "./buffers.js";
import { codes } from "./codes.js";
import { evaluate } from "./evaluate.js";
import { toDType, toText } from "./statics.js";
import { execute, executeInside, storeTo, type Returned } from "./execute.js";
import { toCondition, toExpr } from "./operators.js";
import type { Scope } from "./scope.js";
import { collect, emit, fail, newFrame, placeOf, spanOf, type State } from "./state.js";
import { exprValue, valueText, type Value } from "./values.js";

const wrong = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

/** `with T.sblock("name"):` */
export function executeBlock(s: State, scope: Scope, call: ast.Call, suite: ast.Suite): void {
  const bound = bindArguments(s, call, "T.sblock", ["name"], argumentsOf(s, scope, call));
  emitBlock(s, toText(s, bound.get("name")!, call), call, () =>
    executeInside(s, scope, "block", suite.body),
  );
}

/** A block whose variables, regions and allocations `body` gives. */
export function emitBlock(s: State, name: string, at: ast.AstBase, body: () => void): void {
  const outer = s.block;
  const frame = newFrame(false);
  const span = spanOf(s, at);
  s.block = frame;
  s.atHead = false;
  let inside: Stmt;
  try {
    inside = collect(s, body);
  } finally {
    s.block = outer;
  }
  if (frame.iters.length === 0) {
    frame.iters.push(
      iterVar(makeVar("u", int64, span), "spatial", range(intImm(0, int64), intImm(1, int64))),
    );
    frame.values.push(intImm(0, int64));
  }
  const made = block({
    name: uniqueName(s, name),
    values: frame.values,
    iters: frame.iters,
    predicate: frame.predicate ?? boolImm(true),
    annotations: frame.annotations,
    allocs: frame.allocs,
    ...(frame.init !== undefined && { init: frame.init }),
    body: inside,
    span,
  });
  const found = accessRegions(made);
  emit(s, { ...made, reads: frame.reads ?? found.reads, writes: frame.writes ?? found.writes }, at);
}

/** A block's name; used again in one instance it is numbered in program order. */
function uniqueName(s: State, name: string): string {
  const used = s.blockNames.get(name);
  s.blockNames.set(name, (used ?? 0) + 1);
  if (used === undefined) return name;
  const numberedName = `${name}_${used}`;
  return s.blockNames.has(numberedName) ? uniqueName(s, name) : numberedName;
}

/** `with T.init():` */
export function executeInit(s: State, scope: Scope, suite: ast.Suite, at: ast.AstBase): void {
  if (s.block.isRoot) return wrong(s, at, "`T.init` stands inside `with T.sblock(…)`");
  if (s.block.init !== undefined) return wrong(s, at, "a block has one `T.init`");
  s.block.init = collect(s, () => executeInside(s, scope, "branch", suite.body));
}

/** A spatial nest over a shape with one block. */
export function emitNest(
  s: State,
  name: string,
  shape: readonly PrimExpr[],
  at: ast.AstBase,
  body: (v: readonly Value[]) => void,
): void {
  const span = spanOf(s, at);
  const vars = shape.map((_, i) => makeVar(numbered("i", i), int64, span));
  const zero = intImm(0, int64);
  let nest = s.analyzer.scope(() => {
    vars.forEach((v, i) => s.analyzer.bind(v, range(zero, shape[i]!)));
    return collect(s, () =>
      emitBlock(s, name, at, () =>
        s.analyzer.scope(() => {
          const inner = shape.map((d, i) => {
            const v = makeVar(numbered("v", i), int64, span);
            s.block.iters.push(iterVar(v, "spatial", range(zero, d), "", span));
            s.block.values.push(vars[i]!);
            s.analyzer.bind(v, range(zero, d));
            return exprValue(v, "index");
          });
          body(inner);
        }),
      ),
    );
  });
  for (let i = vars.length - 1; i >= 0; i--)
    nest = forLoop({ min: zero, extent: shape[i]!, var: vars[i]!, body: nest, span });
  emit(s, nest, at);
}

/** `with S.wide(Y, acc) as Z:` computes in another type, and converts at the end. */
export function executeWide(
  s: State,
  scope: Scope,
  call: ast.Call,
  target: ast.Expr | undefined,
  suite: ast.Suite,
): Returned {
  const bound = bindArguments(s, call, "S.wide", ["Y", "dtype"], argumentsOf(s, scope, call));
  const of = bound.get("Y")!;
  const dtype = toDType(s, bound.get("dtype")!, call);
  if (of.kind !== "buffer") return wrong(s, call, `S.wide takes a buffer, not ${valueText(of)}`);
  if (target !== undefined && target.kind !== "Name") return wrong(s, target, "`as` takes a name");
  const { buffer: wanted } = of;
  const used = wideBuffer(s, wanted, dtype, target?.id ?? "wide", call);
  if (target !== undefined) scope.names.set(target.id, { value: { kind: "buffer", buffer: used } });
  const returned = execute(s, scope, suite.body);
  if (used !== wanted)
    emitNest(s, "cast", wanted.shape, call, (v) => {
      const indices = v.map((x) => toExpr(s, x, call));
      storeTo(s, wanted, indices, exprValue(load(used, indices, spanOf(s, call)), "value"), call);
    });
  return returned;
}

const wideBuffer = (s: State, of: Buffer, dtype: DType, name: string, at: ast.AstBase): Buffer =>
  of.dtype === dtype ? of : newBuffer(s, name, of.shape, dtype, undefined, at);

// ---- signature statements -----------------------------------------------------

/** `T.reads`, `T.writes`, `T.where`, `T.sblock_attr`, `T.evaluate`; false for other calls. */
export function signatureStatement(s: State, scope: Scope, e: ast.Call): boolean {
  if (e.func.kind !== "Attribute" || e.func.value.kind !== "Name" || e.func.value.id !== "T")
    return false;
  const { name } = e.func;
  switch (name) {
    case "reads":
    case "writes":
      s.block[name] = e.args.flatMap((a) => regions(s, scope, a.value));
      return true;
    case "where": {
      const [a] = e.args;
      if (a === undefined) return wrong(s, e, "T.where takes a condition");
      s.block.predicate = toCondition(s, evaluate(s, scope, a.value), a).expr;
      return true;
    }
    case "sblock_attr":
    case "block_attr": {
      const [a] = e.args;
      if (a?.value.kind !== "Dict") return wrong(s, e, `T.${name} takes a dictionary`);
      for (const [key, value] of annotationsOf(s, scope, a.value))
        s.block.annotations.set(key, value);
      return true;
    }
    case "evaluate": {
      const [a] = e.args;
      if (a === undefined) return wrong(s, e, "T.evaluate takes an expression");
      emit(s, evaluateStmt(toExpr(s, evaluate(s, scope, a.value), a), spanOf(s, e)), e);
      return true;
    }
    default:
      return false;
  }
}

/** A static value as an attribute. */
function attrOf(s: State, v: Value, at: ast.AstBase): AttrValue {
  switch (v.kind) {
    case "int":
    case "bool":
    case "str":
      return v.value;
    case "none":
      return null;
    case "float":
      return floatImm(v.value, float64);
    case "dtype":
      return v.dtype.name;
    case "expr":
      return v.expr;
    case "pack":
      return v.items.map((x) => attrOf(s, x, at));
    default:
      return wrong(s, at, `${valueText(v)} is no attribute`);
  }
}

/** A region: a whole buffer, points, slices. */
function regions(s: State, scope: Scope, e: ast.Expr): BufferRegion[] {
  if (e.kind === "List" || e.kind === "Tuple") return e.items.flatMap((x) => regions(s, scope, x));
  const of = evaluate(s, scope, e.kind === "Subscript" ? e.value : e);
  if (of.kind !== "buffer") return wrong(s, e, `${valueText(of)} is no buffer`);
  const { buffer } = of;
  if (e.kind !== "Subscript")
    return [
      bufferRegion(
        buffer,
        buffer.shape.map((d) => range(intImm(0, int64), d)),
      ),
    ];
  const one = intImm(1, int64);
  const parts = e.items.flatMap((item) => {
    if (item.kind === "Slice") {
      const lo =
        item.lower === undefined
          ? intImm(0, int64)
          : toExpr(s, evaluate(s, scope, item.lower), item);
      const axis = e.items.indexOf(item);
      const hi =
        item.upper === undefined
          ? buffer.shape[axis]!
          : toExpr(s, evaluate(s, scope, item.upper), item);
      return [
        range(
          lo,
          s.analyzer.simplify({ kind: "tir.Binary", op: "sub", a: hi, b: lo, dtype: int64 }),
        ),
      ];
    }
    const v = evaluate(s, scope, item.kind === "Starred" ? item.value : item);
    return (v.kind === "pack" ? v.items : [v]).map((x) => range(toExpr(s, x, item), one));
  });
  if (parts.length !== buffer.shape.length)
    return wrong(
      s,
      e,
      `\`${buffer.name}\` has rank ${buffer.shape.length}, the region ${parts.length}`,
    );
  return [bufferRegion(buffer, parts)];
}

/** Annotations as they are written: a dictionary from texts to numbers, texts and lists. */
export const annotationsOf = (s: State, scope: Scope, dict: ast.Dict): Map<string, AttrValue> =>
  new Map(
    dict.entries.map(({ key, value }) => [
      toText(s, evaluate(s, scope, key), key),
      attrOf(s, evaluate(s, scope, value), value),
    ]),
  );
