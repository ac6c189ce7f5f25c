import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * Imports go one way (see README, «Layout»): what each folder may import of ours beside itself. Tests and benchmarks may
 * import everything, and nothing imports them.
 */
const mayImport = {
  // Leaves: data and words that several know.
  catalogue: [],
  connections: [],
  components: ["catalogue", "connections"],
  programs: ["components", "catalogue"],
  // By the guard's rules it finds again what an operation that died has made; the guard itself it is handed.
  driver: ["programs", "catalogue", "connections", "guard/recognition", "guard/exchange.ts"],
  oauth: ["connections"],
  guard: ["connections"],
  review: [],
  service: ["driver", "review", "oauth", "guard", "catalogue", "connections"],
  // The sandbox is a cloud and knows nothing of what is deployed to it; the engine is replaced by the official one.
  sandbox: [],
  engine: [],
  cli: ["driver", "review", "oauth", "guard", "catalogue", "connections", "sandbox", "engine"],
};

/** The same within components: a cloud stands on hosts, hosts on dynamic resources, these on what is done on a machine. */
const layers = ["remote", "dynamic", "host", "digitalocean"];

const folders = [...Object.keys(mayImport), "bench", "test"];
const zones = [
  ...Object.entries(mayImport).flatMap(([target, allowed]) =>
    folders
      .filter((folder) => folder !== target && !allowed.includes(folder))
      .map((folder) => ({
        target: `./${target}`,
        from: `./${folder}`,
        // A part of a folder: `guard/recognition`.
        except: allowed.filter((one) => one.startsWith(`${folder}/`)).map((one) => one.replace(folder, ".")),
        message: `${target} imports ${allowed.length === 0 ? "nothing else of ours" : `only ${allowed.join(", ")}`}`,
      })),
  ),
  ...layers.slice(0, -1).map((target, index) => ({
    target: `./components/${target}`,
    from: layers.slice(index + 1).map((layer) => `./components/${layer}`),
    message: `within components, imports go from ${layers.toReversed().join(" to ")}`,
  })),
];

export default tseslint.config(
  // The last one's dependencies are brought for the tests only; its own compiler looks at it there (see its tsconfig.json).
  { ignores: ["dist/", ".deploy4me/", "node_modules/", "coverage/", "test/strangers/typescript/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    // Without a resolver that knows .ts, no import leads anywhere and the rule below is never broken.
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".json"] })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
  {
    // What ships works where only the dependencies are installed.
    files: Object.keys(mayImport).map((folder) => `${folder}/**/*.ts`),
    rules: { "import-x/no-extraneous-dependencies": ["error", { devDependencies: false }] },
  },
);
