import type { AttrValue } from "../../../ir/core/node.js";
import type { IRModule } from "../../../ir/module.js";
import { isNode } from "../../../ir/nodes.js";
import type { Call, Expr, Func, Var } from "../../../ir/relax/expr.js";
import type { StructInfo, VDevice } from "../../../ir/relax/struct-info.js";
import { makeCall } from "../../../op/make-call.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { opName } from "../algebra/rewrite-calls.js";
import {
  isExternal, makeSubstitution, mapFunctions, rewriteFunction, type Cursor,
} from "../rewrite/index.js"; // prettier-ignore
import { deviceFor, deviceText, sameDevice } from "./device.js";
import { findPlaces, type Places } from "./places.js";

/**
 * Precondition: none. Result: the types of parameters and results say on which device values are, as far as types,
 * moves and hints tell; hints are copies to another device, or nothing where the value is there already.
 */
export const realizeVDevice = definePass({
  name: "realize-vdevice",
  dialect: "relax",
  summary: "Spreads devices to all values, and turns hints into copies.",
  options: {},
  run: (module, _, ctx) =>
    mapFunctions(module, (func, name) => (isExternal(func) ? func : realized(module, name, func, ctx))), // prettier-ignore
});

function realized(module: IRModule, name: string, func: Func, ctx: PassContext): Func {
  const reported = new Set<string>();
  const hinted = (call: Call): VDevice | undefined => {
    const hint = deviceIn(call.attrs.get("dst_vdevice"));
    if (opName(call) !== "hint_on_device" || hint === undefined) return undefined;
    const found = deviceFor(module, hint, String(call.attrs.get("memory_scope") ?? "global"));
    const text = deviceText(hint);
    if (found === undefined && !reported.has(text)) {
      reported.add(text);
      ctx.report(codes.noDevice({ device: text, name, at: call.span }));
    }
    return found;
  };
  const places = findPlaces(func, hinted);
  if (reported.size > 0) return func;
  const params = func.params.map((p) => placed(p, places));
  const retSinfo = places.typeOf(func.retSinfo, func.body.body);
  const start = makeSubstitution(
    func.params.flatMap((p, i) => (params[i] === p ? [] : [[p, params[i]!] as const])),
  );
  const open = retSinfo === func.retSinfo ? func : { ...func, retSinfo };
  return rewriteFunction(
    module,
    name,
    open,
    {
      value: (value, at, { var: v }) =>
        value.kind === "relax.Call" ? moved(value, v, places, hinted, at) : value,
      cast(b, _, original) {
        const sinfo = places.typeOf(b.sinfo, original.var);
        return sinfo === b.sinfo ? b : { ...b, sinfo };
      },
    },
    { start, params },
  );
}

/** The parameter with the devices in its type. */
function placed(p: Var, places: Places): Var {
  const sinfo = p.sinfo && places.typeOf(p.sinfo, p);
  return sinfo === p.sinfo ? p : { ...p, sinfo };
}

/** A call with the devices of its results, or the copy that a hint stands for. */
function moved(
  call: Call,
  v: Var,
  places: Places,
  hinted: (call: Call) => VDevice | undefined,
  at: Cursor,
): Expr {
  const device = hinted(call);
  if (device !== undefined) {
    const [data] = call.args;
    const info = at.infer.infoOf(data!);
    if (info.kind === "relax.TensorInfo" && sameDevice(info.vdevice, device)) return data!;
    return makeCall("to_vdevice", [data!], { dst_vdevice: device });
  }
  const name = opName(call);
  if (name === undefined || !/^call_(tir|dps_packed)/.test(name)) return call;
  const given = call.sinfoArgs;
  const results = given.map((s: StructInfo, i) =>
    given.length === 1 ? places.typeOf(s, v) : places.typeOfField(s, v, i),
  );
  return results.every((r, i) => r === given[i]) ? call : { ...call, sinfoArgs: results };
}

const deviceIn = (value: AttrValue | undefined): VDevice | undefined =>
  isNode(value) && value.kind === "ir.VDevice" ? value : undefined;
