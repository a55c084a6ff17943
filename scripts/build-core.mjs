/** @file Compiles the training kernels (AssemblyScript) to two wasm files, plain SIMD and relaxed SIMD with fused multiply-add. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = 'src/lib/engine/simd/assembly';
const target = 'src/lib/engine/simd/generated';
const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory'];
const variants = { core: ['simd'], 'core-relaxed': ['simd', 'relaxed-simd'] };

/** Hash of everything the output depends on: kernels, this script, the compiler's version. */
function inputHash() {
  const hash = createHash('sha256');
  for (const name of readdirSync(root + source)
    .filter((file) => file.endsWith('.ts'))
    .sort()) {
    hash.update(name).update(readFileSync(`${root}${source}/${name}`));
  }
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(`${root}node_modules/assemblyscript/package.json`));
  return hash.digest('hex');
}

/** Builds what is out of date; returns whether it compiled and the first 8 hex digits of each file's SHA-256. */
export async function buildCore() {
  const stamp = `${root}${target}/stamp`;
  const inputs = inputHash();
  const files = Object.keys(variants).map((name) => `${root}${target}/${name}.wasm`);
  const fresh = [...files, stamp].every((file) => existsSync(file)) && readFileSync(stamp, 'utf8') === inputs;
  if (!fresh) {
    mkdirSync(root + target, { recursive: true });
    for (const [name, features] of Object.entries(variants)) {
      const enable = features.flatMap((feature) => ['--enable', feature]);
      const out = `${target}/${name}.${randomUUID()}.wasm`;
      const args = [`${source}/index.ts`, '-o', out, '--baseDir', root, ...options, ...enable];
      const { error, stderr } = await asc.main(args);
      if (error) throw new Error(`kernels must compile: ${error.message}\n${stderr.toString()}`);
      // Renamed when whole: a second build or a reader beside this one never sees half a file.
      renameSync(root + out, `${root}${target}/${name}.wasm`);
    }
    writeFileSync(stamp, inputs);
  }
  const hashes = files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8));
  return { compiled: !fresh, plain: hashes[0], relaxed: hashes[1] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { compiled, plain, relaxed } = await buildCore();
  console.log(`core ${compiled ? 'compiled' : 'up to date'}: plain ${plain}, relaxed ${relaxed}`);
}
