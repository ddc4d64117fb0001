/** String literals. */

/** The text in quotes, as C reads it in any character set. */
export function stringLiteral(text: string): string {
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    const c = String.fromCharCode(byte);
    if (c === "\\" || c === '"') out += `\\${c}`;
    else if (byte === 10) out += "\\n";
    else if (byte < 32 || byte > 126 || c === "?") out += `\\${byte.toString(8).padStart(3, "0")}`;
    else out += c;
  }
  return `"${out}"`;
}
