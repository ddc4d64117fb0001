/** The context of inference over the analyser. */
import { Analyzer } from "../../arith/index.js";
import type { Expr } from "../../ir/relax/expr.js";
import type { FuncInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { IRModule } from "../../ir/module.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import type { InferContext } from "../infer-context.js";
import { inferExpr } from "./infer.js";
import { signatureOf } from "./signature.js";

export interface Guard {
  readonly a: PrimExpr;
  readonly b: PrimExpr;
  readonly reason: string;
}

export interface InferOptions {
  /** Where signatures are looked up. */
  readonly module?: IRModule;
  /** Signatures of functions that are not yet in a module; asked first. */
  readonly signature?: (name: string) => FuncInfo | undefined;
  readonly report?: (diagnostic: Diagnostic) => void;
  readonly guard?: (guard: Guard) => void;
  /** Facts about symbols; a fresh one knows only that lengths are not negative. */
  readonly analyzer?: Analyzer;
  /** Whether a symbol is defined outside the sequence at hand. */
  readonly isOuter?: (v: Var) => boolean;
}

export function makeInferContext(options: InferOptions = {}): InferContext {
  const analyzer = options.analyzer ?? new Analyzer();
  const ctx: InferContext = {
    infoOf: (expr: Expr) => inferExpr(expr, ctx),
    signature(name) {
      const found = options.signature?.(name);
      if (found !== undefined) return found;
      const f = options.module?.functions.get(name);
      return f && signatureOf(f);
    },
    equal: (a, b) => (a === b ? true : analyzer.equal(a, b)),
    simplify: (e) => analyzer.simplify(e),
    report: (diagnostic) => options.report?.(diagnostic),
    guard: (a, b, reason) => options.guard?.({ a, b, reason }),
    ...(options.isOuter === undefined ? {} : { isOuter: options.isOuter }),
  };
  return ctx;
}
