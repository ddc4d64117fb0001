/** Follows the bindings of a planned function and writes down its kernel calls. */
import type {
  CodePlace,
  Dim,
  GraphArgument,
  GraphForm,
  GraphFunction,
  GraphNode,
  GraphResult,
  GraphView,
} from "../../artefact/index.js";
import type { IRModule } from "../../ir/module.js";
import type { Binding, Call, Expr, Func, SeqExpr, Var } from "../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var as Symbol } from "../../ir/tir/expr.js";
import { bytesOf, dtype, int64, isFloat, type DType } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { dimTable } from "../dim.js";
import type { GraphOptions } from "./compile.js";
import { notStatic } from "./not-static.js";
import { pairsOf, type Held, type SizePair } from "./match.js";
import { isSameDim, number, plus, times } from "./size.js";

/** Most bindings of called functions that become part of a graph, and how deep their calls may be nested. */
const MOST_INLINED = 100_000;
const DEEPEST = 200;

/** A graph, and the functions whose bodies are parts of it. */
export interface WalkedGraph {
  readonly graph: GraphFunction;
  readonly inlined: ReadonlySet<string>;
}

/** Throws {@link NotStatic} for what is no graph. */
export function graphOf(
  module: IRModule,
  name: string,
  func: Func,
  options: GraphOptions,
): WalkedGraph {
  const walk = new Walk(module, options);
  return { graph: walk.function(name, func), inlined: walk.inlined };
}

class Walk {
  private readonly table = dimTable();
  /** What the symbols of the function that is walked stand for. */
  private sizes = new Map<Symbol, Dim>();
  /** Parameters that are floats, by their symbols. */
  readonly floats = new Map<Symbol, Held>();
  private readonly values = new Map<Var, Held>();
  private readonly symbols: string[] = [];
  private readonly computed: Dim[] = [];
  private readonly checks: (readonly [Dim, Dim])[] = [];
  private readonly storages: Dim[] = [];
  readonly views: GraphView[] = [];
  private readonly nodes: GraphNode[] = [];
  private leaves = 0;
  /** Functions that are walked, each called by the one before. */
  private readonly walked: string[] = [];
  /** Functions whose bodies are parts of the graph, and their bindings. */
  readonly inlined = new Set<string>();
  private inlinedBindings = 0;

  constructor(
    private readonly module: IRModule,
    private readonly options: GraphOptions,
  ) {}

  function(name: string, func: Func): GraphFunction {
    this.walked.push(name);
    // Symbols that stand alone are bound first: other sizes may come before them.
    for (const p of func.params) this.bindSymbols(p.sinfo);
    const params = func.params.map((p) => {
      const form = this.form(p.sinfo, p.span);
      const held = this.input(form);
      this.values.set(p, held);
      const symbol = p.sinfo?.kind === "relax.PrimInfo" ? p.sinfo.value : undefined;
      if (symbol?.kind === "tir.Var" && held.kind === "input") this.floats.set(symbol, held);
      return { name: p.name, form };
    });
    const result = this.result(this.sequence(func.body), func.body.body.span);
    const { symbols, computed, checks, storages, views, nodes } = this;
    return { name, params, symbols, computed, checks, storages, views, nodes, result };
  }

  private bindSymbols(info: StructInfo | undefined): void {
    const bare = (dims: readonly PrimExpr[] | undefined): void =>
      dims?.forEach((d) => {
        if (d.kind !== "tir.Var" || this.sizes.has(d)) return;
        this.sizes.set(d, { symbol: d.name, id: this.symbols.push(d.name) - 1 });
      });
    if (info?.kind === "relax.TensorInfo") bare(dimsOf(info));
    else if (info?.kind === "relax.ShapeInfo") bare(info.values);
    else if (info?.kind === "relax.TupleInfo") info.fields.forEach((f) => this.bindSymbols(f));
    else if (info?.kind === "relax.PrimInfo" && info.value && !isFloat(info.dtype))
      bare([info.value]);
  }

