/** One T function from a Relax function of `call_tir`s: bodies in order, intermediates allocated inside. */
import { factsOf, anchorOf, isRoot } from "../../../analysis/tir-pattern/index.js";
import { analyzerFor } from "../../../analysis/relax/facts.js";
import { exprText, type Analyzer } from "../../../arith/index.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import { refresh, rewrite, substitute } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import type { Call, Expr, Func, Var } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import { makeVar, type PrimExpr, type Var as Symbol } from "../../../ir/tir/expr.js";
import { param, type Param, type PrimFunc } from "../../../ir/tir/function.js";
import { block as makeBlock, seq, type Block, type Stmt } from "../../../ir/tir/stmt.js";
import { handle, voidType } from "../../../support/dtype.js";
import { NAME } from "../../../support/identifier.js";
import { MATCHED } from "../../scheduler.js";
import { replaceNodes } from "../../tir/replace.js";
import { calleeOf } from "./fusion-graph.js";

/** Attribute with the name of the block that a schedule starts from. */
export const ANCHOR = "relaxc.anchor";

/** A fused function and what its results are. */
export interface FusedFunction {
  readonly func: PrimFunc;
  readonly outputs: readonly Output[];
  /** Of the sizes that callers give as scalars, those that it takes. */
  readonly sizes: readonly boolean[];
}

/** Where a result of the function comes from: an output of its own, or the memory of an argument. */
export type Output =
  { readonly kind: "fresh" } | { readonly kind: "argument"; readonly index: number };

/** What stands for a Relax value. */
type Memory = Buffer | readonly Memory[];

/** The fused function; undefined when something in it is no plain call of a T function on tensors of known shape. */
export function fusedPrimFunc(func: Func, module: IRModule): FusedFunction | undefined {
  for (const inOwnTerms of [true, false])
    try {
      return new Fusion(func, module, inOwnTerms).run();
    } catch (error) {
      if (!(error instanceof NotFusable)) throw error;
    }
  return undefined;
}

class NotFusable extends Error {}
const refuse = (): never => {
  throw new NotFusable();
};

/**
 * In its own terms, a function has a symbol for a length that its caller computes, such as `(h + 3) // 4`, and what
 * follows from it is a formula of the symbol: proofs are shorter, and functions for other lengths are equal.
 */
class Fusion {
  /** What symbols are for the caller. */
  private readonly callers = new Map<Symbol, PrimExpr>();
  private readonly memory = new Map<Var, Memory>();
  private readonly inputs: Buffer[] = [];
  private readonly scalars: Symbol[] = [];
  private readonly allocs: Buffer[] = [];
  private readonly written = new Set<Buffer>();
  private readonly asserts: Stmt[] = [];
  private readonly stmts: Stmt[] = [];
  private readonly blockNames = new Map<string, number>();
  private readonly analyzer: Analyzer;
  private anchor: { readonly kind: number; readonly attrs: [string, AttrValue][] } | undefined;

  constructor(
    private readonly func: Func,
    private readonly module: IRModule,
    private readonly inOwnTerms: boolean,
  ) {
    this.analyzer = analyzerFor(func);
  }

  run(): FusedFunction {
    const { func } = this;
    for (const p of func.params) this.parameter(p);
    for (const block of func.body.blocks) {
      for (const b of block.bindings) {
        if (b.kind !== "relax.VarBinding" || b.value.kind === "relax.Function") return refuse();
        this.memory.set(b.var, this.value(b.value, b.var.name));
      }
    }
    const results = flat(this.memoryOf(func.body.body));
    const outputs = results.map((b) => this.output(b));
    if (new Set(results).size !== results.length) return refuse();
    const fresh = results.filter((b) => this.allocs.includes(b));
    const inside = this.allocs.filter((b) => !fresh.includes(b));
    const params: Param[] = [...this.inputs, ...fresh].map((b) =>
      param(makeVar(b.name, handle), b),
    );
    const body = seq([...this.asserts, ...this.stmts]);
    const isTaken = usedIn([...params, body, ...inside]);
    const sizes = this.scalars.map((v) => this.callers.size === 0 || isTaken.has(v));
    const scalars = this.scalars.filter((_, i) => sizes[i]!);
    const hasInPlace = outputs.some((o) => o.kind === "argument");
    const primFunc: PrimFunc = {
      kind: "tir.PrimFunc",
      name: func.name,
      params: [...params, ...scalars.map((v) => param(v))],
      retType: voidType,
      attrs: new Map<string, AttrValue>([
        ...(this.anchor?.attrs ?? []),
        ...[...func.attrs].filter(([key]) => key === MATCHED),
        ...(hasInPlace ? [] : [["tir.noalias", true] as const]),
      ]),
      isPrivate: true,
      sTir: true,
      persistent: false,
      body: inside.length === 0 ? body : makeBlock({ name: "root", values: [], allocs: inside, body, implicitRoot: true }), // prettier-ignore
    };
    return { func: primFunc, outputs, sizes };
  }

