// Made by `npm run gen` from the declarations below src/schedule/primitives.
import type { Primitive } from "./primitive.js";
import { getLoops } from "./primitives/get-loops.js";
import { getSblock } from "./primitives/get-sblock.js";

export const primitives: readonly Primitive[] = [
  getLoops as unknown as Primitive,
  getSblock as unknown as Primitive,
];