  private form(info: StructInfo | undefined, at: Span | undefined): GraphForm {
    switch (info?.kind) {
      case "relax.TensorInfo": {
        const dims = dimsOf(info);
        if (dims === undefined || info.dtype === undefined)
          return notStatic("a parameter has no known shape and type", at);
        return { kind: "tensor", dtype: info.dtype.name, shape: this.dims(dims, at) };
      }
      case "relax.ShapeInfo":
        if (info.values === undefined) return notStatic("a parameter has no known sizes", at);
        return { kind: "shape", dims: this.dims(info.values, at) };
      case "relax.PrimInfo": {
        const { dtype, value } = info;
        const isPlain = isFloat(dtype) || value === undefined;
        return { kind: "scalar", dtype: dtype.name, value: isPlain ? undefined : this.dim(value, at) }; // prettier-ignore
      }
      case "relax.TupleInfo":
        return { kind: "tuple", fields: info.fields.map((f) => this.form(f, at)) };
      default:
        return notStatic("a parameter is no tensor, shape or scalar", at);
    }
  }

  /** The value of a parameter, leaf by leaf. */
  private input(form: GraphForm): Held {
    if (form.kind === "tuple")
      return { kind: "tuple", fields: form.fields.map((f) => this.input(f)) };
    const index = this.leaves++;
    if (form.kind === "shape") return form;
    if (form.kind === "tensor") {
      const { dtype, shape } = form;
      return this.view({ in: "input", index, offset: number(0), dtype, shape });
    }
    return form.value === undefined
      ? { kind: "input", index }
      : { kind: "integer", value: form.value, dtype: dtype(form.dtype) };
  }

  private dim(e: PrimExpr, at: Span | undefined): Dim {
    const dim = this.table.dimOf(e);
    if (dim === undefined) return notStatic("a size is no arithmetic over symbols", e.span ?? at);
    return this.known(dim, at);
  }

  /** With symbols as what they stand for. */
  private known(dim: Dim, at: Span | undefined): Dim {
    if ("value" in dim) return dim;
    if ("op" in dim) return { op: dim.op, args: dim.args.map((a) => this.known(a, at)) };
    const size = this.sizes.get(this.table.symbols[dim.id]!);
    return size ?? notStatic(`\`${dim.symbol}\` is known only at run time`, at);
  }

  private dims(dims: readonly PrimExpr[], at: Span | undefined): Dim[] {
    return dims.map((d) => this.dim(d, at));
  }

  private view(view: GraphView): Held {
    return { kind: "view", view: this.views.push(view) - 1 };
  }

  private result(held: Held, at: Span | undefined): GraphResult {
    switch (held.kind) {
      case "view":
      case "shape":
        return held;
      case "integer":
        return { ...held, dtype: held.dtype.name };
      case "tuple":
        return { kind: "tuple", fields: held.fields.map((f) => this.result(f, at)) };
      default:
        return notStatic("its result is no tensor, shape or integer", at);
    }
  }

  private sequence(seq: SeqExpr): Held {
    for (const { bindings } of seq.blocks) {
      if (this.walked.length > 1) this.inlinedBindings += bindings.length;
      if (this.inlinedBindings > MOST_INLINED)
        return notStatic(
          `the functions it calls have more than ${MOST_INLINED} bindings`,
          seq.span,
        );
      for (const b of bindings) this.binding(b);
    }
    return this.value(seq.body, undefined);
  }

  private binding(b: Binding): void {
    const at = b.span;
    if (b.value.kind === "relax.Function") return notStatic("it makes a function value", at);
    const held = this.value(b.value, b.var);
    this.values.set(b.var, held);
    if (b.kind === "relax.MatchCast") return this.match(b.sinfo, held, at ?? b.value.span);
    const info = b.var.sinfo;
    if (info?.kind !== "relax.PrimInfo" || held.kind !== "integer") return;
    if (info.value?.kind !== "tir.Var" || this.sizes.has(info.value)) return;
    this.sizes.set(info.value, this.named(info.value.name, held.value));
  }

  /** A symbol for a computed size, so that it is computed once. */
  private named(symbol: string, value: Dim): Dim {
    if (!("op" in value)) return value;
    return { symbol, id: this.symbols.length + this.computed.push(value) - 1 };
  }

  private match(info: StructInfo, held: Held, at: Span | undefined): void {
    this.solve(pairsOf(info, held, this, at), at);
  }

  /** Symbols that stand alone are bound first: other sizes may come before them. */
  private solve(pairs: readonly SizePair[], at: Span | undefined): void {
    for (const [e, dim] of pairs)
      if (e.kind === "tir.Var" && !this.sizes.has(e)) this.sizes.set(e, dim);
    for (const [e, dim] of pairs) this.check(this.dim(e, at), dim);
  }

