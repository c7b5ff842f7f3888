#include "kernel/gateway/skills_api.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/gateway/skills_json.hpp"
#include "kernel/runtime/skills/scan/package.hpp"

namespace chela::gateway {

using Json = nlohmann::json;
using policy::RouteAccess;
using policy::RoutePolicy;
using namespace runtime::skills;

namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kSecretBytesMax = 32'768;
constexpr std::size_t kVariablesMax = 64;
constexpr std::size_t kResultsMax = 100;
constexpr std::uint64_t kBodyBytesMax = 1 << 20;
constexpr std::uint64_t kTimeoutMsMax = 900'000;
constexpr std::string_view kLineEnds("\0\r\n", 3);

Error wrong(std::string_view member, std::string_view what) {
  return {ErrorCode::invalid_argument, fmt::format("{}: {}", member, what)};
}

// A member that has to be text of a sensible length.
Result<std::string> get_text(const Json& params, const char* name) {
  auto text = text_of(params, name);
  if (text.empty()) return std::unexpected(wrong(name, "missing, or no text"));
  if (text.size() > kNameBytesMax) return std::unexpected(wrong(name, "longer than 256 bytes"));
  return text;
}

bool flag_of(const Json& params, const char* name) {
  auto found = params.find(name);
  return found != params.end() && found->is_boolean() && found->get<bool>();
}

std::uint64_t number_of(const Json& params, const char* name, std::uint64_t otherwise) {
  auto found = params.find(name);
  return found != params.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : otherwise;
}

bool is_variable_name(std::string_view name) {
  auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && name.size() <= kNameBytesMax && !is_digit(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c); });
}

Result<std::map<std::string, std::string>> read_variables(const Json& params) {
  std::map<std::string, std::string> out;
  auto found = params.find("env");
  if (found == params.end()) return out;
  if (!found->is_object() || found->size() > kVariablesMax) {
    return std::unexpected(wrong("env", "must be an object of at most 64 variables"));
  }
  for (const auto& [name, value] : found->items()) {
    auto where = "env." + name.substr(0, kNameBytesMax);
    if (!is_variable_name(name)) return std::unexpected(wrong(where, "letters, digits and _ make the name of a variable"));
    if (!value.is_string()) return std::unexpected(wrong(where, "must be text; an empty one removes the variable"));
    auto text = std::string(trim(value.get<std::string>()));
    bool is_sound = text.size() <= kSecretBytesMax && text.find('\0') == std::string::npos;
    if (!is_sound) return std::unexpected(wrong(where, "longer than 32768 bytes, or with a zero byte"));
    out.emplace(name, std::move(text));
  }
  return out;
}

Result<SkillChange> read_change(const Json& params) {
  SkillChange change;
  CHELA_TRY(change.key, get_text(params, "skillKey"));
  if (auto enabled = params.find("enabled"); enabled != params.end()) {
    if (!enabled->is_boolean()) return std::unexpected(wrong("enabled", "must be true or false"));
    change.enabled = enabled->get<bool>();
  }
  if (auto key = params.find("apiKey"); key != params.end()) {
    if (!key->is_string()) return std::unexpected(wrong("apiKey", "must be text; an empty one removes the key"));
    change.api_key = std::string(trim(key->get_ref<const std::string&>()));
    bool is_sound = change.api_key->size() <= kSecretBytesMax && change.api_key->find_first_of(kLineEnds) == std::string::npos;
    if (!is_sound) return std::unexpected(wrong("apiKey", "longer than 32768 bytes, or more than one line"));
  }
  if (auto accept = params.find("accept"); accept != params.end()) {
    if (!accept->is_string()) return std::unexpected(wrong("accept", "must be the hash of a content, or empty"));
    change.accept = accept->get<std::string>();
  }
  CHELA_TRY(change.variables, read_variables(params));
  return change;
}

}  // namespace

class SkillsApi {
 public:
  explicit SkillsApi(SkillsSources sources) : sources_(std::move(sources)) {}

  Task<Result<Json>> status(Json params, CancelToken) {
    auto refreshing = sources_.refresh();
    CHELA_CO_CHECK(co_await std::move(refreshing));
    co_return co_await listed(text_of(params, "agentId"));
  }

