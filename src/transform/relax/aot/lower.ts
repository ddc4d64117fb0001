/**
 * Planned Relax functions as loop functions: one call runs a whole model. The parameters are the inputs, memory for
 * the results, a table of constants where asked for, and a workspace; what the plan laid into arenas are views of the
 * workspace, calls stay calls. `NAME_workspace` tells the bytes of the workspace.
 */
import { analyzerFor } from "../../../analysis/relax/facts.js";
import { directOutputs } from "../../../analysis/relax/direct-outputs.js";
import { refined, withSizes } from "../../../analysis/relax/open-info.js";
import { substitute } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import { irModule, type BaseFunc, type IRModule } from "../../../ir/module.js";
import type { Func } from "../../../ir/relax/expr.js";
import { dimsOf, objectInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import { compare, intImm, makeVar, pointerVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js"; // prettier-ignore
import { param, type Param, type PrimFunc } from "../../../ir/tir/function.js";
import { assertStmt, returnStmt, seq, type Stmt } from "../../../ir/tir/stmt.js";
import { DiagnosticError, type Sink } from "../../../support/diagnostic.js";
import { handle, int64, uint8, voidType } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";
import { freshGlobal } from "../rewrite/index.js";
import { emitSeq, matchInfo } from "./bindings.js";
import { codes } from "./codes.js";
import {
  inlineConstants,
  separateConstants,
  tableBuffer,
  tabledConstants,
  type ConstantTable,
  type SeparateConstants,
} from "./constants.js";
import { copyTo, inFrame, refuse, type Frame, type Scope } from "./frame.js";
import type { Place } from "./place.js";
import { roomFor } from "./room.js";
import { long } from "./size.js";

export interface AotOptions {
  /** Whether constants stand in the functions, in a table that callers pass, or are passed one by one. */
  readonly constants?: "inline" | "table" | "separate";
  /** The functions to lower; default: all public ones. */
  readonly functions?: ReadonlySet<string>;
}

/** How a lowered function is called. */
export interface AotFunction {
  readonly name: string;
  /** Positions among the parameters: results follow inputs. */
  readonly inputs: number;
  readonly outputs: number;
  /** Type of the Relax function's result. */
  readonly result: StructInfo;
  /** Contents of the table of constants, when it is a parameter. */
  readonly constants?: Uint8Array;
  /** Constants that are parameters; they follow the outputs. */
  readonly tensors?: readonly NDArray[];
  /** Name of the function that gives the bytes of the workspace; absent when none is needed. */
  readonly workspace?: string;
  /** Bytes of the workspace, when they are the same for all sizes. */
  readonly workspaceBytes?: number;
  /** Its arguments: sizes of the inputs, and scalars among them. */
  readonly symbols: readonly Var[];
}

export interface AotModule {
  readonly module: IRModule;
  readonly functions: readonly AotFunction[];
}

/** Replaces public Relax functions by loop functions of the same name; the others are written out where called. */
export function lowerToLoops(
  module: IRModule,
  sink: Sink,
  { constants = "inline", functions }: AotOptions = {},
): AotModule | undefined {
  const lowered = new Map<string, BaseFunc>();
  const described: AotFunction[] = [];
  const taken = new Set<string>();
  let failed = false;
  for (const [name, func] of module.functions) {
    if (func.kind !== "relax.Function") {
      lowered.set(name, func);
      continue;
    }
    if (functions === undefined ? func.isPrivate : !functions.has(name)) continue;
    try {
      const sizeName = freshGlobal(module, `${name}_workspace`, taken);
      const made = lowerFunction(module, name, func, sizeName, constants);
      lowered.set(name, made.func);
      if (made.size !== undefined) {
        taken.add(sizeName);
        lowered.set(sizeName, made.size);
      }
      described.push(made.described);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      sink.report(error.diagnostic);
      failed = true;
    }
  }
  return failed ? undefined : { module: irModule(lowered, module), functions: described };
}

interface Lowered {
  readonly func: PrimFunc;
  readonly size: PrimFunc | undefined;
  readonly described: AotFunction;
}

function lowerFunction(
  module: IRModule,
  name: string,
  func: Func,
  sizeName: string,
  constants: "inline" | "table" | "separate",
): Lowered {
  const root: Stmt[] = [];
  const workspace = pointerVar("workspace", uint8);
  const table = constants === "table" ? tabledConstants(root, pointerVar("constants", uint8)) : undefined; // prettier-ignore
  const separate = constants === "separate" ? separateConstants() : undefined;
  const frame: Frame = {
    module,
    name,
    root,
    body: root,
    sizes: [],
    known: new Set(),
    workspace,
    top: long(0),
    constants: table ?? separate ?? inlineConstants(root),
    analyzer: analyzerFor(func),
    calls: 0,
  };
  const destinations: (Buffer | undefined)[] = [];
  const infos = func.params.map((p) => withSizes(p.sinfo ?? objectInfo));
  const declared = refined(func.retSinfo, func.body.body);
  const direct = directOutputs(func, declared);
  const scope: Scope = {
    frame,
    func,
    values: new Map(),
    symbols: new Map(),
    within: new Set([name]),
    destinationOf: (source) => destinations[direct.outputOf(source) ?? -1],
  };
  const inputs = parametersOf(scope, func, infos);
  const outputs = resultsOf(scope, func, declared);
  destinations.push(...outputs);
  infos.forEach((info, k) => matchInfo(scope, info, scope.values.get(func.params[k]!)!, func));
  const result = emitSeq(scope, func.body);
  storeResult(scope, result, outputs);
  return assemble(frame, func, { result: declared, inputs, outputs, table, separate, sizeName });
}

/** Makes the inputs; symbols that are whole dimensions, and scalars, are parameters. */
function parametersOf(scope: Scope, func: Func, infos: readonly StructInfo[]): Param[] {
  const made: Param[] = [];
  const { frame, symbols } = scope;
  const define = (v: Var): void => {
    symbols.set(v, v);
    frame.known.add(v);
  };
  const note = (e: PrimExpr): void => {
    if (e.kind === "tir.Var" && !symbols.has(e)) define(e);
  };
  const noteAll = (info: StructInfo): void => {
    if (info.kind === "relax.TensorInfo") dimsOf(info)?.forEach(note);
    if (info.kind === "relax.TupleInfo") info.fields.forEach(noteAll);
  };
  infos.forEach(noteAll);
  /** A scalar that the caller passes: a symbol of the text, or one for its value. */
  const scalar = (value: PrimExpr | undefined, hint: string, dtype = int64): PrimExpr => {
    const isNew = value?.kind === "tir.Var" && !symbols.has(value);
    const v = isNew ? value : makeVar(hint, dtype);
    define(v);
    made.push(param(v));
    return v;
  };
  const place = (info: StructInfo, hint: string): Place => {
    switch (info.kind) {
      case "relax.TensorInfo": {
        const dims = dimsOf(info);
        if (dims === undefined || info.dtype === undefined) break;
        const shape = dims.map((d) => inFrame(scope, d));
        const buffer = makeBuffer({ name: hint, dtype: info.dtype, shape });
        made.push(param(makeVar(hint, handle), buffer));
        return { kind: "tensor", buffer };
      }
      case "relax.TupleInfo":
        return { kind: "tuple", fields: info.fields.map((f, k) => place(f, `${hint}_${k}`)) };
      case "relax.ShapeInfo":
        if (info.ndim < 0) break;
        return {
          kind: "shape",
          dims: Array.from({ length: info.ndim }, (_, k) => scalar(info.values?.[k], `${hint}_${k}`)), // prettier-ignore
        };
      case "relax.PrimInfo":
        return { kind: "scalar", value: scalar(info.value, hint, info.dtype) };
      default:
        break;
    }
    throw new DiagnosticError(codes.parameter({ name: hint, function: frame.name, at: func.span }));
  };
  func.params.forEach((p, k) => scope.values.set(p, place(infos[k]!, p.name)));
  return made;
}

/** Makes memory for the results a parameter each. */
function resultsOf(scope: Scope, func: Func, info: StructInfo): Buffer[] {
  const { name } = scope.frame;
  const leaves = (x: StructInfo): StructInfo[] =>
    x.kind === "relax.TupleInfo" ? x.fields.flatMap(leaves) : [x];
  const all = leaves(info);
  const known = definitionsOf(scope, func);
  return all.map((leaf, k) => {
    const hint = all.length === 1 ? "result" : `result_${k}`;
    if (leaf.kind === "relax.PrimInfo") return makeBuffer({ name: hint, dtype: leaf.dtype, shape: [] }); // prettier-ignore
    const dims = leaf.kind === "relax.TensorInfo" ? dimsOf(leaf) : undefined;
    if (leaf.kind !== "relax.TensorInfo" || dims === undefined || leaf.dtype === undefined)
      throw new DiagnosticError(codes.result({ function: name, at: func.span }));
    const shape = dims.map((d) => {
      const e = resolve(d, known);
      visit(e, {
        enter(n) {
          if (n.kind === "tir.Var" && !scope.frame.known.has(n))
            throw new DiagnosticError(codes.result({ function: name, at: func.span }));
        },
      });
      return scope.frame.analyzer.simplify(e);
    });
    return makeBuffer({ name: hint, dtype: leaf.dtype, shape });
  });
}

/** Symbols that the outermost bindings match against sizes that are known before. */
function definitionsOf(scope: Scope, func: Func): Map<Var, PrimExpr> {
  const known = new Map<Var, PrimExpr>();
  for (const { bindings } of func.body.blocks) {
    for (const b of bindings) {
      const wanted = b.kind === "relax.MatchCast" && b.sinfo.kind === "relax.TensorInfo" ? dimsOf(b.sinfo) : undefined; // prettier-ignore
      const value = b.kind === "relax.MatchCast" ? b.value : undefined;
      const place = value?.kind === "relax.Var" ? scope.values.get(value) : undefined;
      const given = place?.kind === "tensor" ? place.buffer.shape : value?.kind === "relax.Var" ? dimsOf(value.sinfo) : undefined; // prettier-ignore
      wanted?.forEach((d, k) => {
        const from = given?.[k];
        if (d.kind === "tir.Var" && from !== undefined && !scope.symbols.has(d) && !known.has(d))
          known.set(d, resolve(from, known));
      });
      const info = b.var.sinfo;
      const isScalar = b.kind === "relax.VarBinding" && b.value.kind === "relax.PrimValue";
      if (
        isScalar &&
        info?.kind === "relax.PrimInfo" &&
        info.value?.kind === "tir.Var" &&
        b.value.kind === "relax.PrimValue"
      )
        // prettier-ignore
        known.set(info.value, resolve(b.value.value, known));
    }
  }
  return known;
}

const resolve = (e: PrimExpr, known: ReadonlyMap<Var, PrimExpr>): PrimExpr => substitute(e, known);

/** Puts the result where the caller wants it. */
function storeResult(scope: Scope, result: Place, outputs: readonly Buffer[]): void {
  let next = 0;
  const walk = (p: Place): void => {
    if (p.kind === "tuple") return p.fields.forEach(walk);
    const output = outputs[next++];
    if (output === undefined) return refuse(scope, "a result of another form", undefined);
    if (p.kind === "tensor") {
      if (p.buffer.dtype !== output.dtype || p.buffer.shape.length !== output.shape.length)
        refuse(scope, "a result of another type than declared", undefined);
      return copyTo(scope.frame, p.buffer, output);
    }
    if (p.kind === "scalar" && output.shape.length === 0) {
      scope.frame.body.push({ kind: "tir.Store", buffer: output, indices: [], value: p.value });
      return;
    }
    refuse(scope, "a result that is no tensor", undefined);
  };
  walk(result);
}

interface Pieces {
  readonly result: StructInfo;
  readonly inputs: readonly Param[];
  readonly outputs: readonly Buffer[];
  readonly table: ConstantTable | undefined;
  readonly separate: SeparateConstants | undefined;
  readonly sizeName: string;
}

/** The function, and the one that gives the bytes of its workspace. */
function assemble(frame: Frame, func: Func, p: Pieces): Lowered {
  const { top, workspace, name } = frame;
  const needsTable = p.table !== undefined && p.table.bytes() > 0;
  const isFixed = top.kind === "tir.IntImm";
  const needsSpace = !(isFixed && top.value === 0);
  const extent: PrimExpr = isFixed ? top : makeVar("workspace_bytes", int64);
  const space = makeBuffer({ name: "workspace", dtype: uint8, shape: [extent], data: workspace });
  const buffers = [
    ...p.outputs,
    ...(p.separate?.buffers.values() ?? []),
    ...(needsTable ? [tableBuffer("constants", p.table.bytes(), p.table.data)] : []),
    ...(needsSpace ? [space] : []),
  ];
  const params = [...p.inputs, ...buffers.map((b) => param(makeVar(b.name, handle), b))];
  const enough = assertStmt(compare("ge", extent, top), ["the workspace is too small"], "ValueError"); // prettier-ignore
  // Sizes follow from the parameters alone: they come first, then the check of what the caller gives.
  const sizes = new Set(frame.sizes);
  const body = [
    ...frame.sizes,
    ...(isFixed || !needsSpace ? [] : [enough]),
    ...frame.root.filter((s) => !sizes.has(s)),
  ];
  const size = needsSpace ? sizeFunction(frame, p) : undefined;
  return {
    func: {
      kind: "tir.PrimFunc",
      name,
      params,
      retType: voidType,
      attrs: new Map(),
      isPrivate: func.isPrivate,
      sTir: false,
      persistent: false,
      body: seq(body),
      span: func.span,
    },
    size,
    described: {
      name,
      inputs: p.inputs.length,
      result: p.result,
      symbols: symbolsOf(frame),
      outputs: p.outputs.length,
      ...(needsTable && { constants: p.table.write() }),
      ...(p.separate && { tensors: [...p.separate.buffers.keys()] }),
      ...(size !== undefined && { workspace: p.sizeName }),
      ...(isFixed && { workspaceBytes: Number(top.value) }),
    },
  };
}

/** What sizes are computed from. */
function symbolsOf(frame: Frame): Var[] {
  const computed = new Set(frame.sizes.map((s) => (s.kind === "tir.Bind" ? s.var : undefined)));
  return [...frame.known].filter((v) => !computed.has(v));
}

/** `NAME_workspace(sizes) -> bytes` */
function sizeFunction(frame: Frame, { sizeName }: Pieces): PrimFunc {
  const copies = new Map(symbolsOf(frame).map((v) => [v, makeVar(v.name, v.dtype, v.span, { isSize: v.isSize })])); // prettier-ignore
  const env = new Map<Var, PrimExpr>(copies);
  const stmts = frame.sizes.flatMap((s): Stmt[] => {
    if (s.kind !== "tir.Bind") return [];
    const v = makeVar(s.var.name, s.var.dtype);
    const value = substitute(s.value, env);
    env.set(s.var, v);
    return [...roomFor(value), { ...s, var: v, value }];
  });
  const result = substitute(frame.top, env);
  const give = returnStmt(result.dtype === int64 ? result : intImm(0, int64));
  return {
    kind: "tir.PrimFunc",
    name: sizeName,
    params: [...copies.values()].map((v) => param(v)),
    retType: int64,
    attrs: new Map(),
    isPrivate: false,
    sTir: false,
    persistent: false,
    body: seq([...stmts, ...roomFor(result), give]),
  };
}