  private output(b: Buffer): Output {
    const index = this.inputs.indexOf(b);
    if (index < 0) return this.allocs.includes(b) ? { kind: "fresh" } : refuse();
    // A parameter that is given back as it came would need a copy.
    return this.written.has(b) ? { kind: "argument", index } : refuse();
  }

  private parameter(p: Var): void {
    const { sinfo } = p;
    if (sinfo?.kind === "relax.ShapeInfo" && sinfo.values !== undefined) {
      for (const v of sinfo.values) this.scalars.push(v.kind === "tir.Var" ? v : refuse());
      return;
    }
    const made = this.buffersFor(sinfo, p.name, (dim) => this.ownLength(dim));
    this.inputs.push(...flat(made));
    this.memory.set(p, made);
  }

  /** A length in own terms: a symbol where the caller computes it. */
  private ownLength(dim: PrimExpr): PrimExpr {
    if (!this.inOwnTerms || dim.kind === "tir.Var" || dim.kind === "tir.IntImm") return dim;
    for (const [symbol, of] of this.callers)
      if (this.analyzer.equal(of, dim) === true) return symbol;
    const symbol = makeVar(`d${this.callers.size}`, dim.dtype, undefined, { isSize: true });
    this.callers.set(symbol, dim);
    return symbol;
  }

  /** Buffers for a value of this type, with lengths as `own` gives them. */
  private buffersFor(
    info: StructInfo | undefined,
    name: string,
    own: (dim: PrimExpr, axis: number) => PrimExpr,
  ): Memory {
    if (info?.kind === "relax.TupleInfo")
      return info.fields.map((f, i) => this.buffersFor(f, `${name}_${i}`, own));
    const dims = dimsOf(info);
    if (info?.kind !== "relax.TensorInfo" || dims === undefined || info.dtype === undefined)
      return refuse();
    return makeBuffer({ name, dtype: info.dtype, shape: dims.map(own) });
  }

  private memoryOf(e: Expr): Memory {
    if (e.kind === "relax.Tuple") return e.fields.map((f) => this.memoryOf(f));
    if (e.kind === "relax.TupleGetItem") {
      const whole = this.memoryOf(e.tuple);
      return isList(whole) ? (whole[e.index] ?? refuse()) : refuse();
    }
    return (e.kind === "relax.Var" ? this.memory.get(e) : undefined) ?? refuse();
  }

  private value(e: Expr, name: string): Memory {
    if (e.kind !== "relax.Call") return this.memoryOf(e);
    const isInPlace = e.op.kind === "relax.Op" && e.op.name === "call_tir_inplace";
    const callee = calleeOf(isInPlace ? { ...e, op: { kind: "relax.Op", name: "call_tir" } } : e, this.module); // prettier-ignore
    return callee === undefined ? refuse() : this.call(e, callee, isInPlace, name);
  }