  Task<Result<Json>> bins(Json, CancelToken) {
    std::set<std::string> names;
    for (const auto& skill : sources_.offer("")->collection->set.skills) {
      if (!skill.manifest) continue;
      const Requires none;
      const auto& needs = skill.manifest->needs ? *skill.manifest->needs : none;
      names.insert(needs.bins.begin(), needs.bins.end());
      names.insert(needs.any_bins.begin(), needs.any_bins.end());
      for (const auto& option : skill.manifest->install) names.insert(option.bins.begin(), option.bins.end());
    }
    co_return Json{{"bins", names}};
  }

  // Everything that the scan finds in one skill.
  Task<Result<Json>> report(Json params, CancelToken) {
    CHELA_CO_TRY(std::string name, get_text(params, "name"));
    auto offer = sources_.offer("");
    CHELA_CO_TRY(const Skill* skill, find(*offer, name));
    auto work = [folder = skill->base_dir]() -> Result<scan::Report> {
      CHELA_TRY(auto package, scan::read_package(folder));
      return scan::scan(package);
    };
    auto scanning = run_blocking<scan::Report>(sources_.loop, std::move(work));
    CHELA_CO_TRY(auto report, co_await std::move(scanning));
    co_return report_json(report);
  }

  Task<Result<Json>> search(Json params, CancelToken) {
    auto text = text_of(params, "query");
    if (text.size() > kNameBytesMax) co_return std::unexpected(wrong("query", "longer than 256 bytes"));
    auto limit = std::clamp<std::uint64_t>(number_of(params, "limit", 25), 1, kResultsMax);
    auto searching = sources_.search(std::move(text), limit);
    CHELA_CO_TRY(auto found, co_await std::move(searching));
    Json results = Json::array();
    for (const auto& one : found) results.push_back(found_json(one));
    co_return Json{{"results", results}};
  }

  Task<Result<Json>> detail(Json params, CancelToken) {
    CHELA_CO_TRY(std::string slug, get_text(params, "slug"));
    auto asking = sources_.detail(std::move(slug), text_of(params, "ownerHandle"));
    CHELA_CO_TRY(auto detail, co_await std::move(asking));
    co_return detail_json(detail);
  }

  Task<Result<Json>> update(Json params, CancelToken) {
    if (text_of(params, "source") == "clawhub") co_return co_await update_installed(std::move(params));
    CHELA_CO_TRY(auto change, read_change(params));
    auto key = change.key;
    auto setting = sources_.set_entry(std::move(change));
    auto set = co_await std::move(setting);
    if (!set) co_return std::unexpected(std::move(set.error().error));
    co_return Json{{"ok", true}, {"skillKey", key}, {"config", entry_json(key)}};
  }

  Task<Result<Json>> install(Json params, CancelToken cancel) {
    auto source = text_of(params, "source");
    if (source == "clawhub") co_return co_await install_from_hub(std::move(params));
    if (!source.empty()) co_return fail(ErrorCode::unsupported, "source: {} is not known here; clawhub is", source);
    co_return co_await install_need(std::move(params), std::move(cancel));
  }

  Task<Result<Json>> remove(Json params, CancelToken) {
    CHELA_CO_TRY(std::string slug, get_text(params, "slug"));
    auto removing = sources_.remove(std::move(slug), flag_of(params, "force"));
    CHELA_CO_TRY(auto folder, co_await std::move(removing));
    auto refreshing = sources_.refresh();
    CHELA_CO_CHECK(co_await std::move(refreshing));
    co_return Json{{"ok", true}, {"removed", folder}};
  }

 private:
  Task<Result<Json>> listed(std::string agent) {
    auto offer = sources_.offer(agent);
    std::vector<Skill> withheld;
    for (const auto& skill : offer->collection->set.skills) {
      if (!skill.withheld.empty()) withheld.push_back(skill);
    }
    using Judgements = std::map<std::string, scan::Judgement>;
    auto work = [judge = sources_.judge, withheld = std::move(withheld)]() -> Result<Judgements> {
      Judgements out;
      for (const auto& skill : withheld) {
        if (judge) out.emplace(skill.base_dir, judge->judge(skill));
      }
      return out;
    };
    auto judging = run_blocking<Judgements>(sources_.loop, std::move(work));
    CHELA_CO_TRY(auto judgements, co_await std::move(judging));
    auto machine = sources_.machine();
    auto out = skills_json({*offer, sources_.config(), machine, judgements});
    out["workspaceDir"] = sources_.workspace;
    out["managedSkillsDir"] = sources_.managed;
    if (!agent.empty()) out["agentId"] = agent;
    co_return out;
  }

