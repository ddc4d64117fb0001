/** Comparisons by the sign that says them. */

export type OrderSign = "<" | "<=" | ">" | ">=";

/** Whether two numbers or two texts stand in an order. */
export function isOrdered<T extends number | bigint | string>(
  sign: OrderSign,
  x: T,
  y: T,
): boolean {
  switch (sign) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
  }
}

export const isOrderSign = (sign: string): sign is OrderSign =>
  sign === "<" || sign === "<=" || sign === ">" || sign === ">=";
