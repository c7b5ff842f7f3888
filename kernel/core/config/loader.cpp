#include "kernel/core/config/loader.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/secrets.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::config {
namespace {

using namespace problem_code;
using nlohmann::json;
namespace fs = std::filesystem;

fs::path expand_home(const std::string& path, const Environment& environment) {
  const auto* home = find_variable(environment, "HOME");
  if (home && (path == "~" || path.starts_with("~/"))) return *home + path.substr(1);
  return path;
}

// Gathers the parts of one load.
class Load {
 public:
  Load(const ConfigSpec& spec, const LoadRequest& request) : spec_(spec), request_(request) {}

  Loaded run() {
    ConfigFile file = find_config_file(request_);
    if (file.kind != ConfigFile::Kind::none) read(file);
    if (has_errors(problems_)) return finish(nullptr);
    substitute_below({}, document_);
    lay_over(apply_environment(spec_.schema(), request_.environment, document_));
    lay_over(apply_settings(spec_.schema(), request_.settings, document_));
    for (auto& problem : spec_.check(document_)) {
      if (auto path = Path::parse(problem.path)) problem.where = where(*path);
      problems_.push_back(std::move(problem));
    }
    if (has_errors(problems_)) return finish(nullptr);
    fill_defaults(spec_.schema(), document_);
    return finish(std::make_shared<const Snapshot>(Snapshot::Parts{
        std::make_shared<const json>(std::move(document_)), file_name_, source_, std::move(overrides_)}));
  }

 private:
  void read(const ConfigFile& file) {
    file_name_ = file.path.filename().string();
    auto text = platform::read_file(file.path, Json5Limits{}.bytes_max);
    if (!text) {
      add(config_unreadable,
          fmt::format("{}; check --config, CHELA_CONFIG and the file's permissions", text.error().message));
      problems_.back().where = file.path.string();
      return;
    }
    auto source = std::make_shared<SourceMap>();
    auto document = parse_json5(*text, source.get());
    if (!document) {
      add(config_syntax, document.error().message);
      problems_.back().where = place(document.error().at);
      return;
    }
    source_ = std::move(source);
    document_ = std::move(*document);
    if (document_.is_object()) return;
    add(config_type_mismatch, "the file must hold an object: { gateway: { … } }");
    problems_.back().where = place({1, 1});
  }

  void add(std::string code, std::string message) {
    problems_.push_back({std::move(code), Severity::error, {}, std::move(message), {}, {}});
  }

  std::string place(Position at) const { return fmt::format("{}:{}:{}", file_name_, at.line, at.column); }

  // Where the value, or what stands around it, comes from.
  std::string where(const Path& path) const {
    for (auto change = overrides_.rbegin(); change != overrides_.rend(); ++change) {
      if (path.starts_with(change->path)) return change->origin.where;
    }
    if (source_ && source_->find(path)) return place(source_->position_of(path));
    for (const auto& change : overrides_) {
      if (change.path.starts_with(path)) return change.origin.where;
    }
    return source_ ? place(source_->position_of(path)) : std::string();
  }

  // Texts that are no secrets get their ${NAME} now; secrets keep theirs until they are used.
  void substitute_below(const Path& path, json& value) {
    if (value.is_object()) {
      for (auto& [key, member] : value.items()) substitute_below(path.child(key), member);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) substitute_below(path.child(i), value[i]);
    } else if (value.is_string() && value.get_ref<const std::string&>().find("${") != std::string::npos) {
      if (is_secret(spec_.schema(), path)) return;
      std::vector<std::string> missing;
      value = substitute_variables(value.get_ref<const std::string&>(), request_.environment, missing);
      if (!is_valid_utf8(value.get_ref<const std::string&>())) {
        value = "";
        problems_.push_back({config_bad_override, Severity::error, path.text(),
                             "an environment variable that it names is not UTF-8", where(path), {}});
      }
      for (const auto& name : missing) {
        problems_.push_back({config_unresolved_reference, Severity::warning, path.text(),
                             fmt::format("the environment variable {} is not set", name), where(path), {}});
      }
    }
  }

  void lay_over(OverlayResult result) {
    for (auto& change : result.overrides) overrides_.push_back(std::move(change));
    for (auto& problem : result.problems) problems_.push_back(std::move(problem));
  }

  // In the order of the file; what does not stand there comes first.
  Loaded finish(std::shared_ptr<const Snapshot> snapshot) {
    std::vector<std::tuple<std::uint32_t, std::uint32_t, std::size_t>> order;
    for (std::size_t i = 0; i < problems_.size(); ++i) {
      auto path = Path::parse(problems_[i].path);
      Position at = source_ && path ? source_->position_of(*path) : Position{};
      order.emplace_back(at.line, at.column, i);
    }
    std::ranges::sort(order);
    Loaded loaded{std::move(snapshot), {}};
    for (auto [line, column, index] : order) loaded.problems.push_back(std::move(problems_[index]));
    return loaded;
  }

  const ConfigSpec& spec_;
  const LoadRequest& request_;
  std::string file_name_;
  std::shared_ptr<const SourceMap> source_;
  json document_ = json::object();
  std::vector<Override> overrides_;
  std::vector<Problem> problems_;
};

}  // namespace

fs::path home_directory(const Environment& environment) {
  if (const auto* home = find_variable(environment, "CHELA_HOME")) return expand_home(*home, environment);
  return expand_home("~/.chela", environment);
}

ConfigFile find_config_file(const LoadRequest& request) {
  using Kind = ConfigFile::Kind;
  if (request.file) return {Kind::named, expand_home(request.file->string(), request.environment)};
  for (auto name : {"CHELA_CONFIG", "OPENCLAW_CONFIG_PATH"}) {
    const auto* path = find_variable(request.environment, name);
    if (path) return {Kind::named, expand_home(*path, request.environment)};
  }
  std::error_code ignored;
  fs::path own = home_directory(request.environment) / "chela.json";
  if (fs::exists(own, ignored)) return {Kind::home, own};
  fs::path upstream = expand_home("~/.openclaw/openclaw.json", request.environment);
  if (upstream.is_absolute() && fs::exists(upstream, ignored)) return {Kind::upstream, upstream};
  return {Kind::none, own};
}

Loaded load(const ConfigSpec& spec, const LoadRequest& request) { return Load(spec, request).run(); }

}  // namespace chela::config
