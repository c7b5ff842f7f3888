#pragma once

// One text against the rules: finds anchors in one pass, matches patterns near them, and looks into what is encoded.

#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/skills/scan/rules.hpp"
#include "kernel/runtime/skills/scan/scan.hpp"

namespace chela::runtime::skills::scan {

// A finding with the row it came from: what the verdict is made of.
struct Hit {
  const Rule* rule = nullptr;
  Finding finding;
};

// Whether a name promises text: what is none there hides something.
bool is_named_as_text(std::string_view path);

// Appends the findings in `text`, the content of the file at `path`, to `hits`; at most kFindingsPerRuleMax of a rule.
void scan_text(const std::string& path, std::string_view text, std::vector<Hit>& hits);

// What binary content is, in a few words ("a zip archive", "a program for Linux"), or empty for text.
std::string_view binary_kind(std::string_view bytes);
bool is_utf16(std::string_view bytes);
bool is_program(std::string_view binary_kind);
bool is_archive(std::string_view binary_kind);

}  // namespace chela::runtime::skills::scan
