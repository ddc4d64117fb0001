import { lookupOp } from "../../../op/registry.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { opName } from "../algebra/rewrite-calls.js";
import { isSettled, mapFunctions } from "../rewrite/index.js";
import { fromLetters } from "./layout.js";
import { inChosenLayouts, layoutAttrs } from "./choose-layouts.js";

const NAME = "convert-layout";

/** Layouts asked for, by operator: data, weights, result. */
type Desired = ReadonlyMap<string, readonly string[]>;

/**
 * Precondition: none. Result: in dataflow blocks, the operators asked for work in the layouts asked for, and what
 * follows them in the same layout as far as it can; changes of layout stand where layouts meet. An operator stays as it
 * is where its blocks are not proved to divide its lengths. Sound because each rule moves the same elements.
 */
export const convertLayout = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Lets convolutions and what follows them work in another layout.",
  options: {
    desired: option.json({
      default: {},
      help: 'Layouts of data, weights and, where it differs, the result, by operator, e.g. `{"nn.conv2d": ["NHWC", "OHWI"]}`.',
    }),
  },
  run(module, { desired }, ctx) {
    const wanted = readDesired(desired, ctx);
    if (wanted === undefined || wanted.size === 0) return module;
    return mapFunctions(module, (func, name) =>
      isSettled(func)
        ? func
        : inChosenLayouts(module, name, func, (call) => {
            const layouts = wanted.get(opName(call) ?? "");
            return layouts && { layouts };
          }),
    );
  },
});

/** The layouts that an option asks for; a mistake is reported. */
function readDesired(raw: unknown, ctx: PassContext): Desired | undefined {
  const wrong = (where: string, found: unknown, expected: string): undefined => {
    const shown = JSON.stringify(found) ?? "nothing";
    ctx.report(codes.badOption({ pass: NAME, option: where, found: shown, expected }));
    return undefined;
  };
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    return wrong("desired", raw, "lists of layouts by operator");
  const wanted = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(raw)) {
    const name = key.replace(/^(relax|R)\./, "");
    const keys = layoutAttrs(name);
    if (keys === undefined)
      return wrong(`desired.${key}`, value, "for an operator with a layout, e.g. `nn.conv2d`");
    const list: unknown = typeof value === "string" ? [value] : value;
    const least = keys.includes("kernel_layout") ? 2 : 1;
    const isList =
      Array.isArray(list) &&
      list.length >= least &&
      list.length <= keys.length &&
      list.every((text, i) => isLayout(text, name, keys[i]!));
    if (!isList) return wrong(`desired.${key}`, value, `layouts for ${keys.join(", ")}, e.g. ${sample(name, keys)}`); // prettier-ignore
    wanted.set(name, list as readonly string[]);
  }
  return wanted;
}

const defaultOf = (op: string, key: string): string => {
  const find = (name: string): unknown => lookupOp(op)?.params.find((p) => p.name === name)?.default; // prettier-ignore
  return String(find(key) ?? find("data_layout") ?? find("layout"));
};

const isLayout = (text: unknown, op: string, key: string): boolean =>
  typeof text === "string" && fromLetters(text, defaultOf(op, key)) !== undefined;

const sample = (op: string, keys: readonly string[]): string =>
  `["${keys
    .filter((key) => key !== "out_layout")
    .map((key) => defaultOf(op, key))
    .join('", "')}"]`;
