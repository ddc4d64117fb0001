/** Files: imports, template constants, metadata, and the module or the loose functions. */
import type {
  Assign,
  ClassDef,
  File,
  FunctionDef,
  Import,
  Stmt,
} from "../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import { irModule, type BaseFunc, type IRModule } from "../../ir/module.js";
import type { Diagnostic, Diagnostics, Sink } from "../../support/diagnostic.js";
import type { Source, Span } from "../../support/source.js";
import { codes } from "../codes.js";
import {
  define, makeContext, memberOf, report, spanOf, withScope, type ElabContext, type ElaborateOptions,
} from "../context.js"; // prettier-ignore
import { rootPrefixes, splitPath } from "../dialect-names.js";
import { eraOf } from "../era.js";
import { elaborateAttrValue } from "./attributes.js";
import { constantValue } from "./constant.js";
import { declareFunctions, elaborateFunctions, functionKind, letGo } from "./functions.js";
import { otherItem } from "./item.js";
import { elaborateClass } from "./module.js";
import { readValue } from "./tir/expression.js";
import { isTemplate, ownTemplates } from "../templates.js";
import { macroOf } from "./tir/macro-definition.js";
import { readStatements } from "./tir/statement.js";

/** The module of a file. Never throws; what is wrong is reported, and what could be read is in the result. */
export function elaborate(
  file: File,
  source: Source,
  sink: Sink,
  options: ElaborateOptions = {},
): IRModule {
  const once = onceEach(sink);
  const ctx = makeContext(source, once, options, elaborateAttrValue, {
    value: readValue,
    statements: readStatements,
  });
  ctx.era = options.era ?? eraOf(source.text) ?? "2026";
  for (const [name, { dialect, path }] of Object.entries(rootPrefixes))
    define(ctx, name, { kind: "dialect", dialect, path });
  for (const [name, value] of options.defines ?? []) defineConstant(ctx, name, value);
  const classes: ClassDef[] = [];
  const functions: FunctionDef[] = [];
  for (const stmt of file.body) fileItem(ctx, stmt, classes, functions);
  const hasErrors = file.body.some((s) => s.kind === "ErrorStmt");
  const [first, second] = classes;
  if (second !== undefined)
    report(ctx, codes.twoModules({ at: nameOf(ctx, second), name: second.name }));
  if (first !== undefined) {
    for (const def of functions)
      report(ctx, codes.mixedModule({ at: nameOf(ctx, def), name: def.name }));
    elaborateClass(ctx, first);
  } else if (functions.length > 0) {
    withScope(ctx, () => {
      declareFunctions(ctx, functions);
      letGo(ctx, file.body, functions);
      elaborateFunctions(ctx);
    });
  } else if (ctx.templates.definitions.length === 0 && !hasErrors && !once.reported())
    report(ctx, codes.emptyModule({ at: undefined }));
  const made = new Map<string, BaseFunc>();
  for (const declared of ctx.functions.values()) {
    const func = declared.func ?? declared.extern;
    if (func !== undefined) made.set(declared.name, func);
  }
  return irModule(made, {
    name: ctx.moduleName,
    attrs: ctx.moduleAttrs,
    globalInfos: ctx.globalInfos,
    ...ownTemplates(ctx.templates, source),
  });
}

/**
 * Drops reports of one code at one place, because macros are read once for each call, and those at a place where the
 * text itself was found wrong.
 */
function onceEach(sink: Sink): Sink & { readonly reported: () => boolean } {
  const seen = new Set<string>();
  const earlier = "all" in sink ? [...(sink as Diagnostics).all] : [];
  const follows = ({ span }: Diagnostic): boolean =>
    span !== undefined && earlier.some((e) => e.span !== undefined && overlap(e.span, span));
  return {
    reported: () => seen.size + earlier.length > 0,
    report: (d: Diagnostic) => {
      if (earlier.length > 0 && follows(d)) return;
      const key = `${d.code} ${d.span?.start} ${d.message}`;
      if (seen.has(key)) return;
      seen.add(key);
      sink.report(d);
    },
  };
}

const nameOf = (ctx: ElabContext, def: FunctionDef | ClassDef): ReturnType<typeof spanOf> =>
  spanOf(ctx, { start: def.nameStart, end: def.nameEnd });

function defineConstant(ctx: ElabContext, name: string, value: AttrValue): void {
  ctx.hasConstants = true;
  define(ctx, name, { kind: "constant", value });
}

