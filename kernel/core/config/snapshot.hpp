#pragma once

// The configuration as it is in effect: immutable, shared, valid by construction.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/path.hpp"
#include "kernel/core/config/source_map.hpp"

namespace chela::config {

// Where an effective value comes from.
struct Origin {
  enum class Kind { defaults, file, environment, command_line };
  Kind kind = Kind::defaults;
  std::string where;  // `default`, `chela.json:12:7`, `environment variable X`, `command line`
};

// A value that was laid over the file.
struct Override {
  Path path;
  Origin origin;
};

// Any thread.
class Snapshot {
 public:
  struct Parts {
    std::shared_ptr<const nlohmann::json> root;
    std::string file;  // as shown; empty when there is none
    std::shared_ptr<const SourceMap> source;
    std::vector<Override> overrides;
  };
  explicit Snapshot(Parts parts) : parts_(std::move(parts)) {}
  // `other` with another document of the same shape: origins stay those of `other`.
  Snapshot(const Snapshot& other, std::shared_ptr<const nlohmann::json> root) : parts_(other.parts_) {
    parts_.root = std::move(root);
  }

  // The document with the defaults filled in. Secrets are references or what the person wrote.
  const nlohmann::json& root() const { return *parts_.root; }
  const std::string& file() const { return parts_.file; }

  // The value at `a.b[0]`, or null when the key is absent.
  const nlohmann::json* find(std::string_view path) const;

  // For keys whose schema gives the type and a default: the value must be there. Else a defect of the caller.
  std::int64_t get_integer(std::string_view path) const;
  bool get_boolean(std::string_view path) const;
  std::string get_string(std::string_view path) const;
  // For keys that may be absent.
  std::optional<std::string> find_string(std::string_view path) const;
  std::vector<std::string> find_strings(std::string_view path) const;  // empty when absent

  Origin origin_of(const Path& path) const;

 private:
  Parts parts_;
};

// The document with every secret literal replaced by `[redacted]`; references are shown. For `config get` and doctor.
nlohmann::json redacted(const nlohmann::json& schema, const nlohmann::json& document);

}  // namespace chela::config
