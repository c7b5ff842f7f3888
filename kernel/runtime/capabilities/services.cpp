#include "kernel/runtime/capabilities/services.hpp"

#include <algorithm>

namespace chela::runtime {

Services::Services(Loop& loop, log::Logger logger, plugins::PluginSet& plugins)
    : loop_(loop), logger_(std::move(logger)), plugins_(plugins) {}

void Services::start() {
  plugins_.on_change([this, on = std::weak_ptr(on_)] {
    if (on.lock()) look();
  });
  look();
}

void Services::look() {
  std::vector<std::pair<std::string, std::string>> there;  // copied: what is begun may change the registry
  for (const auto* one : plugins_.registry().list("service")) there.emplace_back(one->plugin_id, one->id);
  for (const auto& name : there) {
    auto& run = runs_[name];
    const auto* record = plugins_.find(name.first);
    if (run) {
      run->moved_to(record ? record->instance.get() : nullptr);
      continue;
    }
    auto instances = [this, id = name.first] { return plugins_.activate(id); };
    run = std::make_unique<ServiceRun>(loop_, logger_, name.first, name.second, std::move(instances));
    run->start();
  }
}

Task<Result<void>> Services::stop() {
  on_.reset();
  auto deadline = loop_.now() + kStopTime;
  // Each is told before the first is waited for.
  for (auto& [name, run] : runs_) run->ask_to_stop();
  for (auto& [name, run] : runs_) {
    auto stopping = run->stop(std::max(Duration::zero(), deadline - loop_.now()));
    auto stopped = co_await std::move(stopping);
    if (!stopped) {
      logger_.warning("plugin {}: service {} did not end within {} s", name.first, name.second,
                      std::chrono::duration_cast<std::chrono::seconds>(kStopTime).count());
    }
  }
  co_return Result<void>{};
}

std::vector<ServiceHealth> Services::health() const {
  std::vector<ServiceHealth> out;
  for (const auto& [name, run] : runs_) out.push_back(run->health());
  return out;
}

}  // namespace chela::runtime