  private call(call: Call, callee: PrimFunc, isInPlace: boolean, name: string): Memory {
    const [, args, sizes] = call.args;
    const inputs = flat(this.memoryOf(args ?? refuse()));
    const infos = call.sinfoArgs.flatMap((s) => (s.kind === "relax.TupleInfo" ? s.fields : [s]));
    const given = isInPlace ? call.attrs.get("inplace_indices") : undefined;
    const places = Array.isArray(given) ? (given as readonly AttrValue[]).map(Number) : infos.map(() => -1); // prettier-ignore
    const fresh: Buffer[] = [];
    const formals = callee.params.map((p) => p.buffer);
    const symbols = this.symbolsOf(formals, inputs);
    const outputs = infos.map((info, i): Buffer => {
      const place = places[i] ?? -1;
      if (place >= 0) return inputs[place] ?? refuse();
      const formal = formals[inputs.length + fresh.length];
      const own = (dim: PrimExpr, axis: number): PrimExpr => this.ownResult(dim, formal?.shape[axis], symbols); // prettier-ignore
      const made = this.buffersFor(info, infos.length === 1 ? name : `${name}_${i}`, own);
      if (isList(made)) return refuse();
      fresh.push(made);
      return made;
    });
    const scalars = sizes?.kind === "relax.ShapeExpr" ? sizes.values : [];
    this.allocs.push(...fresh);
    for (const o of outputs) this.written.add(o);
    this.append(callee, [...inputs, ...fresh], scalars);
    const isTuple = call.sinfoArgs.length > 1 || call.sinfoArgs[0]?.kind === "relax.TupleInfo";
    return isTuple ? outputs : outputs[0]!;
  }

  /** Symbols that are lengths of inputs. */
  private symbolsOf(
    formals: readonly (Buffer | undefined)[],
    inputs: readonly Buffer[],
  ): ReadonlyMap<Symbol, PrimExpr> {
    const symbols = new Map<Symbol, PrimExpr>();
    inputs.forEach((actual, i) =>
      formals[i]?.shape.forEach((dim, k) => {
        const given = actual.shape[k];
        if (dim.kind === "tir.Var" && given !== undefined && !symbols.has(dim)) symbols.set(dim, given); // prettier-ignore
      }),
    );
    return symbols;
  }

  /** The length of a result: the formula that the callee has for it, where the caller says the same. */
  private ownResult(
    dim: PrimExpr,
    formal: PrimExpr | undefined,
    symbols: ReadonlyMap<Symbol, PrimExpr>,
  ): PrimExpr {
    if (this.callers.size === 0 || dim.kind === "tir.Var" || dim.kind === "tir.IntImm") return dim;
    const formula = formal && this.analyzer.simplify(substitute(formal, symbols));
    const isSame = formula && this.analyzer.equal(substitute(formula, this.callers), dim) === true;
    return isSame ? formula : this.ownLength(dim);
  }

  /** Puts a copy of the callee's body behind the others. */
  private append(callee: PrimFunc, buffers: readonly Buffer[], scalars: readonly PrimExpr[]): void {
    const { params } = callee;
    if (params.length !== buffers.length + scalars.length || callee.retType.code !== "void")
      refuse();
    const map = new Map<Node, Node>();
    const symbols = new Map<Symbol, PrimExpr>();
    scalars.forEach((value, i) => {
      const { var: v, buffer } = params[buffers.length + i]!;
      if (buffer !== undefined || v.dtype !== value.dtype) refuse();
      symbols.set(v, value);
    });
    buffers.forEach((actual, i) => {
      const formal = params[i]!.buffer ?? refuse();
      const isPlain = formal.strides.length === 0 && formal.elemOffset === undefined && formal.scope === actual.scope; // prettier-ignore
      if (!isPlain || formal.dtype !== actual.dtype) refuse();
      this.unify(formal, actual, symbols);
      map.set(formal, actual);
      map.set(formal.data, actual.data);
    });
    for (const [symbol, value] of symbols) map.set(symbol, value);
    const body = renamedBlocks(replaceNodes(copyOf(callee), map), this.blockNames);
    this.noteAnchor(callee, symbols);
    this.take(body);
  }

  /** Symbols of the formal shape get the actual dimensions; all others must be equal. */
  private unify(formal: Buffer, actual: Buffer, symbols: Map<Symbol, PrimExpr>): void {
    if (formal.shape.length !== actual.shape.length) refuse();
    formal.shape.forEach((dim, k) => {
      const given = actual.shape[k]!;
      if (dim.kind === "tir.Var" && !symbols.has(dim)) {
        if (dim.dtype.bits < given.dtype.bits && given.kind !== "tir.IntImm") refuse();
        symbols.set(dim, given.kind === "tir.IntImm" ? { ...given, dtype: dim.dtype } : given);
      } else if (this.analyzer.equal(substitute(dim, symbols), given) !== true) refuse();
    });
  }

