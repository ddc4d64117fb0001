/** Pictures by the ending of the file they go to. */
import type { ArenaView } from "./arena-view.js";
import { renderHtml } from "./html.js";
import { renderSvg } from "./svg.js";

/** The text of a picture: a page, or one drawing of the largest arena; none for other endings. */
export function renderPicture(
  file: string,
  title: string,
  views: readonly ArenaView[],
): string | undefined {
  if (file.endsWith(".html")) return renderHtml(title, views);
  if (!file.endsWith(".svg")) return undefined;
  const [largest] = [...views].sort((a, b) => b.peak - a.peak);
  return renderSvg(largest ?? { title, buffers: [], peak: 0, lowerBound: 0, steps: [] });
}
