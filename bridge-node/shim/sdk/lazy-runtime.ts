// Modules that are loaded when they are first used.

export { createLazyRuntimeMethod, createLazyRuntimeModule, createLazyRuntimeNamedExport, createLazyRuntimeSurface } from '../lib/lazy.js';
