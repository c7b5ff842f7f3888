#include "kernel/runtime/hooks/hooks.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/hooks/call.hpp"
#include "kernel/runtime/hooks/merge.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;

bool is_for(const HookListener& listener, const Json& event) {
  if (listener.tools.empty()) return true;
  auto tool = to_lower(text_of(event, "toolName"));
  return tool.empty() || std::ranges::find(listener.tools, tool) != listener.tools.end();
}

}  // namespace

// What is told, once for all who hear it.
struct Hooks::Told {
  std::string event;
  std::string context;
};

Hooks::Hooks(Loop& loop, log::Logger logger, plugins::PluginSet& plugins)
    : loop_(loop), logger_(std::move(logger)), plugins_(plugins) {
  relist();
}

void Hooks::set_rules(HookRulesByPlugin rules) {
  rules_ = std::move(rules);
  relist();
}

void Hooks::relist() {
  listeners_ = HookListeners(plugins_, rules_);
  for (const auto& refusal : listeners_.refusals()) {
    if (std::ranges::find(refusals_logged_, refusal) == refusals_logged_.end()) logger_.warning("{}", refusal);
  }
  refusals_logged_ = listeners_.refusals();
}

void Hooks::failed(std::string_view plugin_id, HookPoint point, const Error& error) {
  if (error.code == ErrorCode::cancelled) return;
  ++totals_.failures;
  logger_.warning("plugin {}: {}: {}", plugin_id, name_of(point), error.message);
}

Task<Result<std::string>> Hooks::call(HookListener listener, HookPoint point, std::string event, std::string context,
                                      CancelToken cancel) {
  ++totals_.calls;
  CHELA_CO_TRY(auto instance, co_await plugins_.activate(listener.plugin_id));
  HookInput input{.point = std::string(name_of(point)),
                  .event = std::move(event),
                  .context = std::move(context),
                  .timeout = listener.timeout,
                  .leftover = plugins_.leftover_call(listener.plugin_id, next_call_id())};
  co_return co_await call_hook(loop_, std::move(instance), std::move(input), std::move(cancel));
}

// Null when the plugin has nothing to say.
Task<Result<Json>> Hooks::ask_one(HookListener listener, HookPoint point, std::string event, std::string context,
                                  CancelToken cancel) {
  CHELA_CO_TRY(auto text,
               co_await call(std::move(listener), point, std::move(event), std::move(context), std::move(cancel)));
  if (trim(text).empty()) co_return Result<Json>(Json());
  auto said = parse_json(text, kDepthMax);
  if (!said) co_return fail("its result", std::move(said.error()));
  if (!said->is_object()) co_return fail(ErrorCode::protocol, "its result is not an object");
  co_return said;
}

Task<Json> Hooks::ask(HookPoint point, Json event, Json context, CancelToken cancel) {
  const auto& row = row_of(point);
  auto context_text = json_text(context);
  Json merged = Json::object();
  for (const auto& listener : std::vector(listeners_.of(point))) {  // a copy: the list may change meanwhile
    if (cancel.cancelled()) break;
    if (!is_for(listener, event)) continue;
    auto said = co_await ask_one(listener, point, json_text(event), context_text, cancel);
    if (!said) {
      failed(listener.plugin_id, point, said.error());
      if (!(row.flags & HookRow::kGate) || cancel.cancelled()) continue;
      said = hook_refusal(row.merge, fmt::format("plugin {} was asked and failed: {}", listener.plugin_id,
                                                 said.error().message));
    }
    if (!said->is_object()) continue;
    bool over = false;
    if (row.kind == HookKind::claim) {
      over = said->value("handled", Json()) == true;
      if (over) merged = std::move(*said);
    } else {
      over = merge_hook_result(row.merge, merged, *said);
      show_merged(row.merge, event, merged);
    }
    if (!over) continue;
    merged["plugin"] = listener.plugin_id;
    break;
  }
  co_return merged;
}

Task<Result<void>> Hooks::tell_one(HookListener listener, HookPoint point, std::shared_ptr<const Told> what) {
  auto plugin_id = listener.plugin_id;
  if (auto& open = telling_[plugin_id]; open < kTellsMax) {
    ++open;
  } else {
    failed(plugin_id, point, {ErrorCode::exhausted, fmt::format("{} calls are open already; it is not told", open)});
    co_return Result<void>{};
  }
  auto told = co_await call(std::move(listener), point, what->event, what->context, loop_.shutdown_token());
  if (auto open = telling_.find(plugin_id); --open->second == 0) telling_.erase(open);
  if (!told) failed(plugin_id, point, told.error());
  co_return Result<void>{};
}

void Hooks::tell_those(HookPoint point, const Json& event, const Json& context, bool only_started) {
  std::shared_ptr<const Told> what;
  for (const auto& listener : std::vector(listeners_.of(point))) {
    const auto* record = plugins_.find(listener.plugin_id);
    if (only_started && (!record || record->state != plugins::State::started)) continue;
    if (!is_for(listener, event)) continue;
    if (!what) what = std::make_shared<const Told>(json_text(event), json_text(context));
    loop_.spawn(fmt::format("hook {} of plugin {}", name_of(point), listener.plugin_id),
                tell_one(listener, point, what));
  }
}

void Hooks::tell(HookPoint point, const Json& event, const Json& context) { tell_those(point, event, context, false); }

void Hooks::tell_started(HookPoint point, const Json& event, const Json& context) {
  tell_those(point, event, context, true);
}

}  // namespace chela::runtime
