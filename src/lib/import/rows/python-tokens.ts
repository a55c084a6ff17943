/** @file Import: the words of a Python text, one at a time and each letter looked at once. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';

export type TokenKind = 'name' | 'number' | 'text' | 'mark' | 'newline' | 'end';

const name = /[\p{L}_][\p{L}\p{N}_]*/uy;
const number = /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
/** Pages paste no-break spaces, too. */
const space = /[ \t\f\r\u00a0\u2000-\u200b\u3000\ufeff]+/y;
const pairs = new Set(['//', '**', '==', '!=', '<=', '>=', '->', ':=', '+=', '-=', '*=', '/=']);

const pairsOfBrackets: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}']
]);
const isDigit = (letter: string | undefined): boolean => letter !== undefined && letter >= '0' && letter <= '9';

/** Words and marks of one text: whole files of networks have less. */
const maxTokens = 40_000;

/** Reads tokens; inside brackets a line's end is no token, as in Python. */
export class PythonTokens {
  kind: TokenKind = 'newline';
  value = '';
  /** The comment that the text begins with: its title. */
  readonly title: string | null;
  private at = 0;
  /** The brackets that will close those still open, innermost last. */
  private readonly open: string[] = [];
  private count = 0;

  constructor(private readonly source: string) {
    const [, title = ''] = /^\s*#(?!!)([^\n]*)/.exec(source) ?? [];
    this.title = title.trim() || null;
    this.next();
  }

  is(mark: string): boolean {
    return this.kind === 'mark' && this.value === mark;
  }

  isName(word: string): boolean {
    return this.kind === 'name' && this.value === word;
  }

  /** Whether the line, or the text, ends here. */
  get ends(): boolean {
    return this.kind === 'newline' || this.kind === 'end';
  }

  /** Moves on to the next token; throws `NotUnderstood` where brackets do not pair, or the text is too long. */
  next(): void {
    if (++this.count > maxTokens) throw new NotUnderstood('', m.rows_long({ most: maxTokens }));
    this.skip();
    const { source, at } = this;
    const letter = source[at];
    if (letter === undefined) {
      if (this.open.length > 0) throw new NotUnderstood('', m.rows_unclosed());
      this.set('end', '', 0);
    } else if (letter === '\n') this.set('newline', letter, 1);
    else if (isDigit(letter) || (letter === '.' && isDigit(source[at + 1]))) this.set('number', this.match(number), 0);
    else if (letter === '"' || letter === "'") this.text();
    else this.nameOrMark(letter);
  }

  private set(kind: TokenKind, value: string, length: number): void {
    this.kind = kind;
    this.value = value;
    this.at += length;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ''] = pattern.exec(this.source) ?? [];
    this.at += found.length;
    return found;
  }

  /** Blanks, comments, and line ends that mean nothing. */
  private skip(): void {
    for (;;) {
      this.match(space);
      const letter = this.source[this.at];
      if (letter === '#') {
        const end = this.source.indexOf('\n', this.at);
        this.at = end < 0 ? this.source.length : end;
      } else if (letter === '\n' && (this.open.length > 0 || this.kind === 'newline')) this.at += 1;
      else if (letter === '\\') this.at += this.source[this.at + 1] === '\r' ? 3 : 2;
      else return;
    }
  }

  private nameOrMark(letter: string): void {
    const found = this.match(name);
    const next = this.source[this.at];
    // r'…', b"…": what stands before the quote changes nothing in names and numbers.
    const prefix = found !== '' && found.length <= 2 && (next === '"' || next === "'") && /^[rbuf]+$/i.test(found);
    if (prefix) this.text();
    else if (found !== '') this.set('name', found, 0);
    else this.mark(letter);
  }

  private mark(letter: string): void {
    const two = this.source.slice(this.at, this.at + 2);
    if (pairs.has(two)) {
      this.set('mark', two, 2);
      return;
    }
    const closing = pairsOfBrackets.get(letter);
    if (closing !== undefined) this.open.push(closing);
    if (')]}'.includes(letter) && this.open.pop() !== letter) throw new NotUnderstood('', m.rows_unopened({ letter }));
    this.set('mark', letter, 1);
  }

  /** A string; one that is not closed ends with its line, or with the text where it may span lines. */
  private text(): void {
    const { source } = this;
    const one = source.slice(this.at, this.at + 1);
    const quote = source.startsWith(one.repeat(3), this.at) ? one.repeat(3) : one;
    const parts: string[] = [];
    let from = this.at + quote.length;
    for (let at = from; ; at++) {
      const letter = source[at];
      const closed = letter === quote[0] && source.startsWith(quote, at);
      if (letter === undefined || closed || (letter === '\n' && quote.length === 1)) {
        parts.push(source.slice(from, at));
        this.at = at + (closed ? quote.length : 0);
        this.set('text', parts.join(''), 0);
        return;
      }
      if (letter !== '\\') continue;
      parts.push(source.slice(from, at));
      at += 1;
      from = at;
    }
  }
}
