/**
 * T functions as surface trees. (The lead writes this folder: statements, expressions and functions of T. The module
 * level, `src/syntax/raise/module.ts`, `print.ts` and `index.ts` belong to the owner of the shared core.)
 */
export {};
