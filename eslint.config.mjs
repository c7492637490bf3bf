import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-implicit-coercion": ["error", { allow: ["!!", "+"] }],
      "no-self-compare": "error",
      "no-unmodified-loop-condition": "error",
      "array-callback-return": "error",
    },
  },
  { files: ["static/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
];
