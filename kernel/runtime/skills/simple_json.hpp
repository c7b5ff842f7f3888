#pragma once

// Whether text is a JSON object that YAML reads in the same way. Any thread.

#include <string_view>

namespace chela::runtime::skills {

// An object with something in it on one line: strict JSON without backslashes, no key twice in one object, at most 16
// levels deep. False says nothing about the text.
bool is_simple_json_object(std::string_view text);

}  // namespace chela::runtime::skills