  private check(a: Dim, b: Dim): void {
    if (!isSameDim(a, b)) this.checks.push([a, b]);
  }

  private value(e: Expr, bound: Var | undefined): Held {
    switch (e.kind) {
      case "relax.Var":
        return this.values.get(e) ?? notStatic(`\`${e.name}\` has no value`, e.span);
      case "relax.Const": {
        const { dtype, shape } = e.data;
        const index = this.options.constantNumber(e.data);
        const dims = shape.map(number);
        return this.view({ in: "constant", index, offset: number(0), dtype: dtype.name, shape: dims }); // prettier-ignore
      }
      case "relax.Tuple":
        return { kind: "tuple", fields: e.fields.map((f) => this.value(f, undefined)) };
      case "relax.TupleGetItem": {
        const tuple = this.value(e.tuple, undefined);
        const field = tuple.kind === "tuple" ? tuple.fields[e.index] : undefined;
        return field ?? notStatic("an item is not in its tuple", e.span);
      }
      case "relax.ShapeExpr":
        return { kind: "shape", dims: this.dims(e.values, e.span) };
      case "relax.PrimValue": {
        const { value } = e;
        if (!isFloat(value.dtype))
          return { kind: "integer", value: this.dim(value, e.span), dtype: value.dtype };
        const given = value.kind === "tir.Var" ? this.floats.get(value) : undefined;
        if (given !== undefined) return given;
        if (value.kind !== "tir.FloatImm") return notStatic("it computes with floats", e.span);
        return { kind: "float", value: value.value, dtype: value.dtype };
      }
      case "relax.SeqExpr":
        return this.sequence(e);
      case "relax.If":
        return notStatic("it branches on a value known only at run time", e.span ?? e.cond.span);
      case "relax.Call":
        return this.call(e, bound);
      default:
        return notStatic("it has a value that is no tensor, shape or number", e.span);
    }
  }

  private call(call: Call, bound: Var | undefined): Held {
    const { op, args, span } = call;
    if (op.kind === "ir.GlobalVar") {
      const callee = this.module.functions.get(op.name);
      if (callee?.kind === "tir.PrimFunc") return this.kernel(op.name, args, span);
      if (callee?.kind === "relax.Function") return this.inline(op.name, callee, args, span);
      return notStatic(`it calls \`${op.name}\`, which is no function of the program`, span);
    }
    if (op.kind === "ir.ExternFunc") return notStatic(`it calls \`${op.symbol}\` of the host`, span); // prettier-ignore
    if (op.kind !== "relax.Op") return notStatic("it calls a function value", span);
    switch (op.name) {
      case "builtin.alloc_tensor": {
        const dims = this.shape(args[0], span);
        const dtype = this.typeAt(args[1], span);
        const bytes = dims.reduce(times, number(bytesOf(dtype)));
        return this.view({ in: "storage", index: this.storage(bytes), offset: number(0), dtype: dtype.name, shape: dims }); // prettier-ignore
      }
      case "memory.alloc_storage":
      case "vm.alloc_storage": {
        const bytes = this.shape(args[0], span).reduce(times, number(1));
        return { kind: "storage", index: this.storage(bytes) };
      }
      case "memory.alloc_tensor":
      case "vm.alloc_tensor": {
        const storage = this.value(args[0]!, undefined);
        if (storage.kind !== "storage") return notStatic("a tensor lies in no storage", span);
        const offset = this.integer(args[1], span);
        const dtype = this.typeAt(args[3], span).name;
        const shape = this.shape(args[2], span);
        return this.view({ in: "storage", index: storage.index, offset, dtype, shape });
      }
      case "memory.view":
        return this.viewOf(call);
      case "reshape": {
        const from = this.tensor(args[0], span);
        const target = bound?.sinfo && dimsOf(bound.sinfo);
        const shape = target ? this.dims(target, span) : this.shape(args[1], span);
        this.check(from.shape.reduce(times, number(1)), shape.reduce(times, number(1)));
        return this.view({ ...from, shape });
      }
      case "shape_of":
        return { kind: "shape", dims: this.tensor(args[0], span).shape };
      case "memory.ensure_zero_offset":
      case "hint_on_device":
      case "to_vdevice":
      case "builtin.stop_lift_params":
        return this.value(args[0]!, bound);
      case "memory.kill_storage":
      case "memory.kill_tensor":
      case "vm.kill_object":
        return { kind: "tuple", fields: [] };
      case "vm.call_tir_dyn": {
        const [callee, tuple] = args;
        const given = tuple && this.value(tuple, undefined);
        if (callee?.kind !== "ir.GlobalVar" || given?.kind !== "tuple")
          return notStatic("it calls a function value", span);
        const fields = given.fields.flatMap((f): readonly Held[] =>
          f.kind === "shape"
            ? f.dims.map((value) => ({ kind: "integer", value, dtype: int64 }))
            : [f],
        );
        return this.run(callee.name, fields, span);
      }
      default:
        return notStatic(`\`R.${op.name}\` is no call of a kernel`, span);
    }
  }

