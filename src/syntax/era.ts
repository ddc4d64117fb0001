/** Which spelling of TVMScript a text uses. */

/** 2022: before struct info; 2023: `R.Tensor`, `T.block` (until 2025); 2026: `T.sblock`, `T.let`, `s_tir`. */
export type Era = "2022" | "2023" | "2026";
