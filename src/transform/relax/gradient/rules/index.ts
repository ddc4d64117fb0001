/** Gradients of operators, by name. */
import { binaryGradients, unaryGradients } from "./elementwise.js";
import { manipulateGradients } from "./manipulate.js";
import { networkGradients } from "./network.js";
import { reduceGradients } from "./reduce.js";
import type { GradientRule } from "./rule.js";

/** The rule of each operator that has a gradient. */
export const gradientRules: ReadonlyMap<string, GradientRule> = new Map(
  [unaryGradients, binaryGradients, manipulateGradients, reduceGradients, networkGradients].flatMap(
    (family) => Object.entries(family),
  ),
);
