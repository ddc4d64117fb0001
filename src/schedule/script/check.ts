/** What can be said of the schedules of a library without any function: unknown primitives, arguments, names. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { lookupOp } from "../../op/registry.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import type { Source, Span } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { codes as templateCodes } from "../../template/codes.js";
import { checkBody, memberPath, walk } from "../../template/library/check.js";
import type { TemplateLibrary } from "../../template/library/library.js";
import { namesIn } from "../../template/parameters.js";
import type { ScheduleDef, Template } from "../../template/template.js";
import { codes } from "../codes.js";
import { lookupPrimitive, suggestPrimitive } from "../registry.js";
import { inspections } from "./inspect.js";
import { TARGET_FIGURES, TARGET_FUNCTIONS } from "./target-object.js";
import { TUNABLES } from "./tunables.js";

/** Everything that is wrong with the schedules and procs of a library; `templateNamed` also knows other libraries. */
export function checkSchedules(
  library: TemplateLibrary,
  templateNamed: (name: string) => Template | undefined,
): readonly Diagnostic[] {
  return library.definitions().flatMap((entry) => {
    if (entry.kind === "proc") return checkDef(library, entry.def, entry.source, { names: [] });
    if (entry.kind !== "schedule") return [];
    const { schedule } = entry;
    const names = namesOf(schedule, templateNamed);
    const { def, source, of } = schedule;
    const found = checkDef(library, def, source, names);
    const isMissing = of.kind === "template" && templateNamed(of.name) === undefined;
    if (isMissing && !library.isForeign(of.name))
      found.unshift(
        templateCodes.unknownName({
          at: { source, start: of.at.start, end: of.at.end },
          name: of.name,
        }),
      );
    return found;
  });
}

interface Outside {
  readonly names: readonly string[];
  readonly isOpen?: boolean;
}

/** Names that come with what the schedule is for. */
function namesOf(
  { of }: ScheduleDef,
  templateNamed: (name: string) => Template | undefined,
): Outside {
  if (of.kind === "op") {
    const op = of.name.startsWith("relax.") ? lookupOp(of.name.slice(6)) : undefined;
    return op === undefined ? { names: [], isOpen: true } : { names: op.params.map((p) => p.name) };
  }
  if (of.kind !== "template") return { names: [], isOpen: true };
  const template = templateNamed(of.name);
  if (template === undefined) return { names: [of.name], isOpen: true };
  const names = template.def.params.flatMap((p) => [p.name, ...namesIn(p.annotation)]);
  return { names: [of.name, ...names] };
}

function checkDef(
  library: TemplateLibrary,
  def: ast.FunctionDef,
  source: Source,
  outside: Outside,
): Diagnostic[] {
  const members = [...inspections.map((i) => i.name), "assume", ...TUNABLES, ...procs(library)];
  const found = checkBody(library, def, source, { dialect: "T", members, ...outside });
  const sch = def.params[0]?.name;
  const at = (node: ast.AstBase): Span => ({ source, start: node.start, end: node.end });
  walk(def, (node) => {
    if (node.kind !== "Call") return;
    const path = memberPath(node.func);
    if (path === undefined || path.root !== sch) return;
    if (path.name.startsWith("target.")) {
      const figure = path.name.slice("target.".length);
      const known: readonly string[] = [...TARGET_FIGURES, ...TARGET_FUNCTIONS];
      if (known.includes(figure)) return;
      const near = didYouMean(figure, known);
      const hints = near === undefined ? [] : [near];
      found.push(
        templateCodes.unknownName({ at: at(node.func), name: `${sch}.${path.name}`, hints }),
      );
    } else found.push(...checkCall(node, path.name, at(node)));
  });
  return found;
}

const procs = (library: TemplateLibrary): string[] =>
  [...library.names()].filter((name) => library.lookup(name)?.kind === "proc");

/** A call of a primitive: that it exists, its parameters, how many arguments. */
function checkCall(call: ast.Call, name: string, at: Span): Diagnostic[] {
  const primitive = lookupPrimitive(name);
  if (primitive === undefined) {
    const hint = suggestPrimitive(name);
    return [codes.noPrimitive({ name, at, hints: hint === undefined ? [] : [hint] })];
  }
  const params = Object.keys(primitive.params);
  const shown = params.map((p) => `\`${p}\``).join(", ") || "no arguments";
  const found: Diagnostic[] = [];
  for (const a of call.args) {
    if (a.name === undefined || params.includes(a.name)) continue;
    found.push(codes.argumentUnknown({ at, primitive: name, param: a.name, params: shown }));
  }
  if (call.args.some((a) => a.value.kind === "Starred" || a.doubleStar)) return found;
  const positional = call.args.filter((a) => a.name === undefined).length;
  const isOpen = Object.values(primitive.params).some((p) => p.variadic === true);
  if (!isOpen && positional > params.length)
    found.push(codes.tooManyArguments({ at, primitive: name, found: positional, most: params.length, params: shown })); // prettier-ignore
  const given = new Set(call.args.map((a) => a.name));
  params.forEach((p, i) => {
    const isGiven = i < positional || given.has(p);
    if (!isGiven && !isOpen && primitive.params[p]!.fallback === undefined)
      found.push(codes.argumentMissing({ at, primitive: name, param: p, params: shown }));
  });
  return found;
}
