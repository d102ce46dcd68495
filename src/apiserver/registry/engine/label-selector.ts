import { badRequest } from '#apimachinery/status.ts';

type Test = (labels: Readonly<Record<string, string>>) => boolean;

const SET = /^([^\s!=<>(),]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUAL = /^([^\s!=<>(),]+)\s*(==|=|!=)\s*([^\s!=<>(),]*)$/;
const ORDER = /^([^\s!=<>(),]+)\s*(<|>)\s*(\d+)$/;
const EXISTS = /^(!?)\s*([^\s!=<>(),]+)$/;

/** Source: apimachinery labels.Parse. @throws {StatusError} 400 */
export function labelMatcher(text: string): Test {
  const tests = text
    .split(/,(?![^()]*\))/)
    .map((term) => term.trim())
    .filter((term, _, all) => term !== '' || all.length > 1)
    .map((term) => termTest(term, text));
  return (labels) => tests.every((test) => test(labels));
}

function termTest(term: string, whole: string): Test {
  const set = SET.exec(term);
  if (set) return setTest(set);
  const [, key = '', operator, value = ''] = EQUAL.exec(term) ?? ORDER.exec(term) ?? [];
  if (operator) return comparison(key, operator, value);
  const exists = EXISTS.exec(term);
  if (!exists) throw badRequest(`unable to parse requirement: found '${term}', in '${whole}'`);
  const name = exists[2] ?? '';
  return exists[1] ? (labels) => !(name in labels) : (labels) => name in labels;
}

function setTest([, key = '', operator, list = '']: RegExpExecArray): Test {
  const values = new Set(list.split(',').map((value) => value.trim()));
  if (operator === 'in') return (labels) => values.has(labels[key] ?? Number.NaN.toString());
  return (labels) => !(key in labels) || !values.has(labels[key] ?? '');
}

function comparison(key: string, operator: string, value: string): Test {
  if (operator === '!=') return (labels) => labels[key] !== value;
  if (operator === '>') return (labels) => Number(labels[key]) > Number(value);
  if (operator === '<') return (labels) => Number(labels[key]) < Number(value);
  return (labels) => labels[key] === value;
}
