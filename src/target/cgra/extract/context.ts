/** What is known while one nest becomes a graph. */
import { declareSymbols } from "../../../analysis/tir/symbols.js";
import { Analyzer, exprText } from "../../../arith/index.js";
import { fromPoly } from "../../../arith/from-poly.js";
import { constValue, type Poly } from "../../../arith/poly.js";
import { substitute } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { call, cast, intImm, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { range } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { int32, int64, isFloat } from "../../../support/dtype.js";
import type { FixedOperand } from "../dfg/dfg.js";
import type { BufferPlace } from "../dfg/loop-kernel.js";
import type { Fabric } from "../fabric/fabric.js";
import { bitsOf } from "../machine/elementary.js";
import { Addresses } from "./address.js";
import { GraphBuilder } from "./graph-builder.js";
import type { Nest } from "./nest.js";
import { literal, type Condition, type Value } from "./value.js";
import { isWide, type WideValue } from "./wide.js";

/** A byte address: per loop what one step adds, what does not change, and values the array computes. */
export interface AddressForm {
  readonly steps: readonly Poly[];
  readonly base: Poly;
  readonly parts: readonly { readonly value: Value; readonly scale: Poly }[];
}

/** The first or last iteration of the loops from a level on. */
export interface Edge {
  readonly edge: "first" | "last";
  readonly level: number;
}

/** The last store to some memory, while nothing has been loaded from there since. */
export interface LastStore {
  readonly key: string;
  readonly access: number;
  readonly condition: Condition;
  readonly value: Value;
}

/** An access of memory whose address is not in the graph yet. */
export interface Access {
  readonly kind: "load" | "store";
  readonly node: number;
  readonly buffer: Buffer;
  readonly form: AddressForm;
  readonly bytes: 1 | 2 | 4;
  readonly signed: boolean;
  /** It matters only at an edge of the loops from a level on; undefined: always. */
  readonly edge?: Edge | undefined;
  /** A store under a condition of another kind, or a load whose address depends on one. */
  readonly isConditional: boolean;
}

export class Context {
  readonly analyzer = new Analyzer();
  readonly builder: GraphBuilder;
  readonly liveins: { name: string; value: PrimExpr }[] = [];
  readonly accesses: Access[] = [];
  readonly addresses = new Addresses(this);
  readonly levels = new Map<Var, number>();
  /** By memory: what was loaded since the last store, by address. */
  readonly loaded = new Map<Var, Map<string, Value>>();
  readonly stored = new Map<Var, LastStore>();
  /** Values of variables that statements define. */
  readonly bound = new Map<Var, Value>();
  /** Expressions of variables that statements define. */
  readonly written = new Map<Var, PrimExpr>();
  /** By buffer and position: number of the variable. */
  readonly variables = new Map<Buffer, Map<number, number>>();
  /** Variables of integers wider than registers. */
  readonly wideVariables = new Set<number>();
  /** Values of such integers; see `checkWide`. */
  readonly wide: WideValue[] = [];
  /** What the sizes must satisfy where the kernel is launched, by its text. */
  readonly required = new Map<string, PrimExpr>();
  /** By number given at launch: what it is, of integers. */
  readonly numbers: (Poly | undefined)[] = [];
  /** By variable: its value now. */
  readonly state = new Map<number, Value>();
  private readonly liveinOf = new Map<string, number>();

  constructor(
    func: PrimFunc,
    readonly nest: Nest,
    readonly fabric: Fabric,
    readonly places: ReadonlyMap<Buffer, BufferPlace>,
  ) {
    this.builder = new GraphBuilder(new Set(fabric.elements.flatMap(({ ops }) => [...ops])));
    declareSymbols(func, this.analyzer);
    nest.loops.forEach(({ var: v, extent }, level) => {
      this.levels.set(v, level);
      this.analyzer.bind(v, range(intImm(0, v.dtype), extent));
    });
    for (const fact of nest.assumed) this.analyzer.assume(fact);
  }

  /** The expression with the variables that stand for expressions replaced. */
  resolved(e: PrimExpr): PrimExpr {
    return this.written.size === 0 ? e : substitute(e, this.written);
  }

  /** Whether the expression has one value for the whole nest that the host can compute. */
  isInvariant(e: PrimExpr): boolean {
    let is = true;
    visit(e, {
      enter: (n) => {
        if (n.kind === "tir.Load" || n.kind === "tir.CallGlobal" || n.kind === "tir.Call")
          is = false;
        if (n.kind === "tir.Var") {
          const written = this.written.get(n);
          if (this.levels.has(n) || this.bound.has(n)) is = false;
          else if (written !== undefined && !this.isInvariant(written)) is = false;
        }
        return is ? undefined : false;
      },
    });
    return is;
  }

  /** A number of the host, given at launch unless it is known. */
  fixed(e: PrimExpr): FixedOperand {
    const simple = this.analyzer.simplify(e);
    if (simple.kind === "tir.IntImm") return { kind: "literal", value: Number(simple.value) | 0 };
    if (simple.kind === "tir.FloatImm") return { kind: "literal", value: bitsOf(simple.value) };
    const key = `${simple.dtype.name} ${exprText(simple)}`;
    let index = this.liveinOf.get(key);
    if (index === undefined) {
      index = this.liveins.length;
      const value = isFloat(simple.dtype)
        ? call("reinterpret", [simple], int32)
        : simple.dtype === int32
          ? simple
          : cast(simple, int32);
      const plain = withoutCasts(simple);
      const name = plain.kind === "tir.Var" ? plain.name : `v${index}`;
      this.liveins.push({ name, value });
      this.numbers.push(isFloat(simple.dtype) ? undefined : this.analyzer.poly(simple));
      this.liveinOf.set(key, index);
    }
    return { kind: "livein", index };
  }

  fixedPoly(p: Poly): FixedOperand {
    const known = constValue(p);
    if (known !== undefined) return { kind: "literal", value: Number(known) | 0 };
    return this.fixed(fromPoly(this.analyzer, p, int64)!);
  }

  /** Notes what a wide value must be. */
  noteWide(value: Value, expr: PrimExpr): Value {
    if (isWide(expr.dtype)) this.wide.push({ value, expr });
    return value;
  }

  /** From here on the condition is known; it is asked for at each launch. */
  require(condition: PrimExpr): void {
    this.required.set(exprText(condition), condition);
    this.analyzer.assume(condition);
  }

  extent(level: number): Poly {
    return this.analyzer.poly(this.nest.loops[level]!.extent);
  }

  /** The number of the iteration of a loop. */
  counter(level: number): Value {
    const most = Number(this.analyzer.boundOf(this.extent(level)).max) - 1;
    return this.builder.op("IDX", [], level, [0, Math.min(Math.max(0, most), 0x7fffffff)]);
  }

  /** The variable at a position of a buffer of the array. */
  variable(buffer: Buffer, position: number): number {
    let ofBuffer = this.variables.get(buffer);
    if (ofBuffer === undefined) this.variables.set(buffer, (ofBuffer = new Map()));
    let variable = ofBuffer.get(position);
    if (variable === undefined) {
      variable = this.builder.newVariable();
      ofBuffer.set(position, variable);
      if (isWide(buffer.dtype)) this.wideVariables.add(variable);
      this.state.set(variable, { kind: "carried", variable });
    }
    return variable;
  }
}

export const ALWAYS: Condition = { value: literal(1), negate: false };
export const isAlways = ({ value, negate }: Condition): boolean =>
  value.kind === "literal" && (value.value !== 0) !== negate;

const withoutCasts = (e: PrimExpr): PrimExpr => (e.kind === "tir.Cast" ? withoutCasts(e.value) : e);
