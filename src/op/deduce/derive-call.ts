/** Result of calling a function of known type. */
import { substitute } from "../../ir/core/rewrite.js";
import { shapeExpr, type Call, type ShapeExpr, type Var as RelaxVar } from "../../ir/relax/expr.js";
import {
  dimsOf,
  tensorInfo,
  type FuncInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { typeCodes } from "../codes.js";
import { describe } from "../describe.js";
import { errorInfo, isErrorInfo } from "../error-info.js";
import type { InferContext } from "../infer-context.js";
import { erase } from "./erase.js";
import { isBaseOf, worst, type Subsumption } from "./subsume.js";
import { symbolsOf } from "./symbols.js";

export interface CallSite {
  /** Name of the callee in messages. */
  readonly name: string;
  readonly call: Call;
}

/**
 * The result of a call with arguments of these infos; undefined when the callee is opaque and says nothing. Symbols of
 * parameters are bound at their first plain occurrence; other lengths are compared after all are bound. A mistake is
 * reported and gives `errorInfo`.
 */
export function deriveCallReturn(
  func: FuncInfo,
  args: readonly StructInfo[],
  ctx: InferContext,
  site: CallSite,
): StructInfo | undefined {
  if (func.params === undefined) return func.deriveFunc === undefined ? func.ret : undefined;
  const { params } = func;
  if (params.length !== args.length) {
    ctx.report(
      typeCodes.argumentCount({
        callee: site.name,
        expected: params.length,
        found: args.length,
        at: site.call.span,
      }),
    );
    return errorInfo;
  }
  const match = new Matcher(ctx);
  const answers = params.map((p, i) => (isErrorInfo(args[i]!) ? "pass" : match.info(p, args[i]!)));
  match.settle(answers);
  let failed = false;
  answers.forEach((answer, index) => {
    if (answer !== "L0" && answer !== "L1") return;
    failed = true;
    const found = args[index]!;
    const at = site.call.args[index + site.call.args.length - args.length]?.span ?? site.call.span;
    const hints =
      answer === "L1" ? [`refine it first: y = R.match_cast(x, ${describe(params[index]!)})`] : [];
    ctx.report(
      typeCodes.argumentType({
        callee: site.name,
        index: index + 1,
        expected: describe(params[index]!),
        found: describe(found),
        at,
        hints,
      }),
    );
  });
  return failed ? errorInfo : erase(func.ret, match.images());
}

interface Deferred {
  readonly index: number;
  readonly expected: PrimExpr;
  readonly found: PrimExpr;
}

/** Bindings of one call. */
class Matcher {
  private readonly symbols = new Map<Var, PrimExpr>();
  private readonly shapes = new Map<RelaxVar, ShapeExpr | RelaxVar>();
  private readonly deferred: Deferred[] = [];
  private index = -1;

  constructor(private readonly ctx: InferContext) {}

  /** Answer for the next parameter, apart from lengths that wait for later bindings. */
  info(param: StructInfo, arg: StructInfo): Subsumption {
    this.index++;
    return this.nested(param, arg, 0);
  }

  private nested(param: StructInfo, arg: StructInfo, depth: number): Subsumption {
    if (depth > 200) return "L2";
    if (
      param.kind === "relax.TupleInfo" &&
      arg.kind === "relax.TupleInfo" &&
      param.fields.length === arg.fields.length
    ) {
      return param.fields.reduce<Subsumption>(
        (r, f, i) => worst(r, this.nested(f, arg.fields[i]!, depth + 1)),
        "pass",
      );
    }
    if (param.kind === "relax.TensorInfo" && arg.kind === "relax.TensorInfo")
      return this.tensor(param, arg);
    if (param.kind === "relax.ShapeInfo" && arg.kind === "relax.ShapeInfo") {
      const kind = isBaseOf({ ...param, values: undefined }, arg, this.ctx);
      return kind === "pass" ? this.dims(param.values, arg.values) : kind;
    }
    if (param.kind === "relax.PrimInfo" && arg.kind === "relax.PrimInfo") {
      if (param.dtype !== arg.dtype) return "L0";
      if (param.value === undefined) return "pass";
      return arg.value === undefined ? "L2" : this.dim(param.value, arg.value);
    }
    return isBaseOf(param, arg, this.ctx);
  }

  private tensor(param: TensorInfo, arg: TensorInfo): Subsumption {
    const kind = isBaseOf(
      tensorInfo({ dtype: param.dtype, ndim: param.ndim, vdevice: param.vdevice }),
      arg,
      this.ctx,
    );
    if (kind !== "pass" || param.shape === undefined) return kind;
    if (param.shape.kind === "relax.ShapeExpr") return this.dims(param.shape.values, dimsOf(arg));
    const bound = this.shapes.get(param.shape);
    if (arg.shape === undefined) return "L2";
    if (bound === undefined) {
      this.shapes.set(param.shape, arg.shape);
      return "pass";
    }
    if (bound === arg.shape) return "pass";
    const known = dimsOf(tensorInfo({ shape: bound }));
    const found = dimsOf(arg);
    if (!known || !found) return "L2";
    if (known.length !== found.length) return "L0";
    return known.reduce<Subsumption>((r, d, i) => worst(r, this.compare(d, found[i]!)), "pass");
  }

  private dims(
    params: readonly PrimExpr[] | undefined,
    args: readonly PrimExpr[] | undefined,
  ): Subsumption {
    if (params === undefined) return "pass";
    if (args === undefined) return "L2";
    return params.reduce<Subsumption>((r, p, i) => worst(r, this.dim(p, args[i]!)), "pass");
  }

  private dim(param: PrimExpr, arg: PrimExpr): Subsumption {
    if (param.kind === "tir.Var") {
      const bound = this.symbols.get(param);
      if (bound !== undefined) return this.compare(bound, arg);
      this.symbols.set(param, arg);
      return "pass";
    }
    if (param.kind === "tir.IntImm") return this.compare(param, arg);
    this.deferred.push({ index: this.index, expected: param, found: arg });
    return "pass";
  }

  private compare(expected: PrimExpr, found: PrimExpr): Subsumption {
    if (expected === found) return "pass";
    const same = this.ctx.equal(expected, found);
    if (same === undefined) this.ctx.guard(expected, found, "argument of a call");
    return same === undefined ? "L2" : same ? "pass" : "L0";
  }

  /** Compares the lengths that waited and worsens the answers of their parameters. */
  settle(answers: Subsumption[]): void {
    for (const { index, expected, found } of this.deferred) {
      const known = [...symbolsOf([expected])].every((v) => this.symbols.has(v));
      const answer = known ? this.compare(substitute(expected, this.symbols), found) : "L2";
      answers[index] = worst(answers[index]!, answer);
    }
  }

  images(): Parameters<typeof erase>[1] {
    return {
      symbol: (v) => this.symbols.get(v),
      simplify: (e) => this.ctx.simplify(e),
      shape: (v) => {
        const bound = this.shapes.get(v);
        if (bound !== undefined) return bound;
        const dims = v.sinfo && dimsOf(v.sinfo);
        const all = dims && [...symbolsOf(dims)].every((s) => this.symbols.has(s));
        return all ? shapeExpr(dims.map((d) => substitute(d, this.symbols))) : undefined;
      },
    };
  }
}
