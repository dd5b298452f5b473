import * as vscode from 'vscode';
import { plainText } from '../ui/plain-text.ts';

/**
 * A tooltip with a title, a text and details. The texts may come from untrusted peers: they are appended as text, which
 * escapes Markdown, and HTML, icons and command links stay disabled.
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
  // appendText escapes Markdown but leaves URLs, which VS Code renders as links; a zero-width space breaks them.
  markdown.appendText(plainText(text, max).replaceAll('://', ':\u200b//').replaceAll(/www\./gi, '$&\u200b'));
}
