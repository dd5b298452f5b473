/** What keeps a task from starting, in one line for the user that ends in the next step. */
export class SetupError extends Error {
  name = 'SetupError';
}
