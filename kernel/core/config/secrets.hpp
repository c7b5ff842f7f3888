#pragma once

// Secret references: a setting that names a secret instead of holding it. Resolved at the edge, where the secret is
// used; what is resolved is made known to the log's redactor first. Errors name the reference, never the value.
//
//   env:NAME, $NAME, ${NAME}, {source: "env", id: "NAME"}      an environment variable
//   file:PATH, {source: "file", provider: "p", id: "/pointer"}  a file that others cannot read
//   raw:text, text                                              the text itself
//   Bearer ${NAME}                                              text around variables; $${ stands for ${

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/config/overlay.hpp"

namespace chela::config {

// JSON Schema text of the `secrets` slice.
std::string_view secrets_schema();

// Whether a setting holds the secret itself, and not a reference to it.
bool is_literal_secret(const nlohmann::json& value);
// Whether it is written `raw:…` (public-bind rule).
bool is_raw_secret(const nlohmann::json& value);

class SecretResolver {
 public:
  // Told of every value before resolve() returns it. Any thread that resolves.
  using Sink = std::function<void(std::string_view secret)>;

  // `providers` is the document's `secrets.providers`, or null. `home` replaces a leading `~`.
  SecretResolver(Environment environment, std::string home, const nlohmann::json* providers, Sink sink);
  ~SecretResolver();

  // The secret that `reference` names. Errors: `not_found` (no such variable, file or pointer), `denied` (others can
  // read the file), `unsupported` (exec and store sources), `invalid_argument`. Reads files: call it where blocking is
  // allowed. Any thread.
  Result<std::string> resolve(const nlohmann::json& reference) const;

 private:
  Result<std::string> resolve_text(std::string_view text) const;
  Result<std::string> resolve_object(const nlohmann::json& reference) const;
  Result<std::string> resolve_provider_file(const nlohmann::json& provider, std::string_view id) const;
  std::string expand_home(std::string_view path) const;

  Environment environment_;
  std::string home_;
  std::shared_ptr<const nlohmann::json> providers_;
  Sink sink_;
};

// The file's content without its last line end. Refused: above 1 MiB, readable by others, no regular file.
Result<std::string> read_secret_file(const std::string& path);

// `text` with each `${NAME}` replaced and `$${` unescaped; NAME is [A-Z_][A-Z0-9_]*. A name without a value stays as
// it is and is added to `missing`.
std::string substitute_variables(std::string_view text, const Environment& environment,
                                 std::vector<std::string>& missing);

}  // namespace chela::config
