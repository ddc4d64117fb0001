/**
 * An esbuild plugin for modules that are loaded lazily but nearly always with one another, as the parts of a compiler
 * are: they become one chunk. Each file that is loaded costs more at start-up than the code in it.
 */
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";

const NAME = "load-together";

/**
 * The plugin for a bundle with these options; `groupOf` gives the name of the group that a path below the root goes
 * with, if any. Each group becomes one chunk.
 */
export async function loadTogether(options, groupOf) {
  const { metafile } = await build({ ...options, write: false, metafile: true });
  const lazy = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ kind, external }) => kind === "dynamic-import" && !external)
    .map(({ path }) => path);
  const groups = new Map();
  for (const path of [...new Set(lazy)].sort()) {
    const group = groupOf(path);
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), path]);
  }
  for (const paths of groups.values()) refuseClashes(metafile, paths);
  return {
    name: NAME,
    setup(bundle) {
      bundle.onResolve({ filter: /^\./ }, ({ kind, importer, path }) => {
        if (kind !== "dynamic-import") return undefined;
        const found = relative(resolve("."), join(dirname(importer), path)).replace(/\.js$/, ".ts");
        const group = groupOf(found);
        return groups.get(group)?.includes(found)
          ? { path: `${NAME}-${group}`, namespace: NAME, pluginData: group }
          : undefined;
      });
      bundle.onLoad({ filter: /.*/, namespace: NAME }, ({ pluginData: group }) => ({
        contents: groups
          .get(group)
          .map((path) => `export * from ${JSON.stringify(`./${path}`)};`)
          .join("\n"),
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
