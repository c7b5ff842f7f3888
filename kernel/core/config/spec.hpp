#pragma once

// The shape of the whole configuration, put together from slices: each module and each plugin owns one, the kernel
// names none of them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/path.hpp"
#include "kernel/core/config/problem.hpp"
#include "kernel/core/config/schema.hpp"

namespace chela::config {

enum class Reload { live, restart };

struct Slice {
  std::string owner;        // who is named in messages: "gateway", "plugin acme"
  std::string path;         // where it stands: "gateway", "plugins.entries.acme.config"
  std::string_view schema;  // JSON Schema text; read by add(), not kept
  Reload reload = Reload::restart;
  bool from_plugin = false;  // unknown keys are then `config_additional_property`
};

// Built once at start (and again when plugins come or go), then read-only. Copies are cheap and independent.
class ConfigSpec {
 public:
  ConfigSpec();

  // Takes a slice in. Outer slices come before inner ones. Returns why it was refused: a bad schema, or a path that
  // another slice claims already (the message names both owners).
  std::vector<Problem> add(const Slice& slice);

  // Keys that OpenClaw knows: one dotted path per line, `*` for any name or index, `#` starts a comment. Each line
  // stands for everything beneath it.
  void know_upstream_keys(std::string_view lines);
  bool is_upstream_key(const Path& path) const;

  // The one schema of the document, as `config schema` prints it.
  const nlohmann::json& schema() const { return *schema_; }
  std::string schema_text() const;

  // The innermost slice that holds `path`; empty owner when none does.
  std::string owner_of(const Path& path) const;
  Reload reload_of(const Path& path) const;
  bool is_from_plugin(const Path& path) const;

  // Everything that is wrong with `document`, unknown and unsupported keys included. `where` stays empty.
  std::vector<Problem> check(const nlohmann::json& document) const;

 private:
  struct Owned {
    Path path;
    std::string owner;
    Reload reload;
    bool from_plugin;
  };
  const Owned* find_owner(const Path& path) const;
  Problem problem_of(const UnknownKey& key) const;

  std::shared_ptr<nlohmann::json> schema_;  // shared with copies until one of them changes
  std::vector<Owned> slices_;
  std::vector<std::vector<std::string>> upstream_keys_;  // sorted
};

}  // namespace chela::config
