#pragma once

// Finds model services on this machine by themselves, when nothing else is configured.

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/models/catalog.hpp"

namespace chela::app {

// Knocks at each candidate of the catalog and asks those that answer for their models. All outlive the task.
Task<Result<void>> find_local_services(Loop& loop, plugins::PluginSet& plugins, runtime::ModelCatalog& models,
                                       log::Logger logger);

}  // namespace chela::app
