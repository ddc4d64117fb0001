/** Modules as files. */
import type * as A from "../../../grammar/ast/nodes.js";
import type { BaseFunc, ExternFunc, IRModule } from "../../ir/module.js";
import { raiseAttrs, raiseAttrValue } from "./attributes.js";
import {
  assign,
  callExpr,
  classDef,
  dictExpr,
  exprStmt,
  listExpr,
  nameExpr,
  path,
  strExpr,
} from "./build.js";
import type { RaiseContext, RaiseOptions } from "./context.js";
import { identifier, makeNames, type Names } from "./names.js";
import { raiseRelaxFunction, raiseType } from "./relax/index.js";
import { raiseTirFunction } from "./tir/function.js";
import { bufferName } from "./tir/expression.js";
import { raiseArg, raiseNode } from "./tir/operand.js";
import { raiseBody } from "./tir/statement.js";

/** A module in parts: what stands around its items, and the items, each made when it is asked for. */
export interface RaisedParts {
  /** The class of the module, its block left empty; none when the functions are loose. */
  readonly owner: A.ClassDef | undefined;
  readonly items: Iterable<A.Stmt>;
}

/** The file of a module: a class, or loose functions when the module has no name. */
export function raise(module: IRModule, options: RaiseOptions = {}): A.File {
  const { owner, items } = raiseParts(module, options);
  const all = [...items];
  const body = owner === undefined ? all : [{ ...owner, body: { body: all } }];
  return { kind: "File", body, start: -1, end: -1 };
}

/** As {@link raise}, piece by piece, so that the tree of a large module is never whole. */
export function raiseParts(module: IRModule, options: RaiseOptions = {}): RaisedParts {
  const ctx = raiseContext(module, options);
  const header = options.header ?? ctx.dialect !== "native";
  const withHeader = <S extends A.Stmt>(s: S): S =>
    header ? { ...s, trivia: { leading: headerOf(ctx) } } : s;
  const isLoose = ctx.moduleRef === "";
  function* items(): Generator<A.Stmt> {
    let isFirst = isLoose;
    if (!isLoose) yield* moduleHead(ctx, module);
    for (const [name, func] of inOrder(module, options)) {
      const item = raiseItem(ctx, name, func);
      yield isFirst ? withHeader(item) : item;
      isFirst = false;
    }
  }
  const owner = isLoose
    ? undefined
    : withHeader(classDef([path(ctx.I, "ir_module")], ctx.moduleRef, []));
  return { owner, items: items() };
}

/** T functions, externals, R functions, by name; `main` last. */
function inOrder(module: IRModule, options: RaiseOptions): [string, BaseFunc][] {
  const all = [...module.functions];
  // TVM's types of calls depend on the order of the text.
  const order = options.order ?? ((options.dialect ?? "native") === "native" ? "sorted" : "source");
  if (order === "source") return all;
  const rank = (func: BaseFunc): number =>
    func.kind === "tir.PrimFunc" ? 0 : func.kind === "ir.ExternFunc" ? 1 : 2;
  return all.sort(
    ([a, f], [b, g]) =>
      Number(a === "main") - Number(b === "main") ||
      rank(f) - rank(g) ||
      (a < b ? -1 : a > b ? 1 : 0),
  );
}

/** What raising the functions of a module needs; names are new for each function. */
export function raiseContext(module: IRModule | undefined, options: RaiseOptions): RaiseContext {
  const dialect = options.dialect ?? "native";
  const T = options.prefix?.tir ?? "T";
  const R = options.prefix?.relax ?? "R";
  const I = options.prefix?.ir ?? "I";
  const isLoose =
    module === undefined ||
    (module.name === "" && module.attrs.size === 0 && module.globalInfos.size === 0);
  const moduleRef = isLoose ? "" : identifier(module.name === "" ? "Module" : module.name);
  return {
    options: dialect === "native" ? options : { defaults: "all", ...options },
    dialect,
    names: functionNames(module, [T, R, I, moduleRef]),
    T,
    R,
    I,
    module,
    moduleRef,
    usesModule: false,
    pending: [],
    outermost: undefined,
    loops: new Map(),
    sharedThreads: new Set(),
    raisers: { arg: raiseArg, node: raiseNode, body: raiseBody },
    declareBuffer: bufferOutside,
  };
}

/** A buffer of a lone expression keeps its name. */
const bufferOutside: RaiseContext["declareBuffer"] = (ctx, buffer) => {
  ctx.names.give(buffer, buffer.name);
  return bufferName(ctx, buffer);
};

const functionNames = (module: IRModule | undefined, prefixes: readonly string[]): Names =>
  makeNames([
    ...prefixes,
    "I",
    "T",
    "R",
    "cls",
    ...(module === undefined ? [] : module.functions.keys()),
  ]);

function raiseItem(ctx: RaiseContext, name: string, func: BaseFunc): A.Stmt {
  if (func.kind === "ir.ExternFunc") return raiseExternItem(ctx, name, func);
  const own: RaiseContext = { ...ctx, names: ctx.names.another(), usesModule: false, pending: [] };
  return func.kind === "tir.PrimFunc"
    ? raiseTirFunction(func, name, own)
    : raiseRelaxFunction(func, name, own);
}

/** `name = R.ExternFunc("symbol")` */
function raiseExternItem(ctx: RaiseContext, name: string, func: ExternFunc): A.Stmt {
  const args: A.Expr[] = [strExpr(func.symbol)];
  if (func.sinfo !== undefined) args.push(raiseType(ctx, func.sinfo, "body"));
  return assign(nameExpr(name), callExpr(path(ctx.R, "ExternFunc"), args));
}

function moduleHead(ctx: RaiseContext, module: IRModule): A.Stmt[] {
  const out: A.Stmt[] = [];
  if (module.attrs.size > 0)
    out.push(exprStmt(callExpr(path(ctx.I, "module_attrs"), [raiseAttrs(ctx, module.attrs)])));
  if (module.globalInfos.size > 0) {
    const infos = dictExpr(
      [...module.globalInfos]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, items]): readonly [string, A.Expr] => [
          key,
          listExpr(items.map((item) => raiseAttrValue(ctx, item))),
        ]),
    );
    out.push(exprStmt(callExpr(path(ctx.I, "module_global_infos"), [infos])));
  }
  return out;
}

/** Comments that say which imports a Python host needs. */
function headerOf(ctx: RaiseContext): A.Comment[] {
  const tir = ctx.dialect === "tvm-0.18" ? "tir" : "tirx";
  const names = [`ir as ${ctx.I}`, `${tir} as ${ctx.T}`, `relax as ${ctx.R}`];
  return names.map((name) => ({
    text: `# from tvm.script import ${name}`,
    ownLine: true,
    start: -1,
    end: -1,
  }));
}
