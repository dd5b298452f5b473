/** Of Node's globals, the one that this room uses beyond those that the web has too (`src/shared/tsconfig.json`). */
declare function setImmediate(callback: () => void): unknown;
