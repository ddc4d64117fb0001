/** Programs as text, one line a word; `read-program-text.ts` reads it back. */
import { idleWord } from "./encode-word.js";
import { sourceText } from "./layout.js";
import type { KernelProgram, Setting, Word, WordOrigin } from "./program.js";

/** A number, or `$` and the position of a launch number. */
const settingText = (s: Setting): string =>
  s.kind === "literal" ? String(s.value) : `$${s.index}`;

export function programText(program: KernelProgram): string {
  const { name, ii, stages, tail, liveins, loops, streams, words, constants } = program;
  const { origins } = program;
  const file = origins === undefined ? "" : ` file=${JSON.stringify(origins.file)}`;
  const lines = [`kernel ${JSON.stringify(name)} interval=${ii} stages=${stages} tail=${tail}${file}`]; // prettier-ignore
  const originOf = new Map(origins?.words.map((w) => [`${w.element} ${w.slot}`, w]));
  for (const livein of liveins) lines.push(`launch ${JSON.stringify(livein)}`);
  for (const extent of loops) lines.push(`loop ${settingText(extent)}`);
  for (const { stream, base, dims, bytes, signed } of streams) {
    const counters = dims.map((d) => ` ${settingText(d.extent)}:${settingText(d.stride)}`).join("");
    const type = `${signed ? "int" : "uint"}${8 * bytes}`;
    lines.push(`stream ${stream} ${type} base=${settingText(base)}${counters}`);
  }
  words.forEach((slots, p) => {
    const own = slots.flatMap((word, slot) => {
      const text = wordText(word);
      const origin = originOf.get(`${p} ${slot}`);
      return text === "NOP" && origin === undefined
        ? []
        : [`  ${slot} ${text}${originFields(origin)}`];
    });
    if (own.length === 0 && constants[p]!.length === 0) return;
    lines.push(`element ${p}`);
    if (constants[p]!.length > 0) lines.push(`  constants ${constants[p]!.map(settingText).join(" ")}`); // prettier-ignore
    lines.push(...own);
  });
  return `${lines.join("\n")}\n`;
}

const originFields = (origin: WordOrigin | undefined): string =>
  origin === undefined
    ? ""
    : ` node=${origin.node}${origin.line === undefined ? "" : ` line=${origin.line}`}`;

/** Operation, operands, then what is not as in an idle word. */
export function wordText(word: Word): string {
  const { op, operands, negate, initial, immediate, stage, save, drives, takes } = word;
  const given = operands.map(sourceText);
  while (given.at(-1) === "-") given.pop();
  const idle = idleWord(0);
  return [
    op,
    ...given,
    negate !== idle.negate ? "negate" : "",
    immediate !== idle.immediate ? `i=${immediate}` : "",
    stage !== idle.stage ? `stage=${stage}` : "",
    initial === undefined ? "" : `initial=${"abc"[initial.position]}:${initial.level}:${sourceText(initial.value)}`, // prettier-ignore
    save === undefined ? "" : `save=r${save}`,
    ...takes.map((t) => `take=l${t.link}:r${t.register}`),
    ...drives.map((s, link) => (s.kind === "none" ? "" : `drive=${link}:${sourceText(s)}`)),
  ]
    .filter((part) => part !== "")
    .join(" ");
}
