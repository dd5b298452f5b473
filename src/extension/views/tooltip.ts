import * as vscode from 'vscode';
import { plainText } from '../ui/plain-text.ts';

/**
 * A tooltip of a title, a text and facts. All of it may come from strangers: it is appended as text, which escapes
 * Markdown, and neither HTML, icons nor command links are switched on.
 */
export function tooltip(
  title: string,
  text: string,
  details: readonly (readonly [name: string, value: string | undefined])[],
): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('', false);
  markdown.appendMarkdown('**');
  appendPlain(markdown, title);
  markdown.appendMarkdown('**\n\n');
  if (text !== '') {
    appendPlain(markdown, text, 600);
    markdown.appendMarkdown('\n\n');
  }
  for (const [name, value] of details) {
    if (value === undefined || value === '') continue;
    markdown.appendMarkdown('- ');
    appendPlain(markdown, `${name}: ${value}`);
    markdown.appendMarkdown('\n');
  }
  return markdown;
}

function appendPlain(markdown: vscode.MarkdownString, text: string, max = 300): void {
  // appendText keeps the spaces of the text by entities; addresses in it must not become links.
  markdown.appendText(plainText(text, max).replaceAll('://', ':\u200b//').replaceAll(/www\./gi, '$&\u200b'));
}
