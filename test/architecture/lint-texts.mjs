// Lints texts as if they stood in files of this project: JSON in ({ file, text }[]), the messages of each out.
// The rules that ask the compiler for types are off: for the few lines given they would have it read the whole project.
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { disableTypeChecked } = tseslint.configs;
const untyped = { files: ["**/*.ts"], ...disableTypeChecked };
const eslint = new ESLint({ cwd: process.argv[2], overrideConfig: [untyped] });
const answers = [];
for (const { file, text } of JSON.parse(Buffer.concat(chunks).toString())) {
  const [result] = await eslint.lintText(text, { filePath: file });
  answers.push(result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}
process.stdout.write(JSON.stringify(answers));