  // By its name, else by its key.
  static Result<const Skill*> find(const Offer& offer, const std::string& name) {
    const auto& skills = offer.collection->set.skills;
    auto found = std::ranges::find(skills, name, &Skill::name);
    if (found == skills.end()) found = std::ranges::find_if(skills, [&](const Skill& one) { return one.key() == name; });
    if (found == skills.end()) return fail(ErrorCode::not_found, "no skill {}; skills.status lists them", name);
    return &*found;
  }

  Json entry_json(const std::string& key) const {
    const auto& config = sources_.config();
    auto pointer = Json::json_pointer("/skills/entries") / key;
    if (!config.contains(pointer)) return Json::object();
    const auto& entry = config[pointer];
    Json out = {{"enabled", entry.value("enabled", Json(true))}};
    if (entry.contains("apiKey")) out["apiKey"] = kRedacted;
    if (entry.contains("env")) {
      for (const auto& [name, value] : entry["env"].items()) out["env"][name] = kRedacted;
    }
    if (entry.contains("accept")) out["accept"] = entry["accept"];
    return out;
  }

  Task<Result<Json>> install_need(Json params, CancelToken cancel) {
    CHELA_CO_TRY(std::string name, get_text(params, "name"));
    CHELA_CO_TRY(std::string id, get_text(params, "installId"));
    auto offer = sources_.offer("");
    CHELA_CO_TRY(const Skill* skill, find(*offer, name));
    if (!skill->withheld.empty()) {
      co_return fail(ErrorCode::denied, "{} is withheld, and nothing is installed for it: {}", name, skill->withheld);
    }
    auto machine = sources_.machine();
    auto options = needs::offered_options(*skill, machine);
    auto option = std::ranges::find(options, id, &needs::Option::id);
    if (option == options.end()) co_return fail(ErrorCode::not_found, "{} offers no installer {} here", name, id);
    CHELA_CO_TRY(auto plan, needs::plan_for(*skill, *option, machine));
    auto shown = plan_json(plan);
    if (flag_of(params, "dryRun")) co_return Json{{"ok", false}, {"dryRun", true}, {"plan", shown}};
    auto approved = text_of(params, "approved");
    if (approved != plan.shown) {
      co_return fail(ErrorCode::denied, "a person has to agree to exactly this, sent back as `approved`: {}", plan.shown);
    }
    auto timeout = std::chrono::milliseconds(std::clamp<std::uint64_t>(number_of(params, "timeoutMs", 300'000), 1000, kTimeoutMsMax));
    auto installing = sources_.install_need(std::move(plan), std::move(approved), timeout, std::move(cancel));
    CHELA_CO_TRY(auto done, co_await std::move(installing));
    auto refreshing = sources_.refresh();
    CHELA_CO_CHECK(co_await std::move(refreshing));
    co_return Json{{"ok", done.succeeded}, {"message", done.summary},          {"stdout", done.output}, {"stderr", ""},
                   {"code", done.exit_code}, {"missingBins", done.missing_bins}, {"plan", shown}};
  }

  Task<Result<Json>> install_from_hub(Json params) {
    HubWish wish{.reference = text_of(params, "reference"), .version = text_of(params, "version"),
                 .approved = text_of(params, "approved"), .dry_run = flag_of(params, "dryRun"), .force = flag_of(params, "force")};
    if (wish.reference.empty()) {
      CHELA_CO_TRY(wish.reference, get_text(params, "slug"));
    }
    if (wish.reference.size() > kNameBytesMax) co_return std::unexpected(wrong("reference", "longer than 256 bytes"));
    const bool dry_run = wish.dry_run;
    auto installing = sources_.install(std::move(wish));
    CHELA_CO_TRY(auto outcome, co_await std::move(installing));
    if (!dry_run) {
      auto refreshing = sources_.refresh();
      CHELA_CO_CHECK(co_await std::move(refreshing));
    }
    auto out = outcome_json(outcome);
    if (dry_run) out["dryRun"] = true;
    co_return out;
  }

  Task<Result<Json>> update_installed(Json params) {
    auto slug = text_of(params, "slug");
    if (slug.empty() && !flag_of(params, "all")) co_return std::unexpected(wrong("slug", "missing; `all` updates every one"));
    auto updating = sources_.update(std::move(slug), flag_of(params, "force"));
    CHELA_CO_TRY(auto updates, co_await std::move(updating));
    auto refreshing = sources_.refresh();
    CHELA_CO_CHECK(co_await std::move(refreshing));
    Json results = Json::array();
    bool good = true;
    for (const auto& one : updates) {
      good = good && one.state != "failed";
      results.push_back({{"key", one.key}, {"versionBefore", one.version_before}, {"version", one.version},
                         {"state", one.state}, {"error", one.problem}});
    }
    co_return Json{{"ok", good}, {"results", results}};
  }

  SkillsSources sources_;
};

namespace {

using Operation = Task<Result<Json>> (SkillsApi::*)(Json, CancelToken);

Task<Result<std::string>> run_method(std::shared_ptr<SkillsApi> api, Operation operation, MethodCall call) {
  auto running = ((*api).*operation)(object_of(call.params), std::move(call.cancel));
  CHELA_CO_TRY(auto result, co_await std::move(running));
  co_return json_text(result);
}

Task<Result<void>> run_route(std::shared_ptr<SkillsApi> api, Operation operation, Request request) {
  Json params = Json::object();
  if (request.http().method == "POST") {
    CHELA_CO_TRY(params, read_json_object(request.http()));
  } else {
    for (const char* name : {"agentId", "name", "query", "slug", "ownerHandle"}) {
      if (auto value = request.http().query_value(name)) params[name] = *value;
    }
    auto limit = request.http().query_value("limit").value_or("");
    std::uint64_t count = 0;
    if (std::from_chars(limit.data(), limit.data() + limit.size(), count).ec == std::errc()) params["limit"] = count;
  }
  auto running = ((*api).*operation)(std::move(params), request.exchange.cancel_token());
  CHELA_CO_TRY(auto result, co_await std::move(running));
  co_return request.respond(json_text_reply(200, json_text(result)));
}

}  // namespace

std::shared_ptr<SkillsApi> make_skills_api(SkillsSources sources) {
  return std::make_shared<SkillsApi>(std::move(sources));
}

void add_skills_methods(MethodTable& table, const std::shared_ptr<SkillsApi>& api) {
  auto add = [&](const char* name, Scope scope, Operation operation) {
    table.add({.name = name, .scope = scope, .run = [api, operation](MethodCall call) {
                 return run_method(api, operation, std::move(call));
               }});
  };
  add("skills.status", Scope::operator_read, &SkillsApi::status);
  add("skills.bins", Scope::operator_read, &SkillsApi::bins);
  add("skills.report", Scope::operator_read, &SkillsApi::report);
  add("skills.search", Scope::operator_read, &SkillsApi::search);
  add("skills.detail", Scope::operator_read, &SkillsApi::detail);
  add("skills.update", Scope::operator_admin, &SkillsApi::update);
  add("skills.install", Scope::operator_admin, &SkillsApi::install);
  add("skills.remove", Scope::operator_admin, &SkillsApi::remove);
}

void add_skills_routes(Service& service, const std::shared_ptr<SkillsApi>& api) {
  auto route = [&](const char* method, const char* path, RoutePolicy policy, const char* summary, Operation operation) {
    service.add({method, path, policy, summary,
                 [api, operation](Request request) { return run_route(api, operation, std::move(request)); }});
  };
  const RoutePolicy read(RouteAccess::operator_read, 0);
  const RoutePolicy write(RouteAccess::operator_write, kBodyBytesMax);
  route("GET", "/api/skills", read, "every skill: what it is for, whether it is offered, and what it lacks", &SkillsApi::status);
  route("GET", "/api/skills/report", read, "what the scan finds in one skill", &SkillsApi::report);
  route("GET", "/api/skills/search", read, "looks for skills in ClawHub", &SkillsApi::search);
  route("GET", "/api/skills/detail", read, "one skill of ClawHub", &SkillsApi::detail);
  route("POST", "/api/skills/update", write, "settings of a skill, or the newest versions of those from ClawHub",
        &SkillsApi::update);
  route("POST", "/api/skills/install", write, "a program that a skill needs, or a skill from ClawHub", &SkillsApi::install);
  route("POST", "/api/skills/remove", write, "removes a skill that was installed", &SkillsApi::remove);
}

std::string skills_changed_event(std::uint64_t version) { return json_text({{"type", "skills.changed"}, {"version", version}}); }

}  // namespace chela::gateway