function fileItem(
  ctx: ElabContext,
  stmt: Stmt,
  classes: ClassDef[],
  functions: FunctionDef[],
): void {
  switch (stmt.kind) {
    case "Import":
      if (stmt.module !== undefined) ctx.templates.context.push(stmt);
      return importNames(ctx, stmt);
    case "Assign":
      ctx.templates.context.push(stmt);
      return fileAssign(ctx, stmt);
    case "AnnAssign":
      if (stmt.target.kind === "Name" && stmt.value !== undefined) {
        return fileAssign(ctx, {
          ...stmt,
          kind: "Assign",
          targets: [stmt.target],
          value: stmt.value,
        });
      }
      break;
    case "ClassDef":
      if (isTemplate(stmt)) ctx.templates.definitions.push(stmt);
      else classes.push(stmt);
      return;
    case "FunctionDef": {
      if (isTemplate(stmt)) {
        ctx.templates.definitions.push(stmt);
        return;
      }
      const macro = macroOf(ctx, stmt);
      if (macro !== undefined) define(ctx, stmt.name, { kind: "macro", macro });
      else if (functionKind(ctx, stmt) !== undefined) functions.push(stmt);
      return;
    }
    default:
      break;
  }
  otherItem(ctx, stmt, codes.fileItem);
}

/** Imports only give dialects their prefixes: `from tvm.script import tirx as T`. */
function importNames(ctx: ElabContext, stmt: Import): void {
  for (const { name, alias } of stmt.names) {
    const full = stmt.module === undefined ? name : `${stmt.module}.${name}`;
    const bound = alias ?? (stmt.module === undefined ? name.split(".")[0]! : name);
    if (stmt.module === undefined && alias === undefined) {
      if (bound === "tvm") define(ctx, bound, { kind: "dialect", dialect: "tvm", path: "" });
      continue;
    }
    const split = splitPath(full);
    if (
      split !== undefined &&
      (split.dialect !== "I" ||
        full === "tvm.script.ir" ||
        full === "tvm.ir" ||
        full === "tvm.script")
    ) {
      define(ctx, bound, { kind: "dialect", dialect: split.dialect, path: split.name });
    }
  }
}

/** `N = 128`, `n = TypeVar("n")`, `metadata = …`. */
function fileAssign(ctx: ElabContext, stmt: Assign): void {
  const target = stmt.targets[0];
  if (stmt.targets.length !== 1 || target === undefined) {
    report(ctx, codes.fileItem({ at: spanOf(ctx, stmt), what: "`a = b = …`" }));
    return;
  }
  if (
    target.kind === "Tuple" &&
    stmt.value.kind === "Tuple" &&
    target.items.length === stmt.value.items.length
  ) {
    target.items.forEach((t, i) =>
      fileAssign(ctx, { ...stmt, targets: [t], value: (stmt.value as typeof target).items[i]! }),
    );
    return;
  }
  if (target.kind !== "Name") {
    report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
    return;
  }
  const { value } = stmt;
  if (ctx.options.defines?.has(target.id)) return;
  if (value.kind === "Call") {
    const callee = value.func;
    const name =
      callee.kind === "Name" ? callee.id : callee.kind === "Attribute" ? callee.name : "";
    const argument = value.args[0]?.value;
    if (name === "TypeVar" && argument?.kind === "Str") {
      define(ctx, target.id, { kind: "typevar", name: target.id });
      return;
    }
    if (name === "load_json" || target.id === "metadata") {
      ctx.metadataText = argument?.kind === "Str" ? argument.value : undefined;
      return;
    }
    const constructed = constructorConstant(ctx, stmt);
    if (constructed !== undefined) return defineConstant(ctx, target.id, constructed);
  }
  const known = constantValue(ctx, value);
  if (known !== undefined) return defineConstant(ctx, target.id, known);
  report(ctx, codes.constantNeedsValue({ at: spanOf(ctx, value), name: target.id }));
  define(ctx, target.id, { kind: "error" });
}

/** `x = T.int64(4)`, `tgt = T.target("llvm")` and other literal objects. */
function constructorConstant(ctx: ElabContext, stmt: Assign): AttrValue | undefined {
  const { value } = stmt;
  if (value.kind !== "Call" || memberOf(ctx, value.func) === undefined) return undefined;
  return elaborateAttrValue(ctx, value);
}

const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;
