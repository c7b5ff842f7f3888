#pragma once

// Environment and command line, laid over the file: `CHELA__gateway__port=8080`, the names that people already have
// (a schema lists them in `x-env`), and `--set gateway.port=8080`.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/problem.hpp"
#include "kernel/core/config/snapshot.hpp"

namespace chela::config {

// Name to value, a copy: the process environment is not thread-safe and tests bring their own.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();
// Null when the variable is absent or empty.
const std::string* find_variable(const Environment& environment, std::string_view name);

struct OverlayResult {
  std::vector<Override> overrides;
  std::vector<Problem> problems;  // bad paths and values that the schema's type cannot read
};

// Lays every variable that means a setting over `document`. `CHELA__a__b` beats the names in `x-env`; those count as
// absent when they are empty.
OverlayResult apply_environment(const nlohmann::json& schema, const Environment& environment, nlohmann::json& document);

// Lays settings of the form `path=value` over `document`, later ones winning.
OverlayResult apply_settings(const nlohmann::json& schema, const std::vector<std::string>& settings,
                             nlohmann::json& document);

// Reads `text` as the schema wants it: text stays text where text is allowed and no other form fits, `8080` becomes a
// number, `true` a flag, `[…]` and `{…}` are JSON5, and a list of texts may be written `a,b`.
Result<nlohmann::json> read_value(const nlohmann::json* schema, std::string_view text);

// Puts `value` at `path`, making objects and lists on the way.
// Error `invalid_argument`: something on the way is neither, or an index leaves a gap.
Result<void> set_value(nlohmann::json& document, const Path& path, nlohmann::json value);

}  // namespace chela::config
