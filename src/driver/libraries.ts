/** The lowering of operators for a run of the compiler: the standard library, those given, the module's own. */
import type { IRModule } from "../ir/module.js";
import type { Diagnostic } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import {
  makeLibrary,
  type LibraryContext,
  type TemplateLibrary,
} from "../template/library/library.js";
import { preludeOf, standardLibrary } from "../template/library/stdlib.js";
import { makeLowering, type TemplateLowering } from "../template/select/lowering.js";

export interface Libraries {
  readonly lowering: TemplateLowering;
  /** The libraries, preferred ones first. */
  readonly all: readonly TemplateLibrary[];
  /** Mistakes in the libraries given. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The templates and schedules that stand in a program's own text. */
export const ownLibrary = ({
  templates: text,
  templatesOrigin: origin,
}: IRModule): Source | undefined =>
  text === undefined ? undefined : { name: "the program's templates", text, origin };

/** Libraries in the order in which they are given, later ones preferred, before the standard one. */
export function loadLibraries(given: readonly Source[] = [], own?: Source): Libraries {
  const stdlib = standardLibrary();
  const byName = new Map<string, TemplateLibrary>([["stdlib", stdlib]]);
  const context: LibraryContext = {
    prelude: preludeOf(stdlib),
    imports: (name) => byName.get(name),
  };
  const libraries: TemplateLibrary[] = [stdlib];
  for (const source of given) {
    const name = libraryName(source.name);
    const library = makeLibrary(name, [source], context);
    byName.set(name, library);
    libraries.unshift(library);
  }
  const checked = libraries.filter((l) => l !== stdlib);
  // The templates of the module itself are preferred to all.
  if (own !== undefined) libraries.unshift(makeLibrary("module", [own], context));
  return {
    lowering: makeLowering(libraries),
    all: libraries,
    diagnostics: checked.flatMap((l) => l.diagnostics()),
  };
}

/** The name by which imports call a file: `my_npu` of `targets/my_npu.relax`. */
export const libraryName = (path: string): string =>
  path.replace(/^.*[\\/]/, "").replace(/\.relax$/, "");
