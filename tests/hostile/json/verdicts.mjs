// Where the verdict is ours to give, or is another one than the suite's: each document by name, with the reason.

const named = (names) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${name}.json`);

const invalidUtf8 = named(`
  i_string_UTF-16LE_with_BOM i_string_UTF-8_invalid_sequence i_string_UTF8_surrogate_U+D800 i_string_invalid_utf-8
  i_string_iso_latin_1 i_string_lone_utf8_continuation_byte i_string_not_in_unicode_range i_string_overlong_sequence_2_bytes
  i_string_overlong_sequence_6_bytes i_string_overlong_sequence_6_bytes_null i_string_truncated-utf-8 i_string_utf16BE_no_BOM
  i_string_utf16LE_no_BOM`);
const loneSurrogates = named(`
  i_object_key_lone_2nd_surrogate i_string_1st_surrogate_but_2nd_missing i_string_1st_valid_surrogate_2nd_invalid
  i_string_incomplete_surrogate_and_escape_valid i_string_incomplete_surrogate_pair i_string_incomplete_surrogates_escape_valid
  i_string_invalid_lonely_surrogate i_string_invalid_surrogate i_string_inverted_surrogates_U+1D11E i_string_lone_second_surrogate`);
const tooLarge = named(`
  i_number_huge_exp i_number_neg_int_huge_exp i_number_pos_double_huge_exp i_number_real_neg_overflow i_number_real_pos_overflow`);
const nearestDouble = named(`
  i_number_double_huge_neg_exp i_number_real_underflow i_number_too_big_neg_int i_number_too_big_pos_int
  i_number_very_big_negative_int`);
const nested = ['i_structure_500_nested_arrays.json'];
const marked = ['i_structure_UTF-8_BOM_empty_object.json'];

const row = (accepted, why, names) => names.map((name) => [name, { accepted, why }]);
const table = (...rows) => new Map(rows.flat());

const both = [
  row(false, 'is no UTF-8', invalidUtf8),
  row(false, 'half of a surrogate pair is no character', loneSurrogates),
  row(true, 'a number becomes the nearest double', nearestDouble),
  row(false, 'nests more than 64 deep', nested),
  row(true, 'a byte order mark before the document is skipped', marked),
].flat();

// Bodies of requests: RFC 8259.
export const bodyVerdicts = table(both, row(false, 'a number above the largest double has no value', tooLarge));

// The configuration: JSON5, and a key stands only once.
export const configVerdicts = table(
  both,
  row(true, 'JSON5 knows Infinity', tooLarge),
  row(true, 'JSON5: trailing commas', named('n_array_extra_comma n_array_number_and_comma n_object_trailing_comma')),
  row(
    true,
    'JSON5: signs, dots at the ends, hexadecimal, NaN and Infinity',
    named(`
    n_number_+1 n_number_-2. n_number_-NaN n_number_.2e-3 n_number_0.e1 n_number_2.e+3 n_number_2.e-3 n_number_2.e3 n_number_NaN
    n_number_hex_1_digit n_number_hex_2_digits n_number_infinity n_number_minus_infinity n_number_neg_real_without_int_part
    n_number_real_without_fractional_part n_number_starting_with_dot`),
  ),
  row(
    true,
    'JSON5: single quotes and keys without quotes',
    named(`
    n_object_key_with_single_quotes n_object_single_quote n_object_unquoted_key n_string_single_quote`),
  ),
  row(
    true,
    'JSON5: comments',
    named('n_object_trailing_comment n_object_trailing_comment_slash_open n_structure_object_with_comment'),
  ),
  row(
    true,
    'JSON5: \\x, \\0 and any other escaped character',
    named(`
    n_string_backslash_00 n_string_escape_x n_string_escaped_ctrl_char_tab n_string_escaped_emoji n_string_invalid_backslash_esc
    n_string_unicode_CapitalU`),
  ),
  row(true, 'JSON5: control characters in texts', named('n_string_unescaped_ctrl_char n_string_unescaped_tab')),
  row(true, 'JSON5: more blanks', named('n_structure_whitespace_formfeed')),
  row(
    false,
    'a key stands only once',
    named('y_object_duplicated_key y_object_duplicated_key_and_value n_object_repeated_null_null'),
  ),
);

export const isAccepted = (verdicts, name) => verdicts.get(name)?.accepted ?? name.startsWith('y_');
export const reason = (verdicts, name) => verdicts.get(name)?.why ?? (name.startsWith('y_') ? 'is JSON' : 'is no JSON');
