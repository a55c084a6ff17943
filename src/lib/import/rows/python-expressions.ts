/** @file Import: the expressions of a Python text as values, read from token to token without ever going back. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { PythonTokens } from './python-tokens';
import type { PythonCall, PythonValue } from './python-values';

/** Brackets within brackets. */
const maxDepth = 40;

const unknown = (text: string): PythonValue => ({ kind: 'unknown', text });

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - Math.floor(a / b) * b
};

function combine(operator: string, a: PythonValue, b: PythonValue): PythonValue {
  const rule = arithmetic[operator];
  if (!rule || a.kind !== 'number') return unknown(a.kind === 'name' ? a.name : operator);
  if (b.kind !== 'number') return unknown(b.kind === 'name' ? b.name : operator);
  const value = rule(a.value, b.value);
  return Number.isFinite(value) ? { kind: 'number', value } : unknown(operator);
}

/** Reads expressions where the tokens stand; `scalar` gives the number, text or flag that a name stands for. */
export class PythonExpressions {
  private depth = 0;

  constructor(
    private readonly tokens: PythonTokens,
    private readonly scalar: (name: string) => PythonValue | null
  ) {}

  /** A value, or several with commas between: a list. */
  tuple(): PythonValue {
    const { tokens } = this;
    const first = this.expression();
    if (!tokens.is(',')) return first;
    const items = [first];
    while (tokens.is(',')) {
      tokens.next();
      if (tokens.ends || tokens.is(')') || tokens.is('=')) break;
      items.push(this.expression());
    }
    return { kind: 'list', items };
  }

  private expression(): PythonValue {
    if (++this.depth > maxDepth) throw new NotUnderstood('', m.rows_deep({ most: maxDepth }));
    const value = this.choice();
    this.depth -= 1;
    return value;
  }

  /** `a if condition else b`, where the condition is known. */
  private choice(): PythonValue {
    const { tokens } = this;
    const first = this.operation(['+', '-'], () => this.operation(['*', '/', '//', '%'], () => this.signed()));
    if (!tokens.isName('if')) return this.delimited(first);
    tokens.next();
    const condition = this.delimited(this.signed(), 'else');
    if (!tokens.isName('else')) return this.delimited(unknown('if'));
    tokens.next();
    const second = this.expression();
    if (condition.kind !== 'flag' && condition.kind !== 'number') return unknown('if');
    return condition.value ? first : second;
  }

  /** The value where an expression may end; otherwise passes over an expression that is not read. */
  private delimited(value: PythonValue, until = ''): PythonValue {
    const { tokens } = this;
    const ends = (): boolean =>
      tokens.ends ||
      (tokens.kind === 'mark' && [',', ')', ']', '}', '=', ':', ';'].includes(tokens.value)) ||
      (until !== '' && tokens.isName(until));
    if (ends()) return value;
    const text = value.kind === 'call' ? value.name : tokens.value;
    while (!ends()) this.skipBalanced();
    return unknown(text);
  }

  /** Passes over one token, or over brackets with all they hold. */
  private skipBalanced(): void {
    const { tokens } = this;
    let open = 0;
    do {
      if (tokens.kind === 'mark' && '([{'.includes(tokens.value)) open += 1;
      if (tokens.kind === 'mark' && ')]}'.includes(tokens.value)) open -= 1;
      tokens.next();
    } while (open > 0 && tokens.kind !== 'end');
  }

  private operation(operators: readonly string[], operand: () => PythonValue): PythonValue {
    const { tokens } = this;
    let value = operand();
    while (tokens.kind === 'mark' && operators.includes(tokens.value)) {
      const operator = tokens.value;
      tokens.next();
      value = combine(operator, value, operand());
    }
    return value;
  }

  private signed(): PythonValue {
    const { tokens } = this;
    let sign = 1;
    while (tokens.is('-') || tokens.is('+')) {
      if (tokens.is('-')) sign = -sign;
      tokens.next();
    }
    const value = this.postfix(this.primary());
    return sign === 1 ? value : combine('*', value, { kind: 'number', value: -1 });
  }

  private primary(): PythonValue {
    const { tokens } = this;
    const { kind, value } = tokens;
    if (kind === 'newline' || kind === 'end') return unknown('');
    if (kind === 'name') return this.dotted();
    if (tokens.is('{')) {
      this.skipBalanced();
      return unknown(value);
    }
    tokens.next();
    if (kind === 'number') {
      const number = Number(value.replaceAll('_', ''));
      return Number.isFinite(number) ? { kind: 'number', value: number } : unknown(value);
    }
    if (kind === 'text') {
      const parts = [value];
      while (tokens.kind === 'text') {
        parts.push(tokens.value);
        tokens.next();
      }
      return { kind: 'text', value: parts.join('') };
    }
    if (value === '[' || value === '(') return this.bracket(value);
    return unknown(value);
  }

  /** A list or tuple; brackets around one value are that value. */
  private bracket(opened: '[' | '('): PythonValue {
    const { tokens } = this;
    const closing = opened === '[' ? ']' : ')';
    const items: PythonValue[] = [];
    let comma = opened === '[';
    while (tokens.kind !== 'end' && !tokens.is(closing)) {
      items.push(this.expression());
      if (tokens.is(',')) comma = true;
      if (!tokens.is(closing)) tokens.next();
    }
    tokens.next();
    return !comma && items[0] ? items[0] : { kind: 'list', items };
  }

  private dotted(): PythonValue {
    const { tokens } = this;
    let name = tokens.value;
    tokens.next();
    while (tokens.is('.')) {
      tokens.next();
      if (tokens.kind !== 'name') break;
      name += `.${tokens.value}`;
      tokens.next();
    }
    if (name === 'True' || name === 'False') return { kind: 'flag', value: name === 'True' };
    if (name === 'None') return { kind: 'none' };
    // What is called, assigned or a keyword is no value.
    if (tokens.is('(') || tokens.is('=') || tokens.is(':')) return { kind: 'name', name };
    return this.scalar(name) ?? { kind: 'name', name };
  }

  /** Calls; what is called on a call (`.eval()`) changes no table. */
  private postfix(value: PythonValue): PythonValue {
    const { tokens } = this;
    let at = value;
    for (;;) {
      if (tokens.is('(')) {
        const call = this.call(at.kind === 'name' ? at.name : '');
        at = at.kind === 'name' ? call : unknown('(');
      } else if (tokens.is('.') && at.kind === 'call') {
        tokens.next();
        if (tokens.kind === 'name') tokens.next();
        if (tokens.is('(')) this.call('');
      } else return at;
    }
  }

  private call(name: string): PythonCall {
    const { tokens } = this;
    const args: PythonValue[] = [];
    const named = new Map<string, PythonValue>();
    tokens.next();
    while (tokens.kind !== 'end' && !tokens.is(')')) {
      if (tokens.is('*') || tokens.is('**')) {
        // What a dictionary or list adds is not in the text.
        tokens.next();
        this.expression();
      } else {
        const value = this.expression();
        if (value.kind === 'name' && tokens.is('=')) {
          tokens.next();
          named.set(value.name, this.expression());
        } else args.push(value);
      }
      if (!tokens.is(')')) tokens.next();
    }
    tokens.next();
    return { kind: 'call', name, args, named };
  }
}
