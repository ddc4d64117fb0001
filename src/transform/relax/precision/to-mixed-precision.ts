import type { IRModule } from "../../../ir/module.js";
import {
  bindingBlock, relaxVar, varBinding,
  type Binding, type Call, type Const, type Expr, type Func, type Var,
} from "../../../ir/relax/expr.js"; // prettier-ignore
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { isErrorInfo } from "../../../op/error-info.js";
import { makeCall } from "../../../op/make-call.js";
import type { OpDef } from "../../../op/op.js";
import { lookupOp } from "../../../op/registry.js";
import { float16, float32 } from "../../../support/dtype.js";
import { elementCount } from "../../../support/ndarray.js";
import { elementAccess } from "../../../support/numeric/element.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass } from "../../pass.js";
import { opName, swept } from "../algebra/rewrite-calls.js";
import { Forms, isExternal, mapFunctions, rewriteFunction, type Cursor } from "../rewrite/index.js";

const NAME = "to-mixed-precision";
/** The largest finite number of half precision. */
const MOST = 65_504;

type OutDType = "float32" | "float16";

/**
 * Precondition: none. Result: in dataflow blocks, operators that profit compute on float16 operands, and those that
 * bear it follow where their operands are at hand in float16; all others, and the results, are float32 as before.
 * Values differ by the rounding of float16; constants beyond its range stay float32.
 */
export const toMixedPrecision = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Lets convolutions, matrix products and what follows them compute in float16.",
  options: {
    outDtype: option.choice(["float32", "float16"], {
      default: "float32",
      help: "What matrix products and convolutions add up in and give.",
    }),
    fp16InputNames: option.strings({
      default: [],
      help: "Parameters to take as float16 instead of float32.",
    }),
  },
  run(module, { outDtype, fp16InputNames }, ctx) {
    const names = new Set(fp16InputNames);
    const found = new Set<string>();
    const after = mapFunctions(module, (func, name) => {
      if (isExternal(func)) return func;
      const { func: narrowed, halves } = withHalfParams(func, names);
      for (const p of func.params) if (halves.has(p) || isHalf(p.sinfo)) found.add(p.name);
      const forms = new HalfForms(halves, outDtype);
      const result = forms.rewrite(module, name, narrowed);
      return forms.used || narrowed !== func ? swept(module, name, result) : func;
    });
    const missing = fp16InputNames.find((name) => !found.has(name));
    if (missing === undefined) return after;
    const expected = "names of float32 parameters";
    ctx.report(codes.badOption({ pass: NAME, option: "fp16-input-names", found: `\`${missing}\``, expected })); // prettier-ignore
    return module;
  },
});

/** The function with float16 parameters where their names are given, which are widened at its start. */
function withHalfParams(
  func: Func,
  names: ReadonlySet<string>,
): { readonly func: Func; readonly halves: ReadonlyMap<Var, Var> } {
  const halves = new Map<Var, Var>();
  const params = func.params.map((p) => {
    if (!names.has(p.name) || !isSingle(p.sinfo)) return p;
    const half = relaxVar(p.name, { ...p.sinfo, dtype: float16 } as StructInfo, p);
    halves.set(p, half);
    return half;
  });
  if (halves.size === 0) return { func, halves };
  const widened = [...halves].map(([p, half]) => varBinding(p, astype(half, "float32"), p.span));
  const [first, ...rest] = func.body.blocks;
  const blocks =
    first?.dataflow === false
      ? [{ ...first, bindings: [...widened, ...first.bindings] }, ...rest]
      : [bindingBlock(widened), ...func.body.blocks];
  return { func: { ...func, params, body: { ...func.body, blocks } }, halves };
}

const isSingle = (info: StructInfo | undefined): boolean =>
  info?.kind === "relax.TensorInfo" && info.dtype === float32;

const isHalf = (info: StructInfo | undefined): boolean =>
  info?.kind === "relax.TensorInfo" && info.dtype === float16;

const astype = (x: Expr, dtype: OutDType): Call => makeCall("astype", [x], { dtype });

