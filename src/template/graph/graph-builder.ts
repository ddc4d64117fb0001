/** Bindings of an expansion under construction. */
import {
  matchCast, relaxVar, shapeExpr, varBinding, type Binding, type Expr, type Var,
} from "../../ir/relax/expr.js"; // prettier-ignore
import { shapeInfo, type StructInfo } from "../../ir/relax/struct-info.js";
import { ifThenElse, intImm } from "../../ir/tir/expr.js";
import type { LoweringSite } from "../../op/lowering.js";
import { int64 } from "../../support/dtype.js";
import type { Instances } from "../select/lowering.js";
import type { State } from "../state.js";

export interface GraphBuilder {
  readonly site: LoweringSite;
  readonly instances: Instances;
  readonly bindings: Binding[];
  /** Binds a value; the type is that which deduction finds. */
  emit(value: Expr, name: string): Var;
  emitCast(value: Expr, info: StructInfo, name: string): Var;
  /** Checks of the conditions that were demanded since and could not be proved. */
  putGuards(s: State): void;
}

export function makeGraphBuilder(site: LoweringSite, instances: Instances): GraphBuilder {
  const bindings: Binding[] = [];
  let checked = 0;
  const g: GraphBuilder = {
    site,
    instances,
    bindings,
    emit(value, name) {
      const v = relaxVar(name, site.infer.infoOf(value), { span: value.span });
      bindings.push(varBinding(v, value, value.span));
      return v;
    },
    emitCast(value, info, name) {
      const v = relaxVar(name, info);
      bindings.push(matchCast(v, value, info));
      return v;
    },
    putGuards({ guards }) {
      for (; checked < guards.length; checked++) {
        const holds = ifThenElse(guards[checked]!.cond, intImm(1, int64), intImm(0, int64));
        g.emitCast(shapeExpr([holds]), shapeInfo([intImm(1, int64)]), "_");
      }
    },
  };
  return g;
}
