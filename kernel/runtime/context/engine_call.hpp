#pragma once

// One call of a function of a context engine, and what an engine says of itself. Loop thread only.
//
// The functions are upstream's: bootstrap, ingest, ingestBatch, assemble, afterTurn, maintain, compact, each with one object. An
// engine in Node is described by "$describe" (bridge-node); a native one in its manifest's provides[], if at all:
// `functions`, `info.ownsCompaction`.

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/context/slots.hpp"

namespace chela::runtime {

struct EngineShape {
  std::optional<std::set<std::string, std::less<>>> functions;  // none: not said, each is tried
  bool owns_compaction = false;
  std::vector<std::string> needs;  // of its host, for turns of an agent: upstream's ContextEngineHostCapability

  bool has(std::string_view function) const { return !functions || functions->contains(function); }
  // What it needs and this gateway does not have; empty when there is nothing.
  std::string unmet_need() const;
};

// Members that are missing or of another type count as not said.
EngineShape read_engine_shape(const nlohmann::json& described);

// A JSON object as text with one more member, a list of JSON texts.
std::string with_list(std::string object, std::string_view name, const std::vector<std::string>& list);

// `argument`: a JSON object. Yields JSON text.
Task<Result<std::string>> call_engine(Loop& loop, plugins::PluginSet& plugins,
                                      std::shared_ptr<plugins::Instance> instance, SlotHolder function,
                                      std::string argument, Duration timeout, CancelToken cancel);

// Asks it, or reads its manifest where there is nobody to ask.
Task<Result<EngineShape>> describe_engine(Loop& loop, plugins::PluginSet& plugins,
                                          std::shared_ptr<plugins::Instance> instance, SlotHolder holder,
                                          CancelToken cancel);

}  // namespace chela::runtime
