/** What the command's exit codes mean; `relaxc help exit-codes` and the reference page are made from this. */
export const EXIT_CODES = {
  ok: [0, "success"],
  findings: [
    1,
    "findings: errors in a program, differences under --check, values beyond the tolerance",
  ],
  usage: [2, "wrong use or configuration"],
  io: [3, "a file cannot be read or written, or a tool is missing"],
  limit: [4, "a limit of resources or time was reached; what there is so far is usable"],
  internal: [70, "internal error of relaxc"],
  interrupted: [130, "interrupted; state is saved"],
} as const satisfies Record<string, readonly [number, string]>;

export type Exit = keyof typeof EXIT_CODES;

export const exitCode = (exit: Exit): number => EXIT_CODES[exit][0];

/** The graver of two: an internal error wins over wrong use, that over findings. */
export const worse = (a: Exit, b: Exit): Exit => (exitCode(a) >= exitCode(b) ? a : b);
