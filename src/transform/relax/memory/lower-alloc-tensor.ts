/** Allocations that no plan places: each gets storage of its own. */
import { dtypeValue, op, primValue, relaxCall, shapeExpr, str } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { binary, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { bytesOf, int64, uint8 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import { rewriteModule } from "../rewrite/index.js";

export const lowerAllocTensor = definePass({
  name: "lower-alloc-tensor",
  dialect: "relax",
  summary: "Gives allocations that no plan placed storage of their own.",
  from: "alloc",
  to: "planned",
  options: {},
  requires: ["call-tir-rewrite"],
  run: (module) =>
    rewriteModule(module, () => ({
      value(value, at) {
        if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return value;
        if (value.op.name !== "builtin.alloc_tensor") return value;
        const [shape, dtype, device, scope] = value.args;
        const dims =
          shape?.kind === "relax.ShapeExpr"
            ? shape.values
            : shape?.kind === "relax.Var"
              ? dimsOf(shape.sinfo)
              : undefined;
        if (dims === undefined || dtype?.kind !== "relax.DTypeValue") return value;
        const { span } = value;
        const zero = primValue(intImm(0, int64));
        const bytes = [...dims, intImm(bytesOf(dtype.value), int64)].reduce(product);
        const wanted = [shapeExpr([bytes]), device ?? zero, scope ?? str("global")];
        const storage = at.emit(
          relaxCall(op("memory.alloc_storage"), [...wanted, dtypeValue(uint8)], { span }),
          "storage",
          span,
        );
        const args = [storage, zero, shape!, dtype, device ?? zero];
        return relaxCall(op("memory.alloc_tensor"), args, { span });
      },
    })),
});

const product = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  a.kind === "tir.IntImm" && b.kind === "tir.IntImm"
    ? intImm(BigInt(a.value) * BigInt(b.value), int64)
    : binary("mul", a, b);
