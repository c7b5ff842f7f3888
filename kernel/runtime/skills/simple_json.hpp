#pragma once

// JSON objects that YAML reads in the same way. Any thread.

#include <string_view>

#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {

// An object with something in it at the beginning of `rest`, no key twice in one object, at most 16 levels deep, without
// backslashes. It may go over lines that do not begin at the left, but for a last } there, and have commas too many, as
// YAML allows. Takes it off `rest`. False: it is not so simple.
bool take_simple_json(std::string_view& rest, YamlValue& out);

}  // namespace chela::runtime::skills
