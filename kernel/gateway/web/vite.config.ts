import {defineConfig} from 'vite';

// Fixed names, no hashes: the files are known to CMake at configure time, and an ETag makes them as cheap to keep.
// The base is relative, so that the page also works behind a proxy that adds a path in front.
export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'chat/app.js',
        codeSplitting: false,
        assetFileNames: 'chat/app[extname]',
      },
    },
  },
});
