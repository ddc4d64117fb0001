/** Struct info of a value whose inference failed. */
import type { ObjectInfo, StructInfo } from "../ir/relax/struct-info.js";

/** Reads as `R.Any`; told from it by identity, so that one mistake gives one message. */
export const errorInfo: ObjectInfo = Object.freeze({ kind: "relax.ObjectInfo" as const });
export const isErrorInfo = (info: StructInfo): boolean => info === errorInfo;
