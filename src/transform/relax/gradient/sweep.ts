/** The way back: from the gradient by a result to those by the operands. */
import { tuple, tupleGetItem, type Binding, type Call, type Expr, type Var } from "../../../ir/relax/expr.js"; // prettier-ignore
import type { Diagnostic } from "../../../support/diagnostic.js";
import { dependsOn } from "./activity.js";
import { codes } from "./codes.js";
import { gradientRules } from "./rules/index.js";
import { isFields, type Adjoint, type Backward } from "./rules/rule.js";

/** Sums up the gradients by variables while bindings are visited from the last to the first. */
export class Sweep {
  private readonly adjoints = new Map<Var, Adjoint>();
  /** What stops the sweep. */
  readonly problems: Diagnostic[] = [];

  constructor(
    private readonly b: Backward,
    private readonly active: ReadonlySet<Expr>,
  ) {}

  /** Adds to the gradient by an operand; nothing for what no parameter has a share in. */
  add(operand: Expr, grad: Adjoint | undefined): void {
    if (grad === undefined) return;
    if (operand.kind === "relax.Tuple") {
      if (isFields(grad)) operand.fields.forEach((f, i) => this.add(f, grad[i]));
    } else if (operand.kind === "relax.Var" && this.active.has(operand)) {
      const sum = this.sum(this.adjoints.get(operand), grad);
      if (sum !== undefined) this.adjoints.set(operand, sum);
    }
  }

  private sum(a: Adjoint | undefined, c: Adjoint | undefined): Adjoint | undefined {
    if (a === undefined || c === undefined) return a ?? c;
    if (!isFields(a) || !isFields(c))
      return isFields(a) || isFields(c) ? undefined : this.b.add(a, c);
    const count = Math.max(a.length, c.length);
    return Array.from({ length: count }, (_, i) => this.sum(a[i], c[i]));
  }

  visit({ value, var: v }: Binding): void {
    const grad = this.adjoints.get(v);
    if (grad === undefined || value.kind === "relax.Function") return;
    switch (value.kind) {
      case "relax.Call":
        return this.call(value, v, grad);
      case "relax.TupleGetItem": {
        const fields: (Adjoint | undefined)[] = Array.from({ length: value.index });
        return this.add(value.tuple, [...fields, grad]);
      }
      default:
        return this.add(value, grad);
    }
  }

  private call(call: Call, out: Var, grad: Adjoint): void {
    const op = calleeName(call);
    const rule = call.op.kind === "relax.Op" ? gradientRules.get(op) : undefined;
    const attrs = this.b.attrs(call);
    const shares = rule?.(this.b, { call, args: call.args, out, grad, attrs });
    const fail = (why: string): void =>
      void this.problems.push(codes.noGradient({ op, why, var: out.name, at: call.span }));
    if (shares === undefined)
      return fail(rule === undefined ? "" : " in this form, with what is known of its operands");
    call.args.forEach((arg, i) => {
      if (!dependsOn(arg, this.active)) return;
      const share = shares[i];
      if (share === undefined) fail(` by its operand ${i + 1}`);
      else if (share !== "zero") this.add(arg, share());
    });
  }

  /** The whole gradient by a variable, zeros included. */
  of(v: Var): Expr {
    return this.whole(v, this.adjoints.get(v));
  }

  private whole(value: Expr, grad: Adjoint | undefined): Expr {
    const info = this.b.info(value);
    if (info.kind === "relax.TupleInfo") {
      const fields = isFields(grad) ? grad : [];
      const field = (i: number): Expr => {
        const known = fields[i];
        if (known !== undefined && !isFields(known)) return known;
        return this.whole(this.b.at.emit(tupleGetItem(value, i)), known);
      };
      return tuple(info.fields.map((_, i) => field(i)));
    }
    if (grad !== undefined && !isFields(grad)) return grad;
    return this.b.call("zeros_like", [value]);
  }
}

const calleeName = ({ op }: Call): string => (op.kind === "ir.ExternFunc" ? op.symbol : op.name);
