/** Constants of a program in the memory of the device. */
import type { Constant } from "../../artefact/index.js";
import { dtype } from "../../support/dtype.js";
import { floatValue, intValue, shapeValue, stringValue } from "../../support/value.js";
import { bytesOfTensor, newTensor, type VmContext } from "./context.js";
import type { VmValue } from "./value.js";

export function loadConstant(vm: VmContext, c: Constant): VmValue {
  switch (c.kind) {
    case "tensor": {
      const t = newTensor(vm, c.data.dtype, c.data.shape);
      bytesOfTensor(vm, t).set(c.data.bytes);
      return t;
    }
    case "shape":
      return shapeValue(c.dims);
    case "int":
      return intValue(c.value, dtype(c.dtype));
    case "float":
      return floatValue(c.value, dtype(c.dtype));
    case "string":
      return stringValue(c.value);
    case "dtype":
      return { kind: "dtype", value: dtype(c.value) };
  }
}
