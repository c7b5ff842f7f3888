// The old root barrel for loaders that look for a folder's index.

export * from '../root.js';
