/** Target literals: `T.target({...})`, and the command line of older text, `T.target("cuda -arch=sm_80")`. */
import type { Call, Expr } from "../../../grammar/ast/nodes.js";
import type { AttrValue, Attrs } from "../../ir/core/node.js";
import type { Target } from "../../ir/module.js";
import { floatImm } from "../../ir/tir/expr.js";
import { float64 } from "../../support/dtype.js";
import { codes } from "../codes.js";
import { report, spanOf, type ElabContext } from "../context.js";
import { bindArguments } from "./tir/arguments.js";

/** A target from a call of `T.target` or `I.target`; undefined is an error that was reported. */
export function elaborateTarget(ctx: ElabContext, call: Call): Target | undefined {
  const { values } = bindArguments(ctx, "T.target", call, ["target", "host?"]);
  const at = values.get("target");
  const hostAt = values.get("host");
  const config = at && targetConfig(ctx, at);
  if (config === undefined) return undefined;
  let host: Target | undefined;
  if (hostAt !== undefined && hostAt.kind !== "Constant") {
    const value = ctx.attribute(ctx, hostAt);
    if (isTarget(value)) host = value;
    else {
      const hostConfig = value === undefined ? undefined : asConfig(value);
      if (hostConfig !== undefined)
        host = { kind: "ir.Target", config: hostConfig, span: spanOf(ctx, hostAt) };
      else
        report(
          ctx,
          codes.expectedKind({
            at: spanOf(ctx, hostAt),
            expected: "a target",
            found: "something else",
          }),
        );
    }
  }
  return { kind: "ir.Target", config, host, span: spanOf(ctx, call) };
}

function targetConfig(ctx: ElabContext, at: Expr): Attrs | undefined {
  const value = ctx.attribute(ctx, at);
  const config = value === undefined ? undefined : isTarget(value) ? value.config : asConfig(value);
  if (config === undefined && value !== undefined) {
    report(
      ctx,
      codes.expectedKind({
        at: spanOf(ctx, at),
        expected: "the name or dictionary of a target",
        found: "something else",
      }),
    );
  }
  return config;
}

const isTarget = (value: AttrValue | undefined): value is Target =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "ir.Target";

const asConfig = (value: AttrValue): Attrs | undefined =>
  typeof value === "string" ? parseTargetLine(value) : value instanceof Map ? value : undefined;

/** `"cuda -arch=sm_80 -max_num_threads=1024"` as a dictionary. */
export function parseTargetLine(line: string): Attrs {
  const config = new Map<string, AttrValue>();
  const words = line.trim().split(/\s+/);
  config.set("kind", words[0] ?? "");
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!.replace(/^--?/, "");
    const eq = word.indexOf("=");
    if (eq >= 0) config.set(word.slice(0, eq), optionValue(word.slice(0, eq), word.slice(eq + 1)));
    else if (words[i + 1] !== undefined && !words[i + 1]!.startsWith("-"))
      config.set(word, optionValue(word, words[++i]!));
    else config.set(word, true);
  }
  return config;
}

const LISTS = new Set(["keys", "libs", "mattr"]);

function optionValue(key: string, text: string): AttrValue {
  if (LISTS.has(key)) return text.split(",");
  if (/^-?\d+$/.test(text)) return Number(text);
  if (/^-?\d*\.\d+$/.test(text)) return floatImm(Number(text), float64);
  if (text === "true" || text === "True") return true;
  if (text === "false" || text === "False") return false;
  return text.replace(/^["']|["']$/g, "");
}
