#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/packages/semver.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kUpstreamManifest = "openclaw.plugin.json";
constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kListMax = 1000;

// A member that is an object; an empty one when it is something else.
Json object_at(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

std::vector<std::string> texts_at(const Json& object, const char* key) {
  std::vector<std::string> out;
  auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const auto& value : *found) {
    if (value.is_string() && out.size() < kListMax) out.push_back(value.get<std::string>());
  }
  return out;
}

class Reader {
 public:
  explicit Reader(fs::path folder) : folder_(std::move(folder)) {}

  Result<PackageInfo> read() {
    CHELA_CHECK(read_files());
    info_.kind = PackageKind::node;
    read_identity();
    read_entries();
    read_contracts();
    read_floors();
    read_dependencies();
    std::ranges::sort(info_.capabilities);
    // Until it runs in its cage nobody can say what JavaScript will ask for; its own words are all there is.
    info_.permissions.insert(info_.permissions.begin(), "code of the package, in a Node process of its own");
    return std::move(info_);
  }

 private:
  void note(bool is_error, const char* code, std::string message) {
    info_.problems.push_back({is_error, code, std::move(message)});
  }

  Result<void> read_files() {
    auto manifest = platform::read_file(folder_ / kUpstreamManifest, kFileBytesMax);
    auto package = platform::read_file(folder_ / "package.json", kFileBytesMax);
    if (package) {
      auto parsed = parse_json(*package, kDepthMax);
      if (parsed && parsed->is_object())
        package_ = std::move(*parsed);
      else
        note(true, "invalid_package_json", "package.json is not valid JSON");
    }
    openclaw_ = object_at(package_, "openclaw");
    if (manifest) {
      auto parsed = config::parse_json5(*manifest);
      if (!parsed) return fail(ErrorCode::invalid_argument, "{}: {}", kUpstreamManifest, parsed.error().message);
      if (!parsed->is_object()) return fail(ErrorCode::invalid_argument, "{}: it is no object", kUpstreamManifest);
      manifest_ = std::move(*parsed);
    } else if (openclaw_.empty()) {
      return fail(ErrorCode::not_found,
                  "there is no plugin: neither {}, nor {}, nor an `openclaw` block in package.json",
                  plugins::kManifestName, kUpstreamManifest);
    } else {
      note(false, "invalid_manifest", "the package has no openclaw.plugin.json; its id comes from package.json");
    }
    return {};
  }

  void read_identity() {
    info_.package_name = text_of(package_, "name");
    info_.id = text_of(manifest_, "id");
    if (info_.id.empty() && !manifest_.empty()) note(true, "invalid_manifest", "the manifest has no id");
    if (info_.id.empty()) info_.id = text_of(object_at(openclaw_, "plugin"), "id");
    if (info_.id.empty()) info_.id = info_.package_name.substr(info_.package_name.find('/') + 1);
    info_.version = text_of(package_, "version");
    if (info_.version.empty()) info_.version = text_of(manifest_, "version");
    if (info_.version.empty()) info_.version = "0.0.0";
    info_.name = text_of(manifest_, "name");
    info_.description = text_of(manifest_, "description");
    if (info_.description.empty()) info_.description = text_of(package_, "description");
    auto schema = manifest_.find("configSchema");
    if (!manifest_.empty() && (schema == manifest_.end() || !schema->is_object()))
      note(true, "invalid_manifest", "the manifest has no configSchema");
  }

  // Installed packages run what is built: runtimeExtensions first, then extensions as they stand.
  void read_entries() {
    info_.entries = texts_at(openclaw_, "runtimeExtensions");
    if (info_.entries.empty()) info_.entries = texts_at(openclaw_, "extensions");
    if (info_.entries.empty() && !text_of(package_, "main").empty()) info_.entries.push_back(text_of(package_, "main"));
    if (info_.entries.empty()) find_default_entry();
    auto root = fs::weakly_canonical(folder_);
    for (const auto& entry : info_.entries) {
      std::error_code missing;
      auto real = fs::weakly_canonical(folder_ / entry, missing);
      auto inside = real.lexically_relative(root).string();
      if (missing || inside.empty() || inside.starts_with("..") || fs::path(entry).is_absolute())
        note(true, "entry_outside_root", "the entry " + entry + " lies outside the package");
      else if (!is_file(real) && !is_file(real.string() + ".js") && !is_elsewhere(entry))
        note(true, "entry_not_found", "the package has no " + entry);
    }
    if (info_.entries.empty()) note(true, "entry_not_found", "the package names no entry");
  }

