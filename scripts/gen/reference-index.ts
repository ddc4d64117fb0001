/** The first page of the reference: what there is. */

export function generateReferenceIndex(paths: readonly string[]): ReadonlyMap<string, string> {
  const pages = paths.filter((p) => p.startsWith("docs/reference/")).sort();
  const lines = pages.map((p) => {
    const path = p.slice("docs/reference/".length);
    return `- [${path.slice(0, -3).replace("/", ": ")}](${path})`;
  });
  const text = `# Reference\n\nMade by \`npm run gen\` from the declarations in the sources.\n\n${lines.join("\n")}\n`;
  return new Map([["docs/reference/README.md", text]]);
}
