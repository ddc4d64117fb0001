/** Values of the flags that say how a program is read. */
import type { AttrValue } from "../ir/core/node.js";
import { floatImm } from "../ir/tir/expr.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { float64 } from "../support/dtype.js";
import { NAME } from "../support/identifier.js";
import { negInt, parseIntText } from "../support/int.js";
import type { ElaborateOptions } from "../syntax/index.js";
import { codes } from "./codes.js";
import type { programFlags } from "./common-flags.js";
import type { Flags } from "./flags.js";

/** What elaboration takes from the command line. */
export function elaborateOptions(flags: Flags<typeof programFlags>): ElaborateOptions {
  const defines = new Map(flags.define.map(readDefine));
  return {
    ...(defines.size === 0 ? {} : { defines }),
    ...(flags.era === undefined ? {} : { era: flags.era }),
  };
}

const DEFINE = new RegExp(`^(${NAME})=(.*)$`, "su");

/** `N=512`: a whole number, a number, True or False, or a text. */
function readDefine(word: string): readonly [string, AttrValue] {
  const match = DEFINE.exec(word);
  if (match === null) throw new DiagnosticError(codes.badDefine({ word }));
  const [, name, text] = match as unknown as [string, string, string];
  return [name, valueOf(text)];
}

function valueOf(text: string): AttrValue {
  if (/^-?(\d[\d_]*|0x[\da-f_]+)$/i.test(text)) {
    return text.startsWith("-") ? negInt(parseIntText(text.slice(1))) : parseIntText(text);
  }
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const number = Number(text);
  if (text.trim() !== "" && !Number.isNaN(number)) return floatImm(number, float64);
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
