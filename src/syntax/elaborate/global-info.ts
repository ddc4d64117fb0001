/** Global information of a module: virtual devices, device meshes. */
import type { Call, Expr } from "../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import type { GlobalInfo, Target } from "../../ir/module.js";
import type { DeviceMesh, VDevice } from "../../ir/relax/struct-info.js";
import { codes } from "../codes.js";
import { memberOf, report, spanOf, type ElabContext } from "../context.js";
import { elaborateAttrValue } from "./attributes.js";
import { plainLiteral } from "./literal.js";
import { parseTargetLine } from "./target.js";
import { bindArguments } from "./tir/arguments.js";

/** `{"vdevice": [I.vdevice("llvm")], "mesh": [R.device_mesh((2,), I.Range(0, 2))]}` */
export function elaborateGlobalInfos(ctx: ElabContext, at: Expr): void {
  if (at.kind !== "Dict") {
    report(ctx, codes.expectedDictionary({ at: spanOf(ctx, at) }));
    return;
  }
  for (const { key, value } of at.entries) {
    if (key.kind !== "Str") {
      report(ctx, codes.keyNotString({ at: spanOf(ctx, key) }));
      continue;
    }
    const items = value.kind === "List" || value.kind === "Tuple" ? value.items : [value];
    const infos = items.flatMap((item) => globalInfo(ctx, item) ?? []);
    if (ctx.globalInfos.has(key.value))
      report(ctx, codes.repeatedKey({ at: spanOf(ctx, key), key: key.value }));
    ctx.globalInfos.set(key.value, infos);
  }
}

function globalInfo(ctx: ElabContext, at: Expr): GlobalInfo | undefined {
  const member = at.kind === "Call" ? memberOf(ctx, at.func) : undefined;
  if (at.kind === "Call" && member !== undefined) {
    const name = member.name.split(".").pop();
    if (name === "vdevice") return virtualDevice(ctx, at);
    if (name === "dummy_global_info") {
      bindArguments(ctx, "I.dummy_global_info", at, []);
      return { kind: "ir.DummyGlobalInfo", span: spanOf(ctx, at) };
    }
    if (name === "device_mesh") return deviceMesh(ctx, at);
  }
  report(ctx, codes.unknownGlobalInfo({ at: spanOf(ctx, at), name: member?.name ?? "this" }));
  return undefined;
}

/** `I.vdevice("cuda", 0, "global")` */
export function virtualDevice(ctx: ElabContext, call: Call): VDevice | undefined {
  const { values } = bindArguments(ctx, "I.vdevice", call, [
    "target?",
    "vdevice_id?",
    "memory_scope?",
  ]);
  const targetAt = values.get("target");
  const value = targetAt === undefined ? "" : elaborateAttrValue(ctx, targetAt);
  const target = value === undefined ? undefined : deviceTarget(value);
  if (target === undefined) {
    if (value !== undefined && targetAt !== undefined) {
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, targetAt),
          expected: "a target",
          found: "something else",
        }),
      );
    }
    return undefined;
  }
  const indexAt = values.get("vdevice_id");
  const scopeAt = values.get("memory_scope");
  const index = indexAt === undefined ? 0 : plainLiteral(ctx, indexAt);
  const scope = scopeAt === undefined ? "global" : plainLiteral(ctx, scopeAt);
  if (typeof index !== "number" || typeof scope !== "string") {
    report(ctx, codes.conditionConstant({ at: spanOf(ctx, call), what: "`I.vdevice`" }));
    return undefined;
  }
  return { kind: "ir.VDevice", target, index, scope, span: spanOf(ctx, call) };
}

function deviceTarget(value: AttrValue): string | Target | undefined {
  if (typeof value === "string")
    return value.includes(" ") ? { kind: "ir.Target", config: parseTargetLine(value) } : value;
  if (value instanceof Map) return { kind: "ir.Target", config: value };
  return value !== null &&
    typeof value === "object" &&
    "kind" in value &&
    value.kind === "ir.Target"
    ? value
    : undefined;
}

/** `R.device_mesh((2, 2), I.Range(0, 4))` or with a list of ids. */
function deviceMesh(ctx: ElabContext, call: Call): DeviceMesh | undefined {
  const { values } = bindArguments(ctx, "R.device_mesh", call, ["shape", "device_ids"]);
  const shapeAt = values.get("shape");
  const idsAt = values.get("device_ids");
  if (shapeAt === undefined || idsAt === undefined) return undefined;
  const shape = numbers(plainLiteral(ctx, shapeAt));
  let ids = numbers(plainLiteral(ctx, idsAt));
  let isRange = false;
  if (idsAt.kind === "Call" && memberOf(ctx, idsAt.func)?.name === "Range") {
    isRange = true;
    const bounds = numbers(idsAt.args.map((a) => plainLiteral(ctx, a.value) ?? null));
    if (bounds?.length === 2)
      ids = Array.from({ length: bounds[1]! - bounds[0]! }, (_, i) => bounds[0]! + i);
    else if (bounds?.length === 1) ids = Array.from({ length: bounds[0]! }, (_, i) => i);
  }
  if (shape === undefined || ids === undefined) {
    report(ctx, codes.conditionConstant({ at: spanOf(ctx, call), what: "`R.device_mesh`" }));
    return undefined;
  }
  return { kind: "ir.DeviceMesh", shape, ids, isRange, span: spanOf(ctx, call) };
}

function numbers(value: AttrValue | undefined): number[] | undefined {
  if (typeof value === "number") return [value];
  if (!Array.isArray(value)) return undefined;
  return (value as readonly AttrValue[]).every((v) => typeof v === "number")
    ? (value as number[])
    : undefined;
}
