/**
 * A DOM element in functions that run inside the page. The project compiles without the browser's types, which would
 * also offer `window` and `fetch` to code that runs in Node.
 */
export interface PageElement {
  readonly className: string;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}