/** The float16 forms of the values of a function. */
class HalfForms {
  private readonly forms = new Forms<"half">({
    to: (x) => astype(x, "float16"),
    back: (x) => astype(x, "float32"),
    key: (form) => form,
  });
  /** Results of calls in half precision that are float32: their precision is not lost when they are narrowed. */
  private readonly rough = new Set<Expr>();

  constructor(
    private readonly params: ReadonlyMap<Var, Var>,
    private readonly outDType: OutDType,
  ) {}

  get used(): boolean {
    return this.forms.used;
  }

  rewrite(module: IRModule, name: string, func: Func): Func {
    const { forms } = this;
    return rewriteFunction(module, name, func, {
      enter: (kind) => {
        if (kind !== "dataflow") return;
        forms.clear();
        for (const [v, half] of this.params) forms.know(v, half, "half");
      },
      bound: (b) => this.bound(b),
      value: (value, at, { var: v }) => {
        if (!at.dataflow) return value;
        if (value.kind === "relax.TupleGetItem") return forms.item(value, at, v.name) ?? value;
        return value.kind === "relax.Call" ? (this.call(value, at, v.name) ?? value) : value;
      },
    });
  }

  private bound(b: Binding): void {
    this.forms.bound(b);
    if (b.value.kind !== "relax.Function" && this.rough.has(b.value)) this.rough.add(b.var);
  }

  private call(call: Call, at: Cursor, name: string): Expr | undefined {
    const op = lookupOp(opName(call) ?? "");
    if (op?.mixedPrecision === undefined) return undefined;
    const singles = call.args.flatMap(fieldsOf).filter((x) => isSingle(at.infer.infoOf(x)));
    if (!singles.some((x) => x.kind !== "relax.Const")) return undefined;
    if (!singles.every((x) => x.kind !== "relax.Const" || isInRange(x))) return undefined;
    const isAtHand = (x: Expr): boolean =>
      x.kind === "relax.Const" || this.rough.has(x) || this.forms.formOf(x) !== undefined;
    if (op.mixedPrecision === "follow" && !singles.every(isAtHand)) return undefined;
    return this.narrowed(call, op, at, name);
  }

  /** The call over float16 operands. */
  private narrowed(call: Call, op: OpDef, at: Cursor, name: string): Expr | undefined {
    const half = (x: Expr): Expr => {
      if (x.kind === "relax.Tuple") return { ...x, fields: x.fields.map(half) };
      return isSingle(at.infer.infoOf(x)) ? this.forms.as(x, "half", at) : x;
    };
    const after = withOutDType({ ...call, args: call.args.map(half) }, op, this.outDType);
    const [before, now] = [at.infer.infoOf(call), at.infer.infoOf(after)];
    if (isErrorInfo(now)) return undefined;
    if (before.kind === "relax.TupleInfo" && now.kind === "relax.TupleInfo") {
      const forms = now.fields.map((f, i) => formFor(before.fields[i]!, f));
      return this.forms.tupleResult(after, forms, at, name);
    }
    if (formFor(before, now) !== undefined) return this.forms.result(after, "half", at, name);
    this.forms.used = true;
    this.rough.add(after);
    return after;
  }
}

/** Whether a result became narrower. */
const formFor = (before: StructInfo, now: StructInfo): "half" | undefined =>
  isSingle(before) && isHalf(now) ? "half" : undefined;

const fieldsOf = (x: Expr): readonly Expr[] => (x.kind === "relax.Tuple" ? x.fields.flatMap(fieldsOf) : [x]); // prettier-ignore

/** What a product or convolution of float32 adds up in. */
function withOutDType(call: Call, op: OpDef, dtype: OutDType): Call {
  const own = call.attrs.get("out_dtype");
  if (op.mixedPrecision !== "always" || own === undefined) return call;
  if (own !== null && own !== "" && own !== "void" && own !== "float32") return call;
  return { ...call, attrs: new Map(call.attrs).set("out_dtype", dtype) };
}

/** Whether all elements have a float16 close to them. */
function isInRange({ data }: Const): boolean {
  const { bytes, read } = elementAccess(data.dtype);
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset);
  for (let i = 0; i < elementCount(data.shape); i++) {
    const value = Math.abs(Number(read(view, i * bytes)));
    if (value > MOST && value !== Infinity) return false;
  }
  return true;
}
