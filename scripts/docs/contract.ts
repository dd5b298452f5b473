/** Reads the contract in `src/shared` as its documentation shows it, from the sources as they are written. */

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

/** A type as it is written, in one line, with the file that declares it where it is one of the contract's own. */
export interface TypeText {
  readonly text: string;
  /** Path relative to the project's folder. */
  readonly file?: string;
}

export interface CallDescription {
  readonly name: string;
  readonly description: string;
  readonly request: TypeText;
  readonly response: TypeText;
  /** Absent for a call that reports none. */
  readonly progress?: TypeText;
  /** Names, besides those that every call has. */
  readonly errors: readonly string[];
}

export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** An interface, or a group of errors. */
export interface TypeDescription {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly FieldDescription[];
}

/** The calls of one subject, and the types that only they use. */
export interface Subject {
  readonly name: string;
  readonly description: string;
  readonly calls: readonly CallDescription[];
  readonly types: readonly TypeDescription[];
}

export interface Contract {
  readonly subjects: readonly Subject[];
  readonly options: TypeDescription;
  readonly events: TypeDescription;
  /** Errors of every call. */
  readonly commonErrors: readonly string[];
  /** Every error, with its meaning. */
  readonly errors: readonly FieldDescription[];
}

const API = 'src/shared/api';
const MODEL = 'src/shared/model';
const NODE_SETTINGS = 'src/shared/settings/node-settings.ts';
const MODEL_FILES = ['node', 'peer', 'package', 'search', 'draft', 'read', 'install', 'storage', 'metrics'];

/** @param root the project's folder */
export function readContract(root: string): Contract {
  return new ContractReader(root).read();
}

class ContractReader {
  readonly #root: string;
  readonly #files = new Map<string, ts.SourceFile>();
  /** File that declares each type. */
  readonly #declaredIn = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  read(): Contract {
    for (const name of MODEL_FILES) this.#collect(`${MODEL}/${name}.ts`);
    this.#collect(NODE_SETTINGS);
    const index = this.#parse(`${API}/index.ts`);
    const calls = interfaceOf(index, 'Calls');
    const parts = (calls.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()));
    const files = importsOf(index);
    for (const part of parts) this.#collect(`${API}/${files.get(part) ?? ''}`);
    return {
      subjects: parts.map((part) => this.#subject(files.get(part) ?? '', part)),
      options: describe(interfaceOf(this.#parse(`${API}/call.ts`), 'CallOptions')),
      events: describe(interfaceOf(this.#parse('src/shared/events.ts'), 'EngineEvents')),
      commonErrors: this.#expand(ts.factory.createTypeReferenceNode('CommonError')),
      errors: this.#allErrors(),
    };
  }

  #subject(file: string, part: string): Subject {
    const source = this.#parse(`${API}/${file}`);
    const declaration = interfaceOf(source, part);
    const types = source.statements.filter(ts.isInterfaceDeclaration).filter((one) => one !== declaration);
    return {
      name: basename(file, '.ts'),
      description: commentOf(declaration),
      calls: declaration.members.filter(ts.isPropertySignature).map((member) => this.#call(member)),
      types: types.map(describe),
    };
  }

  #call(member: ts.PropertySignature): CallDescription {
    const name = member.name.getText();
    if (member.type === undefined || !ts.isTypeReferenceNode(member.type)) throw new Error(`${name} is no Call<…>`);
    const [request, response, progress, errors] = member.type.typeArguments ?? [];
    if (request === undefined || response === undefined) throw new Error(`${name} has no request or response`);
    const hasProgress = progress !== undefined && progress.kind !== ts.SyntaxKind.NeverKeyword;
    return {
      name,
      description: commentOf(member),
      request: this.#typeText(request),
      response: this.#typeText(response),
      ...(hasProgress ? { progress: this.#typeText(progress) } : {}),
      errors: errors === undefined ? [] : this.#expand(errors),
    };
  }

  /** Names that a union of literals and groups stands for, each once. */
  #expand(node: ts.TypeNode): readonly string[] {
    if (ts.isUnionTypeNode(node)) return [...new Set(node.types.flatMap((one) => this.#expand(one)))];
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) return [node.literal.text];
    if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName))
      throw new Error('An error is a literal name.');
    return this.#expand(aliasOf(this.#parse(`${API}/call-errors.ts`), node.typeName.text));
  }

  #allErrors(): readonly FieldDescription[] {
    const source = this.#parse('src/shared/errors.ts');
    const names = aliasOf(source, 'GgenErrorName');
    if (!ts.isUnionTypeNode(names)) throw new Error('GgenErrorName is a union of names.');
    return names.types.map((type) => {
      // The last name ends the statement.
      const end = source.text[type.end] === ';' ? type.end + 1 : type.end;
      const [comment] = ts.getTrailingCommentRanges(source.text, end) ?? [];
      const description = comment === undefined ? '' : source.text.slice(comment.pos + 2, comment.end).trim();
      return { name: this.#expand(type).join(), type: '', description };
    });
  }

  #typeText(node: ts.TypeNode): TypeText {
    const text = typeText(node);
    const file = this.#declaredIn.get(/^\w+/.exec(text)?.[0] ?? '');
    return file === undefined ? { text } : { text, file };
  }

  #collect(file: string): void {
    for (const statement of this.#parse(file).statements) {
      if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
        this.#declaredIn.set(statement.name.text, file);
    }
  }

  #parse(file: string): ts.SourceFile {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(this.#root, file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    this.#files.set(file, source);
    return source;
  }
}

function describe(declaration: ts.InterfaceDeclaration): TypeDescription {
  const fields = declaration.members.filter(ts.isPropertySignature).map((member) => ({
    name: `${member.name.getText()}${member.questionToken === undefined ? '' : '?'}`,
    type: member.type === undefined ? '' : typeText(member.type),
    description: commentOf(member),
  }));
  return { name: declaration.name.text, description: commentOf(declaration), fields };
}

function interfaceOf(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = source.statements.filter(ts.isInterfaceDeclaration).find((one) => one.name.text === name);
  if (found === undefined) throw new Error(`${source.fileName} has no interface ${name}`);
  return found;
}

function aliasOf(source: ts.SourceFile, name: string): ts.TypeNode {
  const found = source.statements.filter(ts.isTypeAliasDeclaration).find((one) => one.name.text === name);
  if (found === undefined) throw new Error(`${source.fileName} has no type ${name}`);
  return found.type;
}

/** File of each name that is imported from the same folder. */
function importsOf(source: ts.SourceFile): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const { name } of bindings.elements) files.set(name.text, basename(statement.moduleSpecifier.text));
  }
  return files;
}

/** A type in one line, without its comments; everything that crosses is read-only, so that is left out too. */
function typeText(node: ts.TypeNode): string {
  return node
    .getText()
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\breadonly /g, '')
    .replace(/\| undefined\b/g, '')
    .replace(/\s+/g, ' ')
    .replace(/; \}/g, ' }')
    .trim();
}

function commentOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? '').trim();
}
