#pragma once

// How the results of several plugins at one point become one, by upstream's rules. Any thread.

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/hooks/point.hpp"

namespace chela::runtime {

// Puts `next`, an object, into `merged`, which is null before the first. True when no plugin after this one is asked.
bool merge_hook_result(HookMerge how, nlohmann::json& merged, const nlohmann::json& next);

// Changes `event` to what the next plugin is shown, `merged` being what those before it came to.
void show_merged(HookMerge how, nlohmann::json& event, const nlohmann::json& merged);

// What a plugin that failed at a gate has said: no, with the reason.
nlohmann::json hook_refusal(HookMerge how, std::string reason);

}  // namespace chela::runtime
