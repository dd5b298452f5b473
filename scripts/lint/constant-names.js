/**
 * Names of constants say their bound and their unit in one way: `MAX_`, `MIN_` and `DEFAULT_` in front, `_MS` and `_BYTES` at the
 * end. A constant is a module-level `const` in capitals.
 */

/** Pattern -> what the convention is instead. */
const CONVENTIONS = [
  [/^(MOST|LONGEST|LARGEST|BIGGEST|HIGHEST|UPPER)_/, "begin with 'MAX_'"],
  [/^(LEAST|SHORTEST|SMALLEST|LOWEST|OLDEST)_/, "begin with 'MIN_'"],
  [/_BOUND_MS$|_PATIENCE(_MS)?$/, "end in '_TIMEOUT_MS'"],
  [/_(MAX|MIN|DEFAULT)$/, "begin with 'MAX_', 'MIN_' or 'DEFAULT_'"],
  [/(^|_)(TIMEOUT|INTERVAL|BACKOFF|DELAY|DURATION|TTL|GRACE)$/, "end in the unit, such as '_MS'"],
  [/_(MILLISECONDS|MILLIS|MSEC)$/, "end in '_MS'"],
  [
    /^(?!(MAX|MIN|DEFAULT)_).*_(SECONDS|MINUTES|HOURS|DAYS|SECS)$/,
    "begin with 'MAX_', 'MIN_' or 'DEFAULT_', or end in '_MS'",
  ],
  [/^(?!(MAX|MIN|DEFAULT)_).*(?<!_RATE)_LIMIT$/, "begin with 'MAX_', or end in '_RATE_LIMIT'"],
  [/_(KB|MB|GB|KIB|MIB|GIB)$/, "end in '_BYTES'"],
];

/** @type {import('eslint').Rule.RuleModule} */
export const constantNames = {
  meta: {
    type: 'suggestion',
    docs: { description: 'Constants say their bound and unit by convention' },
    messages: { convention: "The name of the constant '{{name}}' must {{convention}}." },
    schema: [],
  },
  create(context) {
    const check = (identifier) => {
      if (identifier.type !== 'Identifier' || !/^[A-Z][A-Z0-9_]*$/.test(identifier.name)) return;
      for (const [pattern, convention] of CONVENTIONS) {
        if (!pattern.test(identifier.name)) continue;
        context.report({ node: identifier, messageId: 'convention', data: { name: identifier.name, convention } });
      }
    };
    return { VariableDeclarator: (node) => check(node.id) };
  },
};
