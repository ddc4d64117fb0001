/** Colours: whether to use them, and which. */
import type { Host, TextOutput } from "../support/host.js";
import { noColors, type Palette } from "../support/render.js";

/** The palette for an output; colours are loaded only when they are used. */
export async function paletteFor(
  host: Host,
  output: TextOutput,
  choice: "auto" | "always" | "never",
): Promise<Palette> {
  if (!wantsColor(host, output, choice)) return noColors;
  const { default: pico } = await import("picocolors");
  const c = pico.createColors(true);
  return {
    error: c.red,
    warning: c.yellow,
    note: c.blue,
    bold: c.bold,
    frame: c.cyan,
    secondary: c.blue,
  };
}

function wantsColor(
  { env }: Host,
  output: TextOutput,
  choice: "auto" | "always" | "never",
): boolean {
  if (choice !== "auto") return choice === "always";
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  return output.isTerminal && env["TERM"] !== "dumb";
}