  /** Takes over the statements of a body: asserts to the head, allocations to the root. */
  private take(s: Stmt): void {
    if (s.kind === "tir.Seq") return s.body.forEach((part) => this.take(part));
    if (s.kind === "tir.Block" && isRoot(s) && s.matches.length === 0) {
      this.allocs.push(...s.allocs);
      return this.take(s.body);
    }
    if (s.kind === "tir.Assert") this.asserts.push(s);
    else this.stmts.push(s);
  }

  /** Where a schedule starts: the anchor of the member with the highest kind. */
  private noteAnchor(callee: PrimFunc, symbols: ReadonlyMap<Symbol, PrimExpr>): void {
    const { kind } = factsOf(callee);
    if (this.anchor !== undefined && this.anchor.kind >= kind) return;
    const name = anchorOf(callee)?.name;
    const from = callee.attrs.get("relaxc.from");
    const attrs: [string, AttrValue][] = [];
    if (name !== undefined) attrs.push([ANCHOR, lastName(name, this.blockNames)]);
    if (from !== undefined) attrs.push(["relaxc.from", inTermsOf(from, symbols)]);
    this.anchor = { kind, attrs };
  }
}

const isList = (m: Memory): m is readonly Memory[] => Array.isArray(m);
const flat = (m: Memory): readonly Buffer[] => (isList(m) ? m.flatMap(flat) : [m as Buffer]);

/** Variables that nodes mention, in shapes of buffers too. */
function usedIn(nodes: readonly Node[]): ReadonlySet<Node> {
  const used = new Set<Node>();
  for (const node of nodes)
    visit(node, {
      enter(n) {
        if (n.kind === "tir.Var") used.add(n);
        if (n.kind === "tir.Load" || n.kind === "tir.Store")
          for (const dim of n.buffer.shape) for (const v of varsOf(dim)) used.add(v);
      },
    });
  return used;
}

/** What an instance says of its template, with symbols by what stands for them now. */
function inTermsOf(from: AttrValue, symbols: ReadonlyMap<Symbol, PrimExpr>): AttrValue {
  if (!(from instanceof Map)) return from;
  const names = new Map([...symbols].map(([v, e]) => [v.name, exprText(e)]));
  const renamed = (text: string): string =>
    text.replace(new RegExp(`"[^"]*"|${NAME}`, "gu"), (word) => {
      const image = names.get(word);
      return image === undefined ? word : /^\w+$/.test(image) ? image : `(${image})`;
    });
  const bind: unknown = from.get("bind");
  if (!(bind instanceof Map)) return from as AttrValue;
  const images = [...(bind as ReadonlyMap<string, AttrValue>)].map(
    ([key, value]) => [key, typeof value === "string" ? renamed(value) : value] as const,
  );
  return new Map(from as ReadonlyMap<string, AttrValue>).set("bind", new Map(images));
}

/** The body with binders of its own; those of the signature stay. */
function copyOf(func: PrimFunc): Stmt {
  const own = new Set<Node>();
  const signature = new Set<Node>();
  for (const { var: v, buffer } of func.params) {
    for (const node of [v, ...(buffer?.shape ?? []), ...(buffer?.strides ?? [])])
      visit(node, { enter: (n) => void signature.add(n) });
  }
  visit(func.body, {
    enter(n, defining) {
      if (defining && !signature.has(n)) {
        own.add(n);
        if (n.kind === "tir.Buffer") own.add(n.data);
      }
    },
  });
  return refresh(func.body, own);
}

/** The body with block names that no earlier body has. */
function renamedBlocks(body: Stmt, names: Map<string, number>): Stmt {
  return rewrite(body, (n) => {
    if (n.kind !== "tir.Block" || isRoot(n)) return n;
    const count = names.get(n.name) ?? 0;
    names.set(n.name, count + 1);
    return count === 0 ? n : ({ ...n, name: `${n.name}_${count}` } satisfies Block);
  });
}

/** The name that a block of this name got last. */
function lastName(name: string, names: ReadonlyMap<string, number>): string {
  const count = names.get(name) ?? 1;
  return count <= 1 ? name : `${name}_${count - 1}`;
}
