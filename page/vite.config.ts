import {defineConfig} from "vite";

// Where 'npm run dev' finds a running Vigia.
const agent = process.env["VIGIA"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  esbuild: {jsx: "automatic", jsxImportSource: "preact"},
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // no data: urls: the Content-Security-Policy forbids them
    modulePreload: false, // its helper is for several chunks, and there is one
    cssCodeSplit: false,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  server: {
    proxy: {
      "/api": {
        target: agent,
        changeOrigin: true,
        // The agent refuses what comes from another origin, as this server is.
        configure: (proxy) => {
          proxy.on("proxyReq", (request) => {
            for (const header of ["origin", "referer", "sec-fetch-site"]) request.removeHeader(header);
          });
        },
      },
      "/healthz": {target: agent, changeOrigin: true},
    },
  },
});
