// Fails where this Node.js is older than the packages ask for.

import { readFileSync } from "node:fs";

const { engines } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const least = engines.node.match(/\d+/g).map(Number);
const own = process.versions.node.split(".").map(Number);
process.exit(own[0] > least[0] || (own[0] === least[0] && own[1] >= least[1]) ? 0 : 1);
