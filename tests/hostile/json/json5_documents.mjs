// Documents for comparison: JSON5 in every spelling that the format allows, and the same with a few characters changed.

const blanks = [' ', '\t', '\n', '\r\n', '\r', '\v', '\f', '\u00a0', '\ufeff', '\u2028', '\u2029', '\u2003', '\u3000'];
const words = [
  'a',
  'port',
  'ключ',
  '日本',
  'é',
  '$',
  '_',
  'a1',
  'true',
  'null',
  'Infinity',
  'NaN',
  'if',
  '__proto__',
  'constructor',
  'ℼ',
  '𝒜',
];
const escapes = [
  '\\n',
  '\\t',
  '\\b',
  '\\f',
  '\\r',
  '\\v',
  '\\0',
  '\\\\',
  "\\'",
  '\\"',
  '\\/',
  '\\x41',
  '\\xff',
  '\\u0041',
  '\\u20ac',
  '\\ud83d\\ude00',
  '\\a',
  '\\é',
  '\\\n',
  '\\\r\n',
  '\\\u2028',
  '\\\r',
];
const texts = [
  '',
  'x',
  'hello',
  'ünï',
  '日本語',
  '😀',
  '\t',
  '\u2028',
  '\u0001',
  '\u007f',
  '\ufeff',
  '\ufffe',
  '//',
  '/*',
  '{',
  ']',
  ',',
];
const integers = [
  '0',
  '7',
  '-0',
  '+0',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551615',
  '18446744073709551616',
  '-9223372036854775808',
  '-9223372036854775809',
  '123456789012345678901234567890',
];
const numbers = [
  ...integers,
  '0x0',
  '0xdecaf',
  '0XFF',
  '-0x10',
  '+0x1F',
  '0xFFFFFFFFFFFFFFFF',
  '0x10000000000000001',
  '0x1fffffffffffff8',
  '.5',
  '5.',
  '-.5',
  '+5.',
  '0.1',
  '1e3',
  '1E+3',
  '1e-3',
  '.5e1',
  '5.e1',
  '1e308',
  '1e309',
  '-1e400',
  '1e-400',
  '5e-324',
  '2.2250738585072014e-308',
  '0.30000000000000004',
  '1.7976931348623157e308',
  'Infinity',
  '-Infinity',
  '+Infinity',
  'NaN',
  '-NaN',
  '+NaN',
  '0e0',
  '-0.0',
  '0.e5',
];
const mutations = [
  '"',
  "'",
  '\\',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  '/',
  '*',
  '0',
  '9',
  '.',
  'e',
  '-',
  '+',
  'x',
  'u',
  'n',
  '\n',
  ' ',
  '\u2028',
  '😀',
  '#',
  '`',
  '\u0000',
  '\u00ad',
  '\u200c',
  '\u200d',
];

export class Documents {
  constructor(random) {
    this.random = random;
  }

  next() {
    const { random } = this;
    const depth = random.chance(3) ? 40 : 1 + random.below(5);
    const document = this.#blank() + this.#value(depth) + this.#blank();
    return random.chance(40) ? this.#mutate(document) : document;
  }

  #blank() {
    const { random } = this;
    if (random.chance(60)) return '';
    if (random.chance(75)) return random.pick(blanks).repeat(1 + random.below(2));
    return random.chance(50)
      ? `//${random.pick(texts)}${random.pick(['\n', '\r', '\u2028'])}`
      : `/*${random.pick(texts)}*${random.pick(['', '*', '\n'])}*/`;
  }

  #value(depth) {
    const { random } = this;
    if (depth > 0 && random.chance(depth > 20 ? 97 : 55))
      return random.chance(50) ? this.#object(depth) : this.#array(depth);
    if (random.chance(40)) return this.#number();
    return random.chance(70) ? this.#text() : random.pick(['true', 'false', 'null']);
  }

  #list(count, make, open, end) {
    const { random } = this;
    const items = Array.from({ length: count }, () => this.#blank() + make() + this.#blank());
    const comma = count > 0 && random.chance(20) ? ',' + this.#blank() : '';
    return open + items.join(',') + comma + (count === 0 ? this.#blank() : '') + end;
  }

  #array(depth) {
    const count = depth > 20 ? 1 : this.random.below(4);
    return this.#list(count, () => this.#value(depth - 1), '[', ']');
  }

  #object(depth) {
    const count = depth > 20 ? 1 : this.random.below(4);
    const used = new Set();
    const member = () => `${this.#key(used)}${this.#blank()}:${this.#blank()}${this.#value(depth - 1)}`;
    return this.#list(count, member, '{', '}');
  }

  // Mostly another one each time: a key that stands twice is refused by us, and only by us.
  #key(used) {
    const { random } = this;
    let key = random.chance(60) ? random.pick(words) : this.#text();
    if (used.has(key) && random.chance(95)) key = `"${used.size}${random.below(1000)}"`;
    used.add(key);
    if (random.chance(5)) return `\\u0061${random.below(100)}`;
    return key;
  }

  #number() {
    const { random } = this;
    if (random.chance(60)) return random.pick(numbers);
    const digits = (count) => Array.from({ length: count }, () => random.below(10)).join('');
    const whole = `${1 + random.below(9)}${digits(random.below(25))}`;
    const fraction = random.chance(50) ? `.${digits(random.below(20))}` : '';
    const exponent = random.chance(30)
      ? `${random.pick(['e', 'E'])}${random.pick(['', '+', '-'])}${random.below(330)}`
      : '';
    return random.pick(['', '', '-', '+']) + whole + fraction + exponent;
  }

  #text() {
    const { random } = this;
    const quote = random.pick(['"', "'"]);
    const pieces = Array.from({ length: random.below(5) }, () => random.pick(random.chance(50) ? escapes : texts));
    const other = random.chance(10) ? (quote === '"' ? "'" : '"') : '';
    return quote + pieces.join('') + other + quote;
  }

  #mutate(document) {
    const { random } = this;
    const characters = [...document];
    for (let count = 1 + random.below(3); count > 0 && characters.length > 0; --count) {
      const at = random.below(characters.length);
      const kind = random.below(5);
      if (kind === 0) characters.splice(at, 1);
      else if (kind === 1) characters.splice(at, 0, random.pick(mutations));
      else if (kind === 2) characters[at] = random.pick(mutations);
      else if (kind === 3) characters.splice(at, 0, ...characters.slice(at, at + 1 + random.below(6)));
      else characters.length = at;
    }
    return characters.join('');
  }
}
