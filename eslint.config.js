import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { constantNames } from './scripts/lint/constant-names.js';
import { importWalls } from './scripts/lint/import-walls.js';

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'out', 'artifacts', '.cache', 'examples', 'test/fixtures', 'tools'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { ggen: { rules: { 'constant-names': constantNames, 'import-walls': importWalls } } },
    rules: {
      'ggen/constant-names': 'error',
      'ggen/import-walls': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // What `using` declares is used at the end of its block.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreUsingDeclarations: true }],
      // Numbers in messages read better without String() around them.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `while (true)` with a bound inside is how frames are read.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      eqeqeq: 'error',
      'object-shorthand': ['error', 'properties'],
      'no-useless-rename': 'error',
      // Above these a file or function does more than one thing.
      'max-lines': ['error', { max: 350 }],
      complexity: ['error', 14],
      'max-params': ['error', 5],
    },
  },
  {
    files: ['src/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60 }] },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      // The bundles run on Node 22.20 too, which has no class of these names.
      'no-restricted-globals': [
        'error',
        'AsyncDisposableStack',
        'DisposableStack',
        'Float16Array',
        'SuppressedError',
        'URLPattern',
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Mocha's describe and it take async callbacks; node:assert narrows through non-null expressions.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [] }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
