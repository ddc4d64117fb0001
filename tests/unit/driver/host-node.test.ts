import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nodeHost } from "../../../src/driver/host-node.js";
import { HostError, readText, writeText } from "../../../src/support/host.js";

const host = suite("driver: the Node host");
const node = nodeHost();
let folder = "";
host.before.each(() => void (folder = mkdtempSync(join(tmpdir(), "relaxc-host-"))));
host.after.each(() => rmSync(folder, { recursive: true, force: true }));

async function failure(action: () => Promise<unknown>): Promise<HostError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

host("a write replaces the file whole, keeps its mode, and leaves nothing beside it", async () => {
  const path = join(folder, "a.relax");
  writeFileSync(path, "a much longer text than the next", { mode: 0o640 });
  await writeText(node, path, "new");
  assert.is(readFileSync(path, "utf8"), "new");
  assert.is(statSync(path).mode & 0o777, 0o640);
  assert.equal(readdirSync(folder), ["a.relax"]);
});

host("a write that fails says why and leaves nothing behind", async () => {
  mkdirSync(join(folder, "sub"));
  const missing = await failure(() => writeText(node, join(folder, "no", "a.txt"), "x"));
  assert.is(missing.reason, "there is no such file or folder");
  const isFolder = await failure(() => writeText(node, join(folder, "sub"), "x"));
  assert.is(isFolder.reason, "is a folder, not a file");
  assert.equal(readdirSync(folder), ["sub"]);
});

host("folders are made with those around them, once, and not where there can be none", async () => {
  const deep = join(folder, "a", "b", "c");
  await Promise.all([node.makeFolder(deep), node.makeFolder(deep)]);
  assert.is(await node.kindOf(deep), "folder");
  writeFileSync(join(folder, "file"), "");
  const inFile = await failure(() => node.makeFolder(join(folder, "file", "b")));
  assert.is(inFile.reason, "is a file, not a folder");
  // A system that takes no new folder says that the path is not there.
  if (existsSync("/proc/self")) await failure(() => node.makeFolder("/proc/none/b"));
});

host("what cannot be read says why", async () => {
  const missing = await failure(() => node.readBytes(join(folder, "none")));
  assert.is(missing.reason, "there is no such file or folder");
  writeFileSync(join(folder, "latin1.relax"), Uint8Array.from([0x78, 0xe9, 0x0a]));
  const odd = await failure(() => readText(node, join(folder, "latin1.relax")));
  assert.is(odd.reason, "is not UTF-8 text");
});

host("files below a folder come sorted, without hidden folders and loops", async () => {
  for (const path of [
    "b/z.relax",
    "b/a.relax",
    "a.relax",
    ".git/x.relax",
    "node_modules/y.relax",
  ]) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  symlinkSync(folder, join(folder, "b", "again"));
  const found = await node.listFiles(folder);
  assert.equal(
    found.map((path) => path.slice(folder.length + 1)),
    ["a.relax", "b/a.relax", "b/z.relax"],
  );
});

host("a path is a file, a folder, or nothing", async () => {
  writeFileSync(join(folder, "f"), "");
  assert.is(await node.kindOf(join(folder, "f")), "file");
  assert.is(await node.kindOf(folder), "folder");
  assert.is(await node.kindOf(join(folder, "none")), "none");
});

host("a folder cannot be made where a file stands", async () => {
  const path = join(folder, "taken");
  writeFileSync(path, "");
  await node.makeFolder(path).then(
    () => assert.unreachable("a file became a folder"),
    (error: unknown) => assert.match((error as HostError).message, "is a file, not a folder"),
  );
});

host("an interrupt ends work that never yields", () => {
  const before = process.listenerCount("SIGINT");
  const during = node.busy!(() => process.listenerCount("SIGINT"));
  // A listener would be called only after the work, so there is none of ours.
  assert.is(during, before - 1);
  assert.throws(() =>
    node.busy!(() => {
      throw new Error("stopped");
    }),
  );
  assert.is(process.listenerCount("SIGINT"), before);
});

host.run();
