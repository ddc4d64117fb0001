/** What a fabric did in a run, layer by layer. */
import type { Fabric } from "../../target/cgra/index.js";
import type { LayerCounters } from "../../target/cgra/host/device.js";

/** A layer with what follows from its counters. */
const figures = (fabric: Fabric, l: LayerCounters) => ({
  ...l,
  /** Operations that compute, over the slots of the cycles in which the array ran. */
  utilisation: share(l.issued - l.moves, l.arrayCycles * fabric.elements.length),
});

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** A table of the layers and their sum; or JSON. */
export function layersText(
  fabric: Fabric,
  layers: readonly LayerCounters[],
  isJson: boolean,
): string {
  const sum = (pick: (l: LayerCounters) => number): number =>
    layers.reduce((total, l) => total + pick(l), 0);
  const total: LayerCounters = {
    name: "sum",
    launches: sum((l) => l.launches),
    cycles: sum((l) => l.cycles),
    arrayCycles: sum((l) => l.arrayCycles),
    issued: sum((l) => l.issued),
    moves: sum((l) => l.moves),
    dmaBytes: sum((l) => l.dmaBytes),
    transfers: sum((l) => l.transfers),
    configured: sum((l) => l.configured),
  };
  if (isJson) {
    const all = layers.map((l) => figures(fabric, l));
    const clockMHz = fabric.clockMHz;
    return `${JSON.stringify({ schema: "cgra/1", fabric: fabric.name, clockMHz, layers: all, total: figures(fabric, total) })}\n`; // prettier-ignore
  }
  const rows = [...layers, total].map((l) => [
    l.name,
    `${l.cycles}`,
    `${l.arrayCycles}`,
    `${l.launches}`,
    `${l.dmaBytes}`,
    `${(100 * figures(fabric, l).utilisation).toFixed(1)} %`,
  ]);
  const head = ["layer", "cycles", "array", "launches", "DMA bytes", "used"];
  const table = [head, ...rows];
  const widths = head.map((_, k) => Math.max(...table.map((row) => row[k]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join("  "); // prettier-ignore
  return `${table.map(line).join("\n")}\n`;
}
