import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// Every address in the page is relative, so the same build works at the root and under any path prefix.
export default defineConfig({
  base: "./",
  plugins: [svelte()],
  build: {
    outDir: "../src/taskyard/web/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
    target: "es2022",
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    license: { fileName: "licences/scripts.md" },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8000", "/openapi": "http://127.0.0.1:8000" } },
});
