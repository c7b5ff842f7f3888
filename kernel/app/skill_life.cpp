#include "kernel/app/skill_life.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "kernel/app/config_edit.hpp"
#include "kernel/core/platform/paths.hpp"
#include "kernel/runtime/skills/environment.hpp"

namespace chela::app {
namespace {

namespace needs = runtime::skills::needs;
using gateway::ConfigRefusal;
using gateway::SkillChange;
using Json = nlohmann::json;

// The entry as it will be, and the edits that lead there: what is not touched keeps its comments.
struct EntryEdits {
  Json becomes = Json::object();
  std::vector<ConfigEdit> edits;

  void set(const config::Path& around, const char* member, const Json& value) {
    becomes[member] = value;
    edits.push_back({around.child(std::string(member)), value.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  void remove(const config::Path& around, const char* member) {
    becomes.erase(member);
    edits.push_back({around.child(std::string(member)), {}});
  }
};

EntryEdits edits_of(const SkillChange& change, const config::Path& around, const Json& current) {
  EntryEdits out;
  if (current.is_object()) out.becomes = current;
  if (change.enabled) out.set(around, "enabled", *change.enabled);
  auto text = [&](const char* member, const std::optional<std::string>& value) {
    if (!value) return;
    if (value->empty()) out.remove(around, member);
    else out.set(around, member, *value);
  };
  text("apiKey", change.api_key);
  text("accept", change.accept);
  if (change.variables.empty()) return out;
  auto variables = out.becomes.contains("env") && out.becomes["env"].is_object() ? out.becomes["env"] : Json::object();
  for (const auto& [name, value] : change.variables) {
    if (value.empty()) variables.erase(name);
    else variables[name] = value;
  }
  if (variables.empty()) out.remove(around, "env");
  else out.set(around, "env", variables);
  return out;
}

}  // namespace

SkillLife::SkillLife(Loop& loop, net::EgressClient& egress, const EffectiveConfig& config, SkillParts& parts,
                     std::filesystem::path workspace)
    : loop_(loop), config_(config), parts_(parts), workspace_(workspace), hub_(loop, egress, config, std::move(workspace)) {}

gateway::SkillsSources SkillLife::sources() {
  return {.loop = loop_,
          .workspace = workspace_.string(),
          .managed = parts_.managed_directory().string(),
          .offer =
              [this](const std::string& agent) {
                return agent.empty() ? parts_.skills().offer_of_all() : parts_.skills().offer(agent);
              },
          .config = [this]() -> const Json& { return config_.current().root(); },
          .judge = parts_.judge(),
          .machine =
              [this] {
                auto home = platform::home_directory();
                return needs::machine_here(config_.current().root(), home ? *home : std::filesystem::path(),
                                           config_.home().root / "state");
              },
          .set_entry = [this](SkillChange change) { return set_entry(std::move(change)); },
          .refresh = [this] { return refresh(); },
          .install_need = [this](needs::Plan plan, std::string approved, Duration timeout, CancelToken cancel) {
            return install_need(std::move(plan), std::move(approved), timeout, std::move(cancel));
          },
          .search = [this](std::string text, std::size_t limit) { return hub_.search(std::move(text), limit); },
          .detail = [this](std::string slug, std::string owner) { return hub_.detail(std::move(slug), std::move(owner)); },
          .install = [this](gateway::HubWish wish) { return hub_.install(std::move(wish)); },
          .update = [this](std::string key, bool force) { return hub_.update(std::move(key), force); },
          .remove = [this](std::string key, bool force) { return hub_.remove(std::move(key), force); }};
}

void SkillLife::serve(gateway::Service& service, gateway::MethodTable& methods,
                      std::shared_ptr<gateway::SocketClients> sockets) {
  auto api = gateway::make_skills_api(sources());
  gateway::add_skills_routes(service, api);
  gateway::add_skills_methods(methods, api);
  methods.refresh();
  parts_.on_change([this, sockets = std::move(sockets), known = std::uint64_t(0)]() mutable {
    auto version = parts_.library().current()->version;
    // That they are read for the first time is no change to anybody.
    if (std::exchange(known, version) != 0) sockets->tell_all(gateway::skills_changed_event(version));
  });
}

Task<std::expected<void, ConfigRefusal>> SkillLife::set_entry(SkillChange change) {
  for (const auto& [name, value] : change.variables) {
    if (runtime::skills::is_refused_variable(name) && !value.empty()) {
      co_return std::unexpected(ConfigRefusal{
          {ErrorCode::denied, name + " would change which code other programs run: no skill may set it"}, {}});
    }
  }
  const config::Path around{std::string("skills"), std::string("entries"), change.key};
  auto entry = edits_of(change, around, written_at(config_, around));
  if (entry.edits.empty()) {
    co_return std::unexpected(ConfigRefusal{{ErrorCode::invalid_argument, "nothing is to be changed"}, {}});
  }
  auto written = edit_config(config_, live_reload_, around, entry.becomes, entry.edits);
  if (!written) co_return written;
  co_await parts_.library().refresh();
  co_return written;
}

Task<Result<void>> SkillLife::refresh() {
  co_await parts_.library().refresh();
  co_return Result<void>();
}

Task<Result<needs::Installed>> SkillLife::install_need(needs::Plan plan, std::string approved, Duration timeout,
                                                       CancelToken cancel) {
  auto installing = needs::install({.loop = loop_, .timeout = timeout}, std::move(plan), std::move(approved), std::move(cancel));
  auto done = co_await std::move(installing);
  parts_.skills().forget();  // a program that was missing may be there now
  co_return done;
}

}  // namespace chela::app
