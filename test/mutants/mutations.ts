import { parseSync } from 'oxc-parser';

/** One small change of a source that a test should notice. */
export interface Mutation {
  /** Offsets of what is replaced, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

type Change = Omit<Mutation, 'line'>;
type Changes = (node: Node, source: string) => Change[];

const operators: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
};

const methods: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  round: 'floor',
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
};

/** What people read and no test should hold word by word. */
const prose = new Set(['description', 'summary', 'comment', 'example', 'message', 'reason', 'help', 'label', 'title']);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const whole = ({ start, end }: Node, replacement: string): Change => ({ start, end, replacement });

function swapOperator(node: Node, source: string): Change[] {
  const { left, right, operator } = node;
  const other = operators[String(operator)];
  if (!isNode(left) || !isNode(right) || other === undefined) return [];
  const at = source.indexOf(String(operator), left.end);
  return at < 0 || at >= right.start ? [] : [{ start: at, end: at + String(operator).length, replacement: other }];
}

function changeLiteral(node: Node): Change[] {
  const { value, raw } = node;
  if (typeof value === 'boolean') return [whole(node, String(!value))];
  if (typeof value === 'number') return [whole(node, Number.isInteger(value) ? String(value + 1) : String(value * 2))];
  if (typeof value !== 'string' || !/\d/.test(value)) return [];
  return [
    whole(
      node,
      String(raw).replace(/\d+/, (digits) => String(Number(digits) + 1)),
    ),
  ];
}

/** By the kind of a node: what can be wrong with it. */
const changes: Readonly<Record<string, Changes>> = {
  BinaryExpression: swapOperator,
  LogicalExpression: swapOperator,
  AssignmentExpression: swapOperator,
  Literal: changeLiteral,
  ConditionalExpression: (node, source) => {
    const { consequent, alternate } = node;
    if (!isNode(consequent) || !isNode(alternate)) return [];
    const textOf = ({ start, end }: Node) => source.slice(start, end);
    const between = source.slice(consequent.end, alternate.start);
    const swapped = `${textOf(alternate)}${between}${textOf(consequent)}`;
    return [{ start: consequent.start, end: alternate.end, replacement: swapped }];
  },
  IfStatement: ({ test }, source) => (isNode(test) ? [whole(test, `!(${source.slice(test.start, test.end)})`)] : []),
  UnaryExpression: (node, source) => {
    const { operator, argument } = node;
    const isSign = operator === '!' || operator === '-';
    return isSign && isNode(argument) ? [whole(node, source.slice(argument.start, argument.end))] : [];
  },
  // A statement that only calls something is left out.
  ExpressionStatement: (node) => {
    const { expression } = node;
    return isNode(expression) && /^(Call|Await)Expression$/.test(expression.type) ? [whole(node, ';')] : [];
  },
  // So is a member of an object, which then never arrives where it is wanted.
  ObjectExpression: ({ properties }, source) =>
    (properties as Node[]).map((property) => {
      const comma = /^\s*,/.exec(source.slice(property.end))?.[0].length ?? 0;
      return { start: property.start, end: property.end + comma, replacement: '' };
    }),
  CallExpression: ({ callee }) => {
    if (!isNode(callee) || callee.type !== 'MemberExpression' || !isNode(callee.property)) return [];
    const other = methods[String(callee.property.name)];
    return other === undefined ? [] : [whole(callee.property, other)];
  },
};

/** Types are no code, and what an error says is for people. */
function isPassedOver(node: Node): boolean {
  if (/^TS(?!As|Satisfies|NonNull)/.test(node.type)) return true;
  if (/^(Import|ExportAll)|^ThrowStatement$/.test(node.type)) return true;
  const { callee, key } = node;
  if (node.type === 'NewExpression' && isNode(callee)) return /Error$/.test(String(callee.name));
  return node.type === 'Property' && isNode(key) && prose.has(String(key.name));
}

/** Every change of a TypeScript source that this knows, in the order of the source. */
export function mutationsOf(file: string, source: string): Mutation[] {
  const { program } = parseSync(file, source);
  const found: Change[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value) || isPassedOver(value)) return;
    found.push(...(changes[value.type]?.(value, source) ?? []));
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child);
  };
  visit(program);
  return found
    .map((change) => ({ ...change, line: source.slice(0, change.start).split('\n').length }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

export function mutate(source: string, { start, end, replacement }: Mutation): string {
  return source.slice(0, start) + replacement + source.slice(end);
}
