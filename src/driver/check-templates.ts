/** Mistakes in the text of libraries, found without any program. */
import { checkSchedules } from "../schedule/script/check.js";
import type { Diagnostic } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { checkLibrary } from "../template/library/check.js";
import { makeLibrary, type LibraryContext } from "../template/library/library.js";
import { stdlibFiles } from "../template/library/stdlib.gen.js";
import { preludeOf, standardLibrary } from "../template/library/stdlib.js";
import type { Template } from "../template/template.js";
import { libraryName } from "./libraries.js";

/**
 * What is wrong with the templates and schedules of a text. A text that also holds functions of
 * a program is `isMixed`.
 */
export function checkTemplates(
  source: Source,
  { isMixed = false }: { readonly isMixed?: boolean } = {},
): readonly Diagnostic[] {
  const stdlib = standardLibrary();
  const isOwn = source.name.split(/[\\/]/).slice(-3, -1).includes("stdlib");
  const others = isOwn ? stdlibFiles.filter(({ name }) => !source.name.endsWith(name)) : [];
  const context: LibraryContext = {
    prelude: isOwn ? undefined : preludeOf(stdlib),
    imports: (name) => (name === "stdlib" ? stdlib : undefined),
    isMixed,
  };
  const library = makeLibrary(libraryName(source.name), [source, ...others], context);
  const templateNamed = (name: string): Template | undefined =>
    [library, stdlib].map((l) => l.lookup(name)).find((e) => e?.kind === "template")?.template;
  const found = [...checkLibrary(library), ...checkSchedules(library, templateNamed)];
  return found
    .filter(({ span }) => span === undefined || span.source === source)
    .sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
}
