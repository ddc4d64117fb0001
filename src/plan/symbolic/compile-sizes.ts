/** From size expressions to straight-line code; equal subexpressions are computed once. */
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { exprText } from "../../arith/index.js";
import { SIZE_OPS, type SizeOp, type SizeProgram } from "../../support/placement/size-program.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { codes } from "../codes.js";

/** Compiles sizes over the given symbols; throws a diagnostic for what is not arithmetic over them. */
export function compileSizes(sizes: readonly PrimExpr[], symbols: readonly Var[]): SizeProgram {
  const builder = new ProgramBuilder(symbols);
  const results = sizes.map((size) => builder.add(size, size));
  return {
    symbols: symbols.map((v) => v.name),
    constants: builder.constants,
    code: builder.code,
    results,
  };
}

/** Operators of expressions that are one step. */
const STEPS: ReadonlySet<string> = new Set<SizeOp>([
  "add", "sub", "mul", "floordiv", "floormod", "div", "mod", "min", "max",
  "eq", "ne", "lt", "le", "gt", "ge", "and", "or",
]); // prettier-ignore

class ProgramBuilder {
  readonly code: number[] = [];
  readonly constants: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #symbols: ReadonlyMap<Var, number>;

  constructor(symbols: readonly Var[]) {
    this.#symbols = new Map(symbols.map((v, i) => [v, i]));
  }

  /** The index of the value of an expression. */
  add(e: PrimExpr, whole: PrimExpr): number {
    switch (e.kind) {
      case "tir.IntImm":
        return this.#constant(Math.max(-(2 ** 53), Math.min(2 ** 53, Number(e.value))));
      case "tir.Var": {
        const index = this.#symbols.get(e);
        if (index !== undefined) return this.#step("symbol", index);
        break;
      }
      case "tir.Cast":
        if (e.dtype.code === "int" || e.dtype.code === "uint") return this.add(e.value, whole);
        break;
      case "tir.Binary":
      case "tir.Compare":
      case "tir.Logic": {
        const a = this.add(e.a, whole);
        const b = this.add(e.b, whole);
        if (e.op === "ceildiv") {
          const lessOne = this.#step("sub", b, this.#constant(1));
          return this.#step("floordiv", this.#step("add", a, lessOne), b);
        }
        if (STEPS.has(e.op)) return this.#step(e.op as SizeOp, a, b);
        break;
      }
      case "tir.Unary": {
        const a = this.add(e.a, whole);
        if (e.op === "not") return this.#step("not", a);
        if (e.op === "neg") return this.#step("sub", this.#constant(0), a);
        return this.#step("sub", this.#constant(-1), a);
      }
      case "tir.Select":
      case "tir.IfThenElse": {
        const cond = this.add(e.cond, whole);
        const then = this.add(e.then, whole);
        return this.#step("select", cond, then, this.add(e.otherwise, whole));
      }
      default:
        break;
    }
    throw new DiagnosticError(
      codes.sizeNotArithmetic({ size: exprText(whole), part: exprText(e) }),
    );
  }

  #constant(value: number): number {
    let index = this.constants.indexOf(value);
    if (index < 0) index = this.constants.push(value) - 1;
    return this.#step("constant", index);
  }

  #step(op: SizeOp, a: number, b = 0, c = 0): number {
    const key = `${op} ${a} ${b} ${c}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const index = this.code.length / 4;
    this.code.push(SIZE_OPS.indexOf(op), a, b, c);
    this.#known.set(key, index);
    return index;
  }
}
