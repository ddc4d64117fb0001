/**
 * An esbuild plugin for modules that are loaded lazily but nearly always with one another, as the parts of a compiler
 * are: they become one chunk. Each file that is loaded costs more at start-up than the code in it.
 */
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";

const NAME = "load-together";

/** The plugin for a bundle with these options; `matches` says of a path below the root whether it goes with the others. */
export async function loadTogether(options, matches) {
  const { metafile } = await build({ ...options, write: false, metafile: true });
  const lazy = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ kind, path, external }) => kind === "dynamic-import" && !external && matches(path));
  const paths = [...new Set(lazy.map(({ path }) => path))].sort();
  refuseClashes(metafile, paths);
  const contents = paths.map((path) => `export * from ${JSON.stringify(`./${path}`)};`).join("\n");
  return {
    name: NAME,
    setup(bundle) {
      bundle.onResolve({ filter: /^\./ }, ({ kind, importer, path }) => {
        if (kind !== "dynamic-import") return undefined;
        const found = relative(resolve("."), join(dirname(importer), path)).replace(/\.js$/, ".ts");
        return paths.includes(found) ? { path: NAME, namespace: NAME } : undefined;
      });
      bundle.onLoad({ filter: /.*/, namespace: NAME }, () => ({
        contents,
        resolveDir: resolve("."),
      }));
    },
  };
}

/** One name must not mean two things: `export *` would leave it out. */
function refuseClashes({ outputs }, paths) {
  const owners = new Map();
  for (const { entryPoint, exports } of Object.values(outputs)) {
    if (entryPoint === undefined || !paths.includes(entryPoint)) continue;
    for (const name of exports) {
      const owner = owners.get(name);
      if (owner !== undefined)
        throw new Error(`${owner} and ${entryPoint} are loaded together and both export ${name}`);
      owners.set(name, entryPoint);
    }
  }
}
