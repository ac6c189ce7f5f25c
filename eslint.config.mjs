import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** One direction of imports (see README, «Layout»): who may not import whom. */
const zones = [
  { target: "./components", from: ["./programs", "./driver", "./service", "./cli", "./sandbox", "./engine", "./test"] },
  { target: "./catalogue", from: ["./programs", "./driver", "./service", "./cli", "./sandbox", "./engine", "./test"] },
  { target: "./components/remote", from: ["./components/dynamic", "./components/digitalocean", "./components/host"] },
  { target: "./components/dynamic", from: ["./components/digitalocean", "./components/host"] },
  { target: "./components/host", from: ["./components/digitalocean"] },
  { target: "./programs", from: ["./cli", "./sandbox", "./engine", "./test"] },
  {
    target: "./sandbox",
    from: ["./components", "./catalogue", "./programs", "./cli", "./engine", "./test"],
    message: "the sandbox is a cloud: it knows nothing of what is deployed to it",
  },
  {
    target: "./engine",
    from: ["./components", "./catalogue", "./programs", "./cli", "./sandbox", "./test"],
    message: "the engine is replaced by the official one: it knows nothing of ours",
  },
];

export default tseslint.config(
  { ignores: ["dist/", ".deploy4me/", "node_modules/", "coverage/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
);
