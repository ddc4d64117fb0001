/** Tensor intrinsics that libraries declare with `@S.intrinsic`. */
import type { PrimFunc } from "../../ir/tir/function.js";
import { DiagnosticError, Diagnostics } from "../../support/diagnostic.js";
import { elaborate } from "../../syntax/index.js";
import type { IntrinsicDef, Library } from "../../template/template.js";
import type { TensorIntrinsic } from "../intrinsics.js";

const known = new WeakMap<IntrinsicDef, TensorIntrinsic | undefined>();

/** Finds the intrinsics of a library by the names that `tensorize` uses. */
export const intrinsicsOf =
  (library: Library) =>
  (name: string): TensorIntrinsic | undefined => {
    for (const own of library.names()) {
      const entry = library.lookup(own);
      if (entry?.kind !== "intrinsic" || entry.intrinsic.name !== name) continue;
      const { intrinsic } = entry;
      if (!known.has(intrinsic)) known.set(intrinsic, read(intrinsic));
      return known.get(intrinsic);
    }
    return undefined;
  };

/** The functions `desc` and `impl` of the class. */
function read({ def, source }: IntrinsicDef): TensorIntrinsic | undefined {
  const found = new Diagnostics();
  const { body } = def.body;
  const module = elaborate({ kind: "File", start: def.start, end: def.end, body }, source, found);
  const error = found.all.find((d) => d.severity === "error");
  if (error !== undefined) throw new DiagnosticError(error);
  const [desc, impl] = ["desc", "impl"].map((name) => module.functions.get(name));
  const isFunc = (f: typeof desc): f is PrimFunc => f?.kind === "tir.PrimFunc";
  return isFunc(desc) && isFunc(impl) ? { desc, impl } : undefined;
}
