/** Patterns as text: Relax functions of a module that describe instead of compute. */
import type { AttrValue } from "../../../ir/core/node.js";
import { isNode } from "../../../ir/nodes.js";
import type { IRModule } from "../../../ir/module.js";
import type { Call, Expr, Func, Var } from "../../../ir/relax/expr.js";
import { lookupOp } from "../../../op/registry.js";
import type { Sink } from "../../../support/diagnostic.js";
import { codes } from "./codes.js";
import { sameAttr } from "./match.js";
import type { Pattern } from "./pattern.js";

/** Attributes of functions that are patterns and replacements; the value is the name. */
export const PATTERN = "pattern";
export const REPLACEMENT = "replacement";

/** A pattern of a module. */
export interface NamedPattern {
  readonly name: string;
  readonly pattern: Pattern;
  /** The text it comes from. */
  readonly func: Func;
}

/** Whether the function describes a pattern or a replacement. */
export const isDescription = (func: Func): boolean =>
  func.attrs.has(PATTERN) || func.attrs.has(REPLACEMENT);

/**
 * The patterns of these names in the order of the names, all when there are none. Functions of the same name are
 * alternatives.
 */
export function patternsOf(
  module: IRModule,
  names: readonly string[],
  sink: Sink,
): readonly NamedPattern[] {
  const found = new Map<string, Func[]>();
  for (const func of module.functions.values()) {
    if (func.kind !== "relax.Function") continue;
    const name = func.attrs.get(PATTERN);
    if (typeof name === "string") found.set(name, [...(found.get(name) ?? []), func]);
  }
  const wanted = names.length === 0 ? [...found.keys()] : names;
  return wanted.flatMap((name) => {
    const funcs = found.get(name);
    if (funcs === undefined) sink.report(codes.unknownPattern({ name }));
    return (funcs ?? []).flatMap((func): NamedPattern[] => {
      const pattern = patternOf(func, sink);
      return pattern === undefined ? [] : [{ name, pattern, func }];
    });
  });
}

/**
 * The pattern that a function describes. `constants` lists parameters that must be constants, `where` restricts
 * attributes: `{"conv.groups": 1, "conv.data_layout": ["NCHW", "NHWC"]}`.
 */
export function patternOf(func: Func, sink: Sink): Pattern | undefined {
  try {
    return new Reader(func, sink).read();
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    const { message: problem } = error;
    sink.report(codes.badPattern({ func: func.name, problem, at: func.span }));
    return undefined;
  }
}

class BadPattern extends Error {}
const bad = (problem: string): never => {
  throw new BadPattern(problem);
};

const WHERE = "where";
const CONSTANTS = "constants";

class Reader {
  private readonly values = new Map<Var, Pattern>();

  constructor(
    private readonly func: Func,
    private readonly sink: Sink,
  ) {}

  read(): Pattern {
    const { func } = this;
    const constants = list(func.attrs.get(CONSTANTS));
    for (const p of func.params) {
      const isConstant = constants.some((c) => c === p.name);
      const kind = isConstant ? "constant" : "any";
      this.values.set(p, { kind, label: p.name, info: p.sinfo });
    }
    const names = [...func.params.map((p) => p.name), ...this.bindings()];
    const where = func.attrs.get(WHERE);
    const keys = where instanceof Map ? [...(where.keys() as Iterable<string>)] : [];
    for (const key of [...keys.map((k) => k.split(".")[0]!), ...constants.map(String)]) {
      if (names.includes(key)) continue;
      const known = names.map((n) => `\`${n}\``).join(", ");
      this.sink.report(codes.unknownLabel({ func: func.name, label: key, known, at: func.span }));
    }
    const result = this.value(func.body.body);
    return result.kind === "any" || result.kind === "constant" ? bad("it describes no call") : result; // prettier-ignore
  }

  /** Reads the bindings; their names. */
  private bindings(): readonly string[] {
    const names: string[] = [];
    for (const block of this.func.body.blocks) {
      for (const b of block.bindings) {
        if (b.kind === "relax.MatchCast") return bad("it has a match_cast");
        const { value } = b;
        const made = value.kind === "relax.Function" ? bad("it has a function inside") : this.value(value); // prettier-ignore
        const isOwn = value.kind === "relax.Call" || value.kind === "relax.Tuple" || value.kind === "relax.TupleGetItem"; // prettier-ignore
        this.values.set(b.var, isOwn ? this.labelled(made, b.var.name) : made);
        names.push(b.var.name);
      }
    }
    return names;
  }

  private labelled(p: Pattern, label: string): Pattern {
    if (p.kind !== "call") return { ...p, label };
    const attrs = new Map(p.attrs);
    const where = this.func.attrs.get(WHERE);
    if (where instanceof Map) {
      for (const [key, value] of where as ReadonlyMap<string, AttrValue>) {
        const [name, attr] = key.split(".");
        if (name === label && attr !== undefined) attrs.set(attr, choices(value));
      }
    }
    return { ...p, label, attrs };
  }

  private value(e: Expr): Pattern {
    switch (e.kind) {
      case "relax.Var":
        return this.values.get(e) ?? bad(`it uses \`${e.name}\` from outside`);
      case "relax.Tuple":
        return { kind: "tuple", fields: e.fields.map((f) => this.value(f)) };
      case "relax.TupleGetItem":
        return { kind: "item", tuple: this.value(e.tuple), index: e.index };
      case "relax.Call":
        return this.call(e);
      // Other operands are given by attributes or sizes of the match.
      case "relax.ShapeExpr":
      case "relax.PrimValue":
      case "relax.Str":
      case "relax.DTypeValue":
        return { kind: "any" };
      case "relax.Const":
        return bad("it has a constant; write a parameter and list it in `constants`");
      default:
        return bad("it has more than calls and tuples");
    }
  }

  private call(e: Call): Pattern {
    if (e.op.kind !== "relax.Op") return bad("it calls a function");
    const { name } = e.op;
    const attrs = new Map<string, readonly AttrValue[]>();
    for (const [key, value] of e.attrs)
      if (!isDefault(name, key, value)) attrs.set(key, choices(value, true));
    return { kind: "call", op: name, args: e.args.map((a) => this.value(a)), attrs };
  }
}

const list = (value: AttrValue | undefined): readonly AttrValue[] =>
  Array.isArray(value) ? (value as readonly AttrValue[]) : value === undefined ? [] : [value];

/** The values an attribute may have: those of a list, or a list itself where lists are meant. */
const choices = (value: AttrValue, isWhole = false): readonly AttrValue[] =>
  !isWhole && Array.isArray(value) ? (value as readonly AttrValue[]) : [value];

/** Whether the attribute has the value that it has when nothing is written. */
export function isDefault(op: string, attr: string, value: AttrValue): boolean {
  const param = lookupOp(op)?.params.find((p) => p.role === "attr" && p.name === attr);
  const given = param?.default ?? null;
  if (sameAttr(given, value)) return true;
  if (isNode(value) && value.kind === "relax.ObjectInfo") return true;
  const items = Array.isArray(value) ? (value as readonly AttrValue[]) : [];
  const parts = Array.isArray(given) ? (given as readonly AttrValue[]) : [given];
  // One number stands for as many as there are axes.
  return items.length > 0 && parts.length === 1 && items.every((v) => sameAttr(v, parts[0]!));
}
