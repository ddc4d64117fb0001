/** Module classes: decorator, attributes, global information, functions. */
import type {
  Assign,
  Call,
  ClassDef,
  Expr,
  FunctionDef,
  Stmt,
} from "../../../grammar/ast/nodes.js";
import { codes } from "../codes.js";
import {
  define,
  memberOf,
  resolve,
  report,
  spanOf,
  withScope,
  type ElabContext,
} from "../context.js";
import { elaborateAttrDict } from "./attributes.js";
import { declareFunctions, decoratorText, elaborateFunctions, letGo } from "./functions.js";
import { elaborateGlobalInfos } from "./global-info.js";
import { elaborateExternFunc } from "./extern.js";
import { otherItem } from "./item.js";
import { plainLiteral } from "./literal.js";
import { bindArguments, unknownKeyword } from "./tir/arguments.js";
import { isTemplate } from "../templates.js";
import { macroOf } from "./tir/macro-definition.js";

export function elaborateClass(ctx: ElabContext, def: ClassDef): void {
  if (!checkDecorators(ctx, def)) return;
  const base = def.bases[0];
  if (base !== undefined) {
    const name = base.value.kind === "Name" ? base.value.id : decoratorText(base.value);
    if (name === "BasePyModule") report(ctx, codes.pythonFunction({ at: spanOf(ctx, base) }));
    else report(ctx, codes.classBase({ at: spanOf(ctx, base), name }));
  }
  ctx.moduleName = def.name;
  withScope(ctx, () => {
    define(ctx, def.name, { kind: "module" });
    const functions: FunctionDef[] = [];
    const externs: Assign[] = [];
    for (const stmt of def.body.body) moduleItem(ctx, stmt, functions, externs);
    for (const stmt of externs) externItem(ctx, stmt);
    declareFunctions(ctx, functions);
    letGo(ctx, def.body.body, functions);
    // A local of that name must not hide the alias that most R functions begin with.
    if (ctx.scope.names.get("cls") === undefined) define(ctx, "cls", { kind: "module" });
    elaborateFunctions(ctx);
  });
}

function checkDecorators(ctx: ElabContext, def: ClassDef): boolean {
  const at = spanOf(ctx, { start: def.nameStart, end: def.nameEnd });
  for (const decorator of def.decorators) {
    const head = decorator.kind === "Call" ? decorator.func : decorator;
    const member = memberOf(ctx, head);
    // A pasted program may have lost the import of the bare name.
    const isBare =
      head.kind === "Name" && head.id === "ir_module" && resolve(ctx, head.id) === undefined;
    if (member?.name === "rewriter") {
      report(ctx, codes.rewriterModule({ at }));
      return false;
    }
    if (!isBare && member?.name !== "ir_module") {
      report(
        ctx,
        codes.foreignDecorator({ at: spanOf(ctx, decorator), decorator: decoratorText(head) }),
      );
      return false;
    }
    if (decorator.kind === "Call") moduleOptions(ctx, decorator);
  }
  if (def.decorators.length > 0 || ctx.options.bare === true) return true;
  report(ctx, codes.noDecorator({ at, what: "class", name: def.name, decorator: "@I.ir_module" }));
  return false;
}

function moduleOptions(ctx: ElabContext, decorator: Call): void {
  const known = ["check_well_formed", "s_tir"];
  for (const a of decorator.args) {
    if (a.name === undefined || !known.includes(a.name)) {
      unknownKeyword(ctx, "I.ir_module", a, a.name ?? "", known);
      continue;
    }
    const value = plainLiteral(ctx, a.value);
    if (typeof value !== "boolean")
      report(ctx, codes.optionNotConstant({ at: spanOf(ctx, a), name: a.name }));
    else if (a.name === "s_tir") ctx.moduleSTir = value;
  }
}

function moduleItem(
  ctx: ElabContext,
  stmt: Stmt,
  functions: FunctionDef[],
  externs: Assign[],
): void {
  switch (stmt.kind) {
    case "ClassDef":
      if (!isTemplate(stmt)) break;
      ctx.templates.definitions.push(stmt);
      return;
    case "FunctionDef": {
      if (isTemplate(stmt)) {
        ctx.templates.definitions.push(stmt);
        return;
      }
      const macro = macroOf(ctx, stmt);
      if (macro === undefined) functions.push(stmt);
      else define(ctx, stmt.name, { kind: "macro", macro });
      return;
    }
    case "ExprStmt":
      if (stmt.value.kind === "Call") return moduleCall(ctx, stmt.value);
      break;
    case "Assign": {
      const target = stmt.targets[0];
      if (stmt.targets.length !== 1 || target?.kind !== "Name") break;
      // Left by the printer of 2023 to say that there is no metadata.
      if (target.id === "__tvm_meta__") return;
      externs.push(stmt);
      return;
    }
    case "Import":
      return;
    default:
      break;
  }
  otherItem(ctx, stmt, codes.moduleItem);
}

/** `I.module_attrs({…})`, `I.module_global_infos({…})` */
function moduleCall(ctx: ElabContext, call: Call): void {
  const member = memberOf(ctx, call.func);
  if (member?.name === "module_attrs") {
    const { values } = bindArguments(ctx, "I.module_attrs", call, ["attrs", "allow_overwrite?"]);
    const at = values.get("attrs");
    const attrs = at && elaborateAttrDict(ctx, at);
    if (ctx.moduleAttrs.size > 0)
      report(ctx, codes.moduleAttrsTwice({ at: spanOf(ctx, call), name: "module_attrs" }));
    if (attrs !== undefined) ctx.moduleAttrs = attrs;
    return;
  }
  if (member?.name === "module_global_infos") {
    const { values } = bindArguments(ctx, "I.module_global_infos", call, ["global_infos"]);
    const at = values.get("global_infos");
    if (ctx.globalInfos.size > 0)
      report(ctx, codes.moduleAttrsTwice({ at: spanOf(ctx, call), name: "module_global_infos" }));
    if (at !== undefined) elaborateGlobalInfos(ctx, at);
    return;
  }
  report(
    ctx,
    codes.moduleItem({ at: spanOf(ctx, call), what: `\`${decoratorText(call.func)}(…)\`` }),
  );
}

/** `name = R.ExternFunc("symbol")` */
function externItem(ctx: ElabContext, stmt: Assign): void {
  const target = stmt.targets[0] as Extract<Expr, { kind: "Name" }>;
  const { value } = stmt;
  const member = value.kind === "Call" ? memberOf(ctx, value.func) : undefined;
  if (value.kind !== "Call" || member?.name !== "ExternFunc") {
    report(
      ctx,
      codes.moduleItem({
        at: spanOf(ctx, stmt),
        what: "an assignment that is not `R.ExternFunc(…)`",
      }),
    );
    return;
  }
  const extern = elaborateExternFunc(ctx, value);
  if (extern === undefined) return;
  ctx.functions.set(target.id, { name: target.id, dialect: "extern", extern, info: extern.sinfo });
  define(ctx, target.id, { kind: "function", name: target.id });
}
