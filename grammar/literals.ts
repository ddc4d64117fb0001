/** Values of literals as written, and literals as printed. */
import type { Num } from "./ast/nodes.js";
import { parseIntText, type Int } from "../src/support/int.js";

/** Value of a number node: an integer of any size, or a float. */
export function numberValue(node: Num): { readonly int: Int } | { readonly float: number } {
  const { raw } = node;
  if (/^\d+$/.test(raw)) {
    return { int: raw.length < 16 ? Number(raw) : parseIntText(raw) };
  }
  if (/^0[xXoObB]/.test(raw) || /^[\d_]+$/.test(raw)) return { int: parseIntText(raw) };
  return { float: Number(raw.replaceAll("_", "")) };
}

const SIMPLE: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** One string literal taken apart. `badEscape` is the offset in `image` of an escape that is none. */
export interface StringParts {
  readonly value: string;
  readonly prefix?: "f" | "b";
  readonly badEscape?: number;
}

/** Decodes one string literal as written, prefix and quotes included. */
export function decodeString(image: string): StringParts {
  let at = 0;
  let raw = false;
  let prefix: "f" | "b" | undefined;
  for (; ; at++) {
    const c = image.charCodeAt(at) | 32;
    if (c === 114) raw = true;
    else if (c === 102) prefix = "f";
    else if (c === 98) prefix = "b";
    else if (c !== 117) break;
  }
  const quote = image.charAt(at);
  const width = image.length - at >= 6 && image.startsWith(quote.repeat(3), at) ? 3 : 1;
  const start = at + width;
  const body = image.slice(start, image.length - width);
  const decoded = raw || !body.includes("\\") ? { value: lineEnds(body) } : unescape(body);
  return {
    value: decoded.value,
    ...(prefix === undefined ? {} : { prefix }),
    ...(decoded.bad === undefined ? {} : { badEscape: start + decoded.bad }),
  };
}

const lineEnds = (text: string): string =>
  text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;

function unescape(body: string): { value: string; bad?: number } {
  let value = "";
  let bad: number | undefined;
  const pattern =
    /\\(?:(\r\n|[\n\r])|([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]+)\}|([\s\S]))|([^\\]+)/g;
  for (const m of body.matchAll(pattern)) {
    const [all, join, simple, octal, hex, u4, u8, named, other, plain] = m;
    if (plain !== undefined) value += lineEnds(plain);
    else if (join !== undefined) continue;
    else if (simple !== undefined) value += SIMPLE[simple]!;
    else if (octal !== undefined) value += String.fromCharCode(parseInt(octal, 8));
    else if (hex ?? u4) value += String.fromCharCode(parseInt((hex ?? u4)!, 16));
    else if (u8 !== undefined) {
      const point = parseInt(u8, 16);
      if (point <= 0x10ffff) value += String.fromCodePoint(point);
      else bad ??= m.index;
    } else if (named !== undefined) {
      const known = NAMED[named.toUpperCase()];
      if (known === undefined) bad ??= m.index;
      else value += known;
    } else {
      // An unknown escape keeps its backslash, as in Python; one that breaks off is a mistake.
      if (other === "x" || other === "u" || other === "U" || other === "N") bad ??= m.index;
      value += all;
    }
  }
  return bad === undefined ? { value } : { value, bad };
}

/** Character names that occur in practice; the full table of Unicode names is not carried. */
const NAMED: Readonly<Record<string, string>> = {
  SPACE: " ",
  NULL: "\0",
  BULLET: "•",
  "DEGREE SIGN": "°",
  "EM DASH": "—",
  "EN DASH": "–",
  "GREEK SMALL LETTER ALPHA": "α",
  "GREEK SMALL LETTER BETA": "β",
  "GREEK SMALL LETTER GAMMA": "γ",
  "GREEK SMALL LETTER DELTA": "δ",
  "GREEK SMALL LETTER LAMDA": "λ",
  "GREEK SMALL LETTER MU": "μ",
  "GREEK SMALL LETTER PI": "π",
  "GREEK SMALL LETTER SIGMA": "σ",
  "HORIZONTAL ELLIPSIS": "…",
  "LATIN SMALL LETTER SHARP S": "ß",
  "MICRO SIGN": "µ",
  "MULTIPLICATION SIGN": "×",
  "NO-BREAK SPACE": "\u00a0",
  "RIGHTWARDS ARROW": "→",
  SNOWMAN: "☃",
};

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A value as a string literal: double quotes, control characters escaped, other text as it is. */
export function stringLiteral(value: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/.test(value)) return `"${value}"`;
  let text = '"';
  for (const c of value) {
    const point = c.codePointAt(0)!;
    const known = ESCAPES[c];
    if (known !== undefined) text += known;
    else if (point < 32 || (point >= 0x7f && point < 0xa0)) text += `\\x${hex(point, 2)}`;
    else if (point === 0x2028 || point === 0x2029 || (point >= 0xd800 && point < 0xe000)) {
      text += `\\u${hex(point, 4)}`;
    } else text += c;
  }
  return `${text}"`;
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
