#include "plugin-sdk/conformance/probe.hpp"

#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "chela/testing/fake_host.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

extern "C" void __lsan_disable() __attribute__((weak));  // there in a build with the leak sanitizer

namespace chela::conformance {
namespace {

class ProbeReport {
 public:
  ProbeReport() : file_(::dup(STDOUT_FILENO)) { ::dup2(STDERR_FILENO, STDOUT_FILENO); }
  void begin(const char* step) const {
    const std::string line = fmt::format("{}\n", step);
    [[maybe_unused]] auto written = ::write(file_, line.data(), line.size());
  }

 private:
  int file_;
};

// Whether the step went well. An exception of the plugin is for the host to see and to survive.
template <class Step>
bool attempt(const ProbeReport& report, const char* name, Step&& step) {
  report.begin(name);
  try {
    return step();
  } catch (...) {
    return false;
  }
}

// On standard error; the exit code of a plugin that cannot be let in.
int complain(const std::string& text) {
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
  return 1;
}

bool is_whole(const chela_plugin* plugin) {
  return CHELA_HAS(plugin, chela_plugin, destroy) && plugin->get_extension && plugin->configure && plugin->start &&
         plugin->stop && plugin->destroy;
}

void live(const chela_entry& entry, const std::string& configuration, const ProbeReport& report) {
  if (!CHELA_HAS(&entry, chela_entry, create) || entry.abi_major != CHELA_ABI_MAJOR || entry.create == nullptr) return;
  auto& host = *std::make_unique<testing::FakeHost>(entry).release();  // never freed: it would end the plugin once more
  if (!attempt(report, "create()", [&] { return host.create().ok(); }) || !is_whole(host.plugin())) return;
  const bool started = attempt(report, "configure()", [&] { return host.configure(configuration).ok(); }) &&
                       attempt(report, "start()", [&] { return host.start().ok(); });
  if (started) attempt(report, "stop()", [&] { return host.stop(), true; });
  attempt(report, "destroy()", [&] { return host.destroy(), true; });
}

}  // namespace

int probe(const std::string& library, const std::string& configuration) {
  if (__lsan_disable != nullptr) __lsan_disable();  // what a plugin leaks is a case of the kit; the rest is kept on purpose
  const ProbeReport report;
  const Surroundings before = whole_process();
  const testing::Library* loaded = nullptr;
  attempt(report, "loading it", [&] {
    loaded = std::make_unique<testing::Library>(library).release();  // as in the host, until the process ends
    return true;
  });
  const auto changed = differences(before, whole_process());
  if (!changed.empty()) return complain(fmt::format("it changes the process: {}", fmt::join(changed, "; ")));
  if (loaded != nullptr && loaded->find_entry() != nullptr) live(loaded->entry(), configuration, report);
  report.begin(kProbeDone);
  return 0;
}

}  // namespace chela::conformance
