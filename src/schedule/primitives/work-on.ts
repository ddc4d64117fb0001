import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { noFunction } from "../no-function.js";
import { workOn } from "../state.js";

/** Result: what follows schedules another T function of the module. */
export const workOnFunction = definePrimitive({
  name: "work_on",
  summary: "Goes on with another T function of the module.",
  params: { func_name: p.string("Its name in the module.") },
  outputs: "none",
  run(state, { func_name: name }) {
    if (state.module.functions.get(name)?.kind !== "tir.PrimFunc")
      refuse(noFunction(state.module, name));
    return changed(workOn(state, name));
  },
});
