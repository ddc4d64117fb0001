/** Sets of elements that have short names: `C.rect`, `C.row`, `C.col`, `C.all`. */

interface Grid {
  readonly rows: number;
  readonly cols: number;
}

/** How many numbers each takes. */
export const ELEMENT_SETS: Readonly<Record<string, number>> = { all: 0, row: 1, col: 1, rect: 4 };

/** The elements of rows `top … bottom - 1` and columns `left … right - 1`; those outside the grid are undefined. */
export function elementsOf(
  name: string,
  numbers: readonly number[],
  { rows, cols }: Grid,
): readonly number[] | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = numbers;
  const [top, left, bottom, right] =
    name === "all"
      ? [0, 0, rows, cols]
      : name === "row"
        ? [a, 0, a + 1, cols]
        : name === "col"
          ? [0, a, rows, a + 1]
          : [a, b, c, d];
  if (top < 0 || left < 0 || bottom > rows || right > cols || top >= bottom || left >= right)
    return undefined;
  const found: number[] = [];
  for (let r = top; r < bottom; r++) for (let k = left; k < right; k++) found.push(r * cols + k);
  return found;
}

/** The shortest name of a set of elements; its numbers when it has none. */
export function elementSetText(elements: readonly number[], grid: Grid): string {
  const { rows, cols } = grid;
  const first = elements[0] ?? 0;
  const last = elements.at(-1) ?? 0;
  const [top, left] = [Math.floor(first / cols), first % cols];
  const [bottom, right] = [Math.floor(last / cols) + 1, (last % cols) + 1];
  const candidates: [string, number[]][] = [
    ["all", []],
    ["row", [top]],
    ["col", [left]],
    ["rect", [top, left, bottom, right]],
  ];
  if (elements.length > 1 || rows * cols === 1)
    for (const [name, numbers] of candidates)
      if (String(elementsOf(name, numbers, grid)) === String(elements))
        return `C.${name}(${numbers.join(", ")})`;
  return `[${elements.join(", ")}]`;
}
