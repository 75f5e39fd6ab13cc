// Preloaded into the Node.js that jsii starts (see jsii_runtime.py). The index of the AWS
// bindings requires each of its 1,067 modules, which takes longer than the rest of a synth;
// here each is required when it is first used.
"use strict";

const { readFileSync } = require("node:fs");
const { sep } = require("node:path");
const Module = require("node:module");

const INDEX = ["@cdktf", "provider-aws", "lib", "index.js"].join(sep);
const EAGER = /^exports\.(\w+) = require\(("\.\/[\w-]+")\);$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

const loadScript = Module._extensions[".js"];

Module._extensions[".js"] = function (module, filename) {
  if (!filename.endsWith(sep + INDEX)) {
    loadScript(module, filename);
    return;
  }
  module._compile(readFileSync(filename, "utf8").replace(EAGER, LAZY), filename);
};
