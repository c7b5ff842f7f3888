#pragma once

// Which characters an unquoted JSON5 key is made of: ECMAScript 5.1, section 7.6.

namespace chela::config {

bool starts_identifier(char32_t c);
bool continues_identifier(char32_t c);

}  // namespace chela::config