  static bool is_file(const fs::path& path) {
    std::error_code missing;
    return fs::is_regular_file(path, missing);
  }

  // By the rules of the host process: what was built of a source, under dist/ or beside it, and the source of what was
  // not built.
  bool is_elsewhere(const std::string& entry) const {
    constexpr std::array kBuilt = {".js", ".mjs", ".cjs"};
    constexpr std::array kSources = {".ts", ".mts", ".cts", ".tsx"};
    auto path = fs::path(entry).lexically_normal();
    auto is_source = std::ranges::find(kSources, path.extension().string()) != kSources.end();
    auto stem = path.replace_extension().string();
    auto without = [](std::string_view text, std::string_view prefix) {
      return std::string(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
    };
    auto has = [this](const std::string& place, const auto& endings) {
      return std::ranges::any_of(endings, [&](const char* ending) { return is_file(folder_ / (place + ending)); });
    };
    if (is_source) {
      return has("dist/" + without(stem, "src/"), kBuilt) || has("dist/" + stem, kBuilt) || has(stem, kBuilt);
    }
    if (!stem.starts_with("dist/")) return false;
    auto rest = without(without(stem, "dist/"), "src/");
    return has("src/" + rest, kSources) || has(rest, kSources);
  }

  void find_default_entry() {
    for (const char* name : {"dist/index.js", "index.ts", "index.js", "index.mjs"}) {
      std::error_code missing;
      if (!fs::is_regular_file(folder_ / name, missing)) continue;
      info_.entries.emplace_back(name);
      return;
    }
  }

  void read_contracts() {
    auto add = [this](const std::string& kind, const std::vector<std::string>& ids) {
      for (const auto& id : ids) info_.capabilities.push_back(kind + "/" + id);
    };
    add("channel", texts_at(manifest_, "channels"));
    add("provider", texts_at(manifest_, "providers"));
    add("skill", texts_at(manifest_, "skills"));
    const auto contracts = object_at(manifest_, "contracts");
    for (const auto& [contract, value] : contracts.items()) {
      if (value.is_array()) add(contract == "tools" ? "tool" : contract, texts_at(contracts, contract.c_str()));
    }
    auto kind = text_of(manifest_, "kind");
    if (!kind.empty())
      info_.capabilities.push_back((kind == "context-engine" ? "context_engine" : kind) + "/" + info_.id);
    const auto servers = object_at(manifest_, "mcpServers");
    for (const auto& [server, _] : servers.items()) info_.permissions.push_back("exec mcp server " + server);
  }

  void read_floor(const std::string& floor, const char* code, const char* what) {
    if (floor.empty()) return;
    info_.compatibility += (info_.compatibility.empty() ? "" : ", ") + std::string(what) + " " + floor;
    auto met = satisfies_floor(kUpstreamVersion, floor);
    if (!met) return note(false, code, fmt::format("{} `{}` cannot be read as a version", what, floor));
    if (!*met) note(true, code, fmt::format("needs {} {}, this gateway offers {}", what, floor, kUpstreamVersion));
  }

  void read_floors() {
    auto compat = object_at(openclaw_, "compat");
    read_floor(text_of(compat, "pluginApi"), "plugin_api_version_mismatch", "plugin API");
    read_floor(text_of(compat, "minGatewayVersion"), "host_version_too_old", "OpenClaw");
    read_floor(text_of(object_at(openclaw_, "install"), "minHostVersion"), "host_version_too_old", "OpenClaw");
    if (info_.compatibility.empty()) info_.compatibility = "no version named";
  }

  void read_dependencies() {
    for (const char* key : {"dependencies", "optionalDependencies"}) {
      const auto listed = object_at(package_, key);
      for (const auto& [name, range] : listed.items()) {
        std::error_code missing;
        if (fs::is_directory(folder_ / "node_modules" / name, missing)) continue;  // bundled
        if (range.is_string()) info_.dependencies.push_back({name, range.get<std::string>()});
      }
    }
    auto scripts = object_at(package_, "scripts");
    for (const char* name : {"preinstall", "install", "postinstall", "prepare"}) {
      if (scripts.contains(name)) info_.scripts.emplace_back(name);
    }
  }

  fs::path folder_;
  Json manifest_ = Json::object();
  Json package_ = Json::object();
  Json openclaw_ = Json::object();
  PackageInfo info_;
};

}  // namespace

Result<PackageInfo> read_node_package(const fs::path& folder) {
  return Reader(folder).read();
}

}  // namespace chela::packages
