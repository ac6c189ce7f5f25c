// What tsc made is run as it is: Jest is only told where its source map lies, so that a failure shows the line in TypeScript.
const { existsSync, readFileSync } = require("node:fs");

module.exports = {
  process(code, file) {
    const map = `${file}.map`;
    return existsSync(map) ? { code, map: readFileSync(map, "utf8") } : { code };
  },
};
