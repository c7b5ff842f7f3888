#pragma once

// The fast way through the block at the head of a SKILL.md, for the form that most have: a line a key, with nothing in
// it that YAML, upstream's repairs or its parser of lines could take in another way. Any thread.

#include <optional>
#include <string_view>

#include "kernel/runtime/skills/frontmatter.hpp"

namespace chela::runtime::skills {

// Lines `key: text` (bare or in quotes, also over several lines), `key: {JSON}`, `key: [words]`, evenly indented text
// below `key: >`, lists and maps of such values below a key, comments and empty lines. Nothing for all else, which says
// nothing about the block: read_yaml_block reads it then. Both always agree.
std::optional<Fields> read_simple_block(std::string_view block);

}  // namespace chela::runtime::skills
