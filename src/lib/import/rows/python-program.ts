/** @file Import: the assignments and values of a Python text; numbers are worked out, nothing is ever run. */
import { PythonExpressions } from './python-expressions';
import { PythonTokens } from './python-tokens';
import type { PythonStatement, PythonValue } from './python-values';

/** Lines that hold no value: what follows them is read as if it always ran. */
const passedOver = new Set([
  'def',
  'class',
  'if',
  'elif',
  'else',
  'for',
  'while',
  'import',
  'from',
  'with',
  'try',
  'except',
  'finally',
  'raise',
  'assert',
  'pass',
  'del',
  'global'
]);
const isScalar = ({ kind }: PythonValue): boolean =>
  kind === 'number' || kind === 'text' || kind === 'flag' || kind === 'none';

/** A read text. */
export class PythonProgram {
  readonly statements: readonly PythonStatement[];
  readonly title: string | null;
  /** Names of `assumed` that the text uses and does not give as a literal. */
  readonly usedAssumed = new Set<string>();
  private readonly tokens: PythonTokens;
  private readonly expressions: PythonExpressions;
  private readonly assigned = new Map<string, PythonValue>();

  /** Reads the text at once; throws `NotUnderstood` where it is nested or long beyond any network. */
  constructor(
    text: string,
    private readonly assumed: ReadonlyMap<string, number> = new Map()
  ) {
    this.tokens = new PythonTokens(text);
    this.expressions = new PythonExpressions(this.tokens, (name) => this.scalarOf(name));
    this.title = this.tokens.title;
    const statements: PythonStatement[] = [];
    while (this.tokens.kind !== 'end') {
      const statement = this.statement();
      if (!statement) continue;
      statements.push(statement);
      if (statement.target !== null) this.assigned.set(statement.target, statement.value);
    }
    this.statements = statements;
  }

  /** What a name was last given, the value itself otherwise. */
  resolve(value: PythonValue): PythonValue {
    let found = value;
    for (let hops = 0; hops < 8 && found.kind === 'name'; hops++) found = this.assigned.get(found.name) ?? found;
    return found;
  }

  /** Everything a name is ever given, in order. */
  assignments(name: string): readonly PythonValue[] {
    return this.statements.flatMap(({ target, value }) => (target === name ? [value] : []));
  }

  private statement(): PythonStatement | null {
    const { tokens } = this;
    while (tokens.kind === 'newline' || tokens.is(';')) tokens.next();
    if (tokens.kind === 'end') return null;
    if (tokens.isName('return')) tokens.next();
    if ((tokens.kind === 'name' && passedOver.has(tokens.value)) || tokens.is('@')) {
      this.skipLine();
      return null;
    }
    let value = this.expressions.tuple();
    let target: string | null = null;
    if (value.kind === 'name' && tokens.is(':')) while (!tokens.ends && !tokens.is('=')) tokens.next();
    while (tokens.is('=')) {
      target = value.kind === 'name' ? value.name : null;
      tokens.next();
      value = this.expressions.tuple();
    }
    this.skipLine();
    return { target, value };
  }

  private skipLine(): void {
    while (!this.tokens.ends) this.tokens.next();
  }

  private scalarOf(name: string): PythonValue | null {
    const found = this.assigned.get(name);
    if (found && isScalar(found)) return found;
    const assumed = this.assumed.get(name);
    if (assumed === undefined) return null;
    this.usedAssumed.add(name);
    return { kind: 'number', value: assumed };
  }
}
