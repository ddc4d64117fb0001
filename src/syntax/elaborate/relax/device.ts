/** Devices, meshes and placements, which types and attributes name by strings. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { DeviceMesh, VDevice } from "../../../ir/relax/struct-info.js";
import type { GlobalInfo } from "../../../ir/module.js";
import type { Span } from "../../../support/source.js";
import { elaborateAttrValue } from "../attributes.js";
import { plainLiteral } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { memberOf } from "../../context.js";
import { at, fail, type FunctionState } from "./state.js";
import { constructorName } from "./symbols.js";

/** Kind of a device's target: the first word of its name, or `kind` of its dictionary. */
export function deviceKind(device: VDevice): string {
  const { target } = device;
  if (typeof target === "string") return target.split(" ", 1)[0]!;
  const kind = target.config.get("kind");
  return typeof kind === "string" ? kind : "";
}

/** Devices of a module that are of one kind, in order. */
export const devicesOfKind = (
  infos: ReadonlyMap<string, readonly GlobalInfo[]>,
  kind: string,
): VDevice[] =>
  (infos.get("vdevice") ?? []).filter(
    (i): i is VDevice => i.kind === "ir.VDevice" && deviceKind(i) === kind,
  );

/** `"cuda:0:global"`, `"llvm"`, or a device literal. `null` when it is none (reported). */
export function parseDevice(state: FunctionState, expr: A.Expr): VDevice | null {
  const value = plainLiteral(state.ctx, expr);
  if (typeof value === "string") {
    const device = deviceNamed(state, value, at(state, expr));
    if (device === undefined)
      fail(state, relaxCodes.badDevice({ at: at(state, expr), text: value }));
    return device ?? null;
  }
  const made = deviceCall(state, expr);
  if (made !== undefined) return made;
  const object = elaborateAttrValue(state.ctx, expr);
  if (
    typeof object === "object" &&
    object !== null &&
    "kind" in object &&
    object.kind === "ir.VDevice"
  )
    return object;
  if (object !== undefined) fail(state, relaxCodes.badDevice({ at: at(state, expr), text: "…" }));
  return null;
}

/** Kinds by the numbers that `R.device(type, index)` takes. */
const DEVICE_TYPES: Readonly<Record<number, string>> = {
  1: "cpu", 2: "cuda", 4: "opencl", 7: "vulkan", 8: "metal", 9: "vpi", 10: "rocm", 12: "ext_dev", 15: "webgpu", 16: "hexagon",
}; // prettier-ignore
const DEVICE_KINDS = new Set(Object.values(DEVICE_TYPES));

/** `R.cpu()`, `tvm.cuda(1)`, `R.device("cuda", 0)`, `R.device(1, 0)`. */
function deviceCall(state: FunctionState, expr: A.Expr): VDevice | undefined {
  if (expr.kind !== "Call") return undefined;
  const name = memberOf(state.ctx, expr.func)?.name;
  const args = new Map(
    expr.args.map((a, i) => [a.name ?? String(i), plainLiteral(state.ctx, a.value)] as const),
  );
  const span = at(state, expr);
  const made = (kind: string, index: unknown): VDevice | undefined =>
    index === undefined || index === null || (typeof index === "number" && index >= 0)
      ? { kind: "ir.VDevice", target: kind, index: index ?? 0, scope: "global", span }
      : undefined;
  if (name !== undefined && DEVICE_KINDS.has(name))
    return made(name, args.get("0") ?? args.get("dev_id"));
  if (name !== "device") return undefined;
  const type = args.get("0") ?? args.get("device_type") ?? args.get("dev_type");
  const kind = typeof type === "number" ? DEVICE_TYPES[type] : type;
  return typeof kind === "string"
    ? made(kind, args.get("1") ?? args.get("index") ?? args.get("device_id") ?? args.get("dev_id"))
    : undefined;
}

/** The module's device of that name, or a device that the module does not declare. */
function deviceNamed(state: FunctionState, text: string, span: Span): VDevice | undefined {
  const match = /^([A-Za-z_][\w.-]*)(?::(\d+))?(?::([\w.-]+))?$/.exec(text);
  if (match === null) return undefined;
  const kind = match[1]!;
  const index = Number(match[2] ?? 0);
  const declared = devicesOfKind(state.ctx.globalInfos, kind)[index];
  if (declared !== undefined && (match[3] === undefined || match[3] === declared.scope))
    return declared;
  return { kind: "ir.VDevice", target: kind, index, scope: match[3] ?? "global", span };
}

/** `"mesh[0]"` or `R.device_mesh(shape, ids)`. Undefined when it is none (reported). */
export function meshOf(state: FunctionState, expr: A.Expr): string | DeviceMesh | undefined {
  const plain = plainLiteral(state.ctx, expr);
  if (typeof plain === "string") return plain;
  const made = expr.kind === "Call" ? meshLiteral(state, expr) : undefined;
  if (made === undefined) fail(state, relaxCodes.badMesh({ at: at(state, expr) }));
  return made;
}

function meshLiteral(state: FunctionState, expr: A.Call): DeviceMesh | undefined {
  const name = constructorName(state.ctx, expr.func);
  if (name !== "device_mesh" && name !== "dist.device_mesh") return undefined;
  const [shapeText, idsText] = expr.args.map((a) => a.value);
  if (shapeText === undefined || idsText === undefined || expr.args.length !== 2) return undefined;
  const shape = integers(state, shapeText);
  const isRange = idsText.kind === "Call" && constructorName(state.ctx, idsText.func) === "Range";
  const ids = isRange ? rangeBounds(state, idsText as A.Call) : integers(state, idsText);
  if (shape === undefined || ids === undefined) return undefined;
  return { kind: "ir.DeviceMesh", shape, ids, isRange, span: at(state, expr) };
}

function rangeBounds(state: FunctionState, expr: A.Call): number[] | undefined {
  const bounds = expr.args.map((a) => plainLiteral(state.ctx, a.value));
  return bounds.length === 2 && bounds.every((b) => typeof b === "number")
    ? (bounds as number[])
    : undefined;
}

function integers(state: FunctionState, expr: A.Expr): number[] | undefined {
  const value = plainLiteral(state.ctx, expr);
  return Array.isArray(value) && value.every((v) => typeof v === "number")
    ? (value as number[])
    : undefined;
}

/** `"S[0], R"`; spaces are not significant. Undefined when it is none (reported). */
export function placementOf(state: FunctionState, expr: A.Expr): string | undefined {
  const value = plainLiteral(state.ctx, expr);
  const text = typeof value === "string" ? value.replace(/\s+/g, "") : "…";
  if (text === "" || /^(?:S\[\d+\]|R)(?:,(?:S\[\d+\]|R))*$/.test(text))
    return text.replaceAll(",", ", ");
  fail(state, relaxCodes.badPlacement({ at: at(state, expr), text }));
  return undefined;
}
