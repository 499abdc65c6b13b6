// Makes jssip.min.js and LICENSE.txt of the packages that are pinned beside it:
// npm ci && npm run bundle. JsSIP's npm package holds no bundle since 3.10, so
// this makes one with the options that its own build script uses.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const manifest = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
const { version, homepage, license } = manifest("jssip");

const result = await build({
  entryPoints: ["node_modules/jssip/lib/JsSIP.js"],
  outfile: "jssip.min.js",
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  globalName: "JsSIP",
  platform: "browser",
  target: ["es2015"],
  supported: { "template-literal": false },
  banner: { js: `/*! JsSIP ${version}, ${homepage}, licence ${license}: see LICENSE.txt beside this file */` },
});

// Every package that went in, with its licence.
const inside = new Set(Object.keys(result.metafile.inputs).map((path) => path.split("/")[1]));
const licences = [...inside].sort().map((name) => {
  const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry));
  const text = readFileSync(`node_modules/${name}/${file}`, "utf8").replace(/\r/g, "").replace(/[ \t]+$/gm, "").trim();
  return `${name} ${manifest(name).version}\n\n${text}\n`;
});
writeFileSync("LICENSE.txt", "jssip.min.js contains these packages.\n\n" + licences.join(`\n${"-".repeat(78)}\n\n`));
