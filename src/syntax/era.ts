/** Which spelling of TVMScript a text uses. */

/** 2022: before struct info; 2023: `R.Tensor`, `T.block` (until 2025); 2026: `T.sblock`, `T.let`, `s_tir`. */
export type Era = "2022" | "2023" | "2026";

const NEW = [
  ".sblock",
  "s_tir",
  ".let[",
  ": T.let",
  ".bind(",
  "out_ty=",
  "ty_args=",
  "tirx",
  "R.Any",
];
const OLDEST = [
  ".match_shape(",
  'call_packed("vm.builtin',
  "type_args=",
  "relax.dataflow",
  "attrs_type_key",
];
const OLD = [
  ".block(", ".block_attr(", ".allocate(", ".LetStmt(", "out_sinfo", "sinfo_args", ".Buffer[",
  ".var(\"", "tir_vars", "T.Ptr[",
]; // prettier-ignore

/** Era that a text gives evidence of; undefined without evidence. What is new weighs more than what is old. */
export function eraOf(text: string): Era | undefined {
  for (const mark of NEW) if (text.includes(mark)) return "2026";
  for (const mark of OLDEST) if (text.includes(mark)) return "2022";
  for (const mark of OLD) if (text.includes(mark)) return "2023";
  return undefined;
}
