#pragma once

// The fast way through the block at the head of a SKILL.md, for the form that most have: a line a key, with nothing in
// it that YAML, upstream's repairs or its parser of lines could take in another way. Any thread.

#include <optional>
#include <string_view>

#include "kernel/runtime/skills/frontmatter.hpp"

namespace chela::runtime::skills {

// Lines `key: text` (bare, or in quotes without escapes), `key: {JSON}`, `key: [words]`, `key:` with `- word` lines or
// with a block of evenly indented text below it, comments and empty lines. Nothing for all else, which says nothing
// about the block: read_yaml_block reads it then. Both always agree.
std::optional<Fields> read_simple_block(std::string_view block);

}  // namespace chela::runtime::skills
