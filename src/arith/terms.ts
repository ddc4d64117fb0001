/** Interning of atoms: equal sub-expressions become one atom, numbered in order of first sight. */
import { fieldsOf, fieldValue, isNode, type Node } from "../ir/nodes.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import type { DType } from "../support/dtype.js";
import type { Atom, Poly } from "./poly.js";

/** Intrinsics whose result depends on their operands only; calls of others are never merged or dropped. */
const PURE_CALLS = new Set(
  (
    "abs acos acosh asin asinh atan atan2 atanh bitwise_and bitwise_not bitwise_or bitwise_xor ceil clz copysign cos cosh " +
    "erf exp exp10 exp2 fabs floor fma fmod hypot if_then_else isfinite isinf isnan isnullptr large_uint_imm ldexp likely " +
    "log log10 log1p log2 max_value min_value infinity nearbyint nextafter popcount pow q_multiply_shift " +
    "q_multiply_shift_per_axis reinterpret round rsqrt shift_left shift_right sigmoid sin sinh sqrt tan tanh trunc vscale " +
    "vectorlow vectorhigh vectorcombine call_pure_extern address_of"
  ).split(" "),
);

export const isPureCall = (op: string): boolean => PURE_CALLS.has(op);

/** Whether evaluating the expression may do more than compute a value. */
export function hasEffects(expr: Node): boolean {
  const known = effects.get(expr);
  if (known !== undefined) return known;
  const answer = mayAct(expr, 0);
  effects.set(expr, answer);
  return answer;
}

const effects = new WeakMap<Node, boolean>();

function mayAct(expr: Node, depth: number): boolean {
  if (depth > 400) return true;
  if (expr.kind === "tir.CallGlobal") return true;
  if (expr.kind === "tir.Call" && !isPureCall(expr.op)) return true;
  switch (expr.kind) {
    case "tir.Var":
    case "tir.IntImm":
    case "tir.Buffer":
      return false;
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic":
      return mayAct(expr.a, depth + 1) || mayAct(expr.b, depth + 1);
    default:
      return childNodes(expr).some((child) => mayAct(child, depth + 1));
  }
}

function childNodes(node: Node): Node[] {
  const found: Node[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value instanceof Map) [...value.values()].forEach(walk);
    else if (isNode(value)) found.push(value);
  };
  if (node.kind === "tir.Buffer" || node.kind === "tir.Var") return found;
  for (const { name, role } of fieldsOf(node.kind)) {
    if (role !== "value" && role !== "hint" && role !== "tensor") walk(fieldValue(node, name));
  }
  return found;
}

/** Number of nodes of the expression as a tree, counted up to `limit`. */
export function sizeOf(expr: Node, limit: number): number {
  let count = 0;
  const stack: Node[] = [expr];
  while (stack.length > 0 && count < limit) {
    count++;
    for (const child of childNodes(stack.pop()!)) stack.push(child);
  }
  return count;
}

/** Numbers of atoms that only a proof has met. */
const PASSING = 2 ** 30;

/** The atoms of one analyser. */
export class TermTable {
  /** By what they are: variables by identity, others by a text of their operands. */
  private readonly atoms = new Map<string | Node, Atom>();
  private passing: Map<string | Node, Atom> | undefined;
  private readonly identities = new Map<object, number>();
  private unique = 0;

  /** A number that stands for the object. */
  identity(object: object): number {
    const known = this.identities.get(object);
    if (known !== undefined) return known;
    this.identities.set(object, this.identities.size);
    return this.identities.size - 1;
  }

  private intern(key: string | Node, make: (id: number) => Atom): Atom {
    const known = this.atoms.get(key) ?? this.passing?.get(key);
    if (known) return known;
    const atom = make(this.passing === undefined ? this.atoms.size : PASSING + this.passing.size);
    (this.passing ?? this.atoms).set(key, atom);
    return atom;
  }

  /** Runs a proof. What it meets first is forgotten after it, so that the order of atoms does not tell what was proved. */
  passingThrough<T>(body: () => T): T {
    return this.with(this.passing ?? new Map(), body);
  }

  /** Runs something inside a proof whose atoms outlast it. */
  lasting<T>(body: () => T): T {
    return this.with(undefined, body);
  }

  private with<T>(passing: Map<string | Node, Atom> | undefined, body: () => T): T {
    const before = this.passing;
    this.passing = passing;
    try {
      return body();
    } finally {
      this.passing = before;
    }
  }

  variable(v: PrimExpr & { readonly kind: "tir.Var" }): Atom {
    return this.intern(v, (id) => ({ id, kind: "var", expr: v, dtype: v.dtype }));
  }

  pair(kind: "floordiv" | "floormod" | "min" | "max", a: Poly, b: Poly, dtype: DType): Atom {
    return this.intern(`${kind}(${a.key};${b.key})`, (id) => ({ id, kind, a, b, dtype }));
  }

  choice(cond: PrimExpr, a: Poly, b: Poly, dtype: DType): Atom {
    const key = `choice(${this.keyOf(cond)};${a.key};${b.key})`;
    return this.intern(key, (id) => ({ id, kind: "choice", expr: cond, a, b, dtype }));
  }

  /** Any other expression; one with effects equals nothing, not even itself. */
  opaque(expr: PrimExpr): Atom {
    const key = hasEffects(expr) ? `!${this.unique++}` : `o${this.keyOf(expr)}`;
    return this.intern(key, (id) => ({ id, kind: "opaque", expr, dtype: expr.dtype }));
  }

  private readonly numbers = new Map<Node, number>();
  private readonly shapes = new Map<string, number>();

  /** A number that is equal exactly for structurally equal expressions (binders by identity). */
  keyOf(node: Node, depth = 0): number {
    const known = this.numbers.get(node);
    if (known !== undefined) return known;
    const text = this.shapeOf(node, depth);
    const number = this.shapes.get(text) ?? this.shapes.size;
    this.shapes.set(text, number);
    this.numbers.set(node, number);
    return number;
  }

  /** One level of a node as text, its children by number. */
  private shapeOf(node: Node, depth: number): string {
    if (depth > 600 || node.kind === "tir.Var" || node.kind === "tir.Buffer")
      return `#${this.identity(node)}`;
    switch (node.kind) {
      case "tir.IntImm":
        return `${node.value}:${node.dtype.name}`;
      case "tir.Binary":
      case "tir.Compare":
        return `${node.op}${this.keyOf(node.a, depth + 1)},${this.keyOf(node.b, depth + 1)}:${node.dtype.name}`;
      default:
    }
    const parts = fieldsOf(node.kind).map(({ name, role }) =>
      role === "hint" ? "" : this.valueKey(fieldValue(node, name), depth + 1),
    );
    return `${node.kind}(${parts.join(",")})`;
  }

  private valueKey(value: unknown, depth: number): string {
    if (Array.isArray(value)) return `[${value.map((v) => this.valueKey(v, depth)).join(",")}]`;
    if (value instanceof Map) {
      const entries = [...value].map(([k, v]) => `${JSON.stringify(k)}=${this.valueKey(v, depth)}`);
      return `{${entries.join(",")}}`;
    }
    if (isNode(value)) return `@${this.keyOf(value, depth)}`;
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "object" && value !== null) {
      return "name" in value && typeof value.name === "string"
        ? value.name
        : `#${this.identity(value)}`;
    }
    return Object.is(value, -0) ? "-0" : String(value);
  }
}
