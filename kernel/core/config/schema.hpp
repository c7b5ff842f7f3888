#pragma once

// JSON Schema (draft 7) over the configuration: checking a document, filling in defaults, finding unknown keys.
// Schemas may come from strangers' plugin manifests: size, depth, references and patterns are limited, and a
// pattern can neither run away nor overflow the stack.
//
// Beyond draft 7 these annotations are read: `writeOnly: true` marks a secret, `x-env: ["NAME"]` names environment
// variables that set the value (the first that is set wins), `x-reload: "live" | "restart"` overrides the slice for a
// subtree, `x-unowned: "text"` on an object says what is warned for members that no slice claims.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/path.hpp"
#include "kernel/core/config/problem.hpp"

namespace chela::config {

// Reads a schema's text, checks it, and returns it with every local `$ref` replaced by what it names; `problems`
// says why it is refused (codes invalid_schema, invalid_schema_pattern, unsupported_schema_keyword).
struct PreparedSchema {
  std::shared_ptr<nlohmann::json> schema;  // null when refused
  std::vector<Problem> problems;
};
// What a stranger wrote is also proved usable; the kernel's own schemas are proved by their tests, which spares
// start-up the time.
enum class Trust { stranger, kernel };
PreparedSchema prepare_schema(std::string_view text, Trust trust = Trust::stranger);

// Checks `document` against a prepared schema. All problems at once, each with its path; of several unknown keys in
// one object only the first, so take those that find_unknown_keys names out before. Any thread.
std::vector<Problem> validate(const nlohmann::json& schema, const nlohmann::json& document);

struct UnknownKey {
  Path path;
  std::string nearest;  // a known key of the same object, or empty
  std::string unowned;  // the text of `x-unowned`, when the key is allowed but nobody claims it
};
std::vector<UnknownKey> find_unknown_keys(const nlohmann::json& schema, const nlohmann::json& document);

// Adds the `default` of each absent member, deeply. Objects that must hold something else are not made up.
void fill_defaults(const nlohmann::json& schema, nlohmann::json& document);

// The schema of the value at `path`, or null where the schema says nothing. Of several forms (anyOf, oneOf, allOf)
// the first that knows the path counts. A name that no property matches is tried again ignoring case when
// `resolved` is given; `resolved` receives the path with the names as the schema spells them.
const nlohmann::json* find_schema(const nlohmann::json& schema, const Path& path, Path* resolved = nullptr);

// Whether the value at `path` must never be shown: its name says token, key, secret, password or the like, or its
// schema says `writeOnly`.
bool is_secret(const nlohmann::json& schema, const Path& path);

// `a whole number from 1 to 65535`, `one of "a", "b"`: what a schema wants, for a person.
std::string describe(const nlohmann::json& schema);

}  // namespace chela::config