  /** The calls of a function's body; each time it is called it has storages of its own. */
  private inline(name: string, func: Func, args: readonly Expr[], at: Span | undefined): Held {
    if (this.walked.includes(name))
      return notStatic(`\`${name}\` calls itself, how often is known only at run time`, at);
    if (this.walked.length > DEEPEST)
      return notStatic(`its calls of functions are nested more than ${DEEPEST} deep`, at);
    if (args.length !== func.params.length)
      return notStatic(`it calls \`${name}\` with another number of arguments`, at);
    const given = args.map((a) => this.value(a, undefined));
    const { sizes } = this;
    this.sizes = new Map();
    this.walked.push(name);
    this.inlined.add(name);
    const pairs = func.params.flatMap((p, i) => {
      this.values.set(p, given[i]!);
      return p.sinfo === undefined ? [] : pairsOf(p.sinfo, given[i]!, this, at);
    });
    this.solve(pairs, at);
    const result = this.sequence(func.body);
    this.walked.pop();
    this.sizes = sizes;
    return result;
  }

  private kernel(name: string, args: readonly Expr[], at: Span | undefined): Held {
    return this.run(name, args.map((a) => this.value(a, undefined)), at); // prettier-ignore
  }

  private run(kernel: string, args: readonly Held[], at: Span | undefined): Held {
    const operands = args.map((held): GraphArgument => {
      switch (held.kind) {
        case "view":
        case "input":
          return held;
        case "integer":
        case "float":
          return { ...held, dtype: held.dtype.name };
        default:
          return notStatic(`\`${kernel}\` takes a value that is no tensor or number`, at);
      }
    });
    const place = this.placeOf(at);
    this.nodes.push({ kernel, args: operands, ...(place && { place }) });
    return { kind: "tuple", fields: [] };
  }

  private placeOf(span: Span | undefined): CodePlace | undefined {
    if (span === undefined) return undefined;
    const source = this.options.sources.findIndex((s) => s.name === span.source.name);
    return source < 0 ? undefined : { source, start: span.start, end: span.end };
  }

  private storage(bytes: Dim): number {
    return this.storages.push(bytes) - 1;
  }

  private viewOf({ args, span }: Call): Held {
    const from = this.tensor(args[0], span);
    const [, shape, type, offset] = args;
    const dims = isGiven(shape) ? this.shape(shape, span) : from.shape;
    const dtype = isGiven(type) ? this.typeAt(type, span).name : from.dtype;
    const by = isGiven(offset) ? this.integer(offset, span) : number(0);
    return this.view({ ...from, offset: plus(from.offset, by), dtype, shape: dims });
  }

  private tensor(e: Expr | undefined, at: Span | undefined): GraphView {
    const held = e && this.value(e, undefined);
    return held?.kind === "view"
      ? this.views[held.view]!
      : notStatic("an operand is no tensor", at);
  }

  private shape(e: Expr | undefined, at: Span | undefined): readonly Dim[] {
    const held = e && this.value(e, undefined);
    return held?.kind === "shape" ? held.dims : notStatic("a shape is known only at run time", at);
  }

  private integer(e: Expr | undefined, at: Span | undefined): Dim {
    const held = e && this.value(e, undefined);
    return held?.kind === "integer" ? held.value : notStatic("an offset is no integer", at);
  }

  private typeAt(e: Expr | undefined, at: Span | undefined): DType {
    return e?.kind === "relax.DTypeValue"
      ? e.value
      : notStatic("an element type is not written", at);
  }
}

const isGiven = (e: Expr | undefined): e is Expr =>
  e !== undefined &&
  !(e.kind === "relax.Tuple" && e.fields.length === 0) &&
  !(e.kind === "relax.Call" && e.op.kind === "relax.Op" && e.op.name === "null_value");
