// Tools that end from threads of their own, late, twice or never: what a host of plugins has to live with.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chela/ext/log.h"
#include "chela/ext/timer.h"
#include "chela/ext/tool.h"

namespace {

chela_str str(const char* text) {
  return {text, std::char_traits<char>::length(text)};
}
bool is(chela_str a, const char* b) {
  return std::string(a.data, a.size) == b;
}

// One call on a thread of its own.
struct Work {
  const chela_tool_call* call;
  std::mutex mutex;
  std::condition_variable changed;
  bool cancelled = false;
  std::thread thread;

  void until_cancelled() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return cancelled; });
  }
  void cancel() {
    const std::lock_guard lock(mutex);
    cancelled = true;
    changed.notify_all();
  }
};

struct Threads {
  chela_plugin plugin;
  const chela_host* host;
  std::map<uint64_t, std::unique_ptr<Work>> works;

  void begin(uint64_t id, const chela_tool_call* call, void (*run)(Work&, const chela_host*)) {
    auto work = std::make_unique<Work>();
    work->call = call;
    work->thread = std::thread([run, running = work.get(), host = this->host] { run(*running, host); });
    works.emplace(id, std::move(work));
  }
  void end_all() {
    for (auto& [id, work] : works) {
      work->cancel();
      work->thread.join();
    }
    works.clear();
  }
};

Threads& self_of(const chela_plugin* plugin) {
  return *static_cast<Threads*>(plugin->self);
}

void count(Work& work, const chela_host*) {
  for (const char* piece : {"one ", "two ", "three "}) work.call->progress(work.call, str(piece));
  work.call->complete(work.call, CHELA_OK, str("counted"));
}
void twice(Work& work, const chela_host*) {
  work.call->complete(work.call, CHELA_OK, str("once"));
  work.call->complete(work.call, CHELA_OK, str("again"));
}
void flood(Work& work, const chela_host*) {
  const std::string piece(4096, 'x');
  for (int i = 0; i < 20000; ++i) work.call->progress(work.call, {piece.data(), piece.size()});
  work.call->complete(work.call, CHELA_OK, str("flooded"));
}
void obedient(Work& work, const chela_host*) {
  work.until_cancelled();
  work.call->complete(work.call, CHELA_CANCELLED, str("as asked"));
}
void silent(Work& work, const chela_host*) {
  work.until_cancelled();
}
void trespass(Work& work, const chela_host* host) {
  const auto* timer = static_cast<const chela_host_timer*>(host->get_service(host, str(CHELA_EXT_TIMER)));
  chela_timer_listener listener{sizeof(chela_timer_listener), nullptr, [](const chela_timer_listener*) {}};
  const bool refused = timer->start(host, 1, &listener) == 0;
  work.call->complete(work.call, CHELA_OK, str(refused ? "refused" : "let in"));
}

chela_status names(const chela_plugin*, const chela_sink* out) {
  out->write(out, str("count\ntwice\nflood\nobedient\nsilent\ntrespass\nblock\nhang\n"));
  return CHELA_OK;
}
chela_status start_tool(const chela_plugin* plugin, const chela_tool_request* request, const chela_tool_call* call,
                        const chela_error_sink* error) {
  const struct {
    const char* name;
    void (*run)(Work&, const chela_host*);
  } table[] = {{"count", count},       {"twice", twice},   {"flood", flood},
               {"obedient", obedient}, {"silent", silent}, {"trespass", trespass}};
  for (const auto& row : table) {
    if (!is(request->tool, row.name)) continue;
    self_of(plugin).begin(request->call_id, call, row.run);
    return CHELA_OK;
  }
  error->set(error, str("no such tool"));
  return CHELA_NOT_FOUND;
}
void cancel(const chela_plugin* plugin, uint64_t call_id) {
  auto& works = self_of(plugin).works;
  if (auto found = works.find(call_id); found != works.end()) found->second->cancel();
}
chela_status run(const chela_plugin*, const chela_tool_request* request, const chela_tool_call* call,
                 const chela_error_sink*) {
  call->progress(call, str("running"));
  const bool hangs = is(request->tool, "hang");
  while (hangs || !call->is_cancelled(call)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  call->complete(call, CHELA_CANCELLED, str("as asked"));
  return CHELA_OK;
}
const chela_plugin_tool kTool = {sizeof(chela_plugin_tool), names, start_tool, cancel, run, nullptr};

const chela_plugin* create(const chela_host* host, const chela_error_sink*) {
  auto* self = new Threads{};
  self->host = host;
  self->plugin = {
      sizeof(chela_plugin),
      self,
      [](const chela_plugin*, chela_str id) -> const void* { return is(id, CHELA_EXT_TOOL) ? &kTool : nullptr; },
      [](const chela_plugin*, chela_str, const chela_error_sink*) { return CHELA_OK; },
      [](const chela_plugin* plugin, const chela_error_sink*) {
        auto* host = self_of(plugin).host;
        const auto* log = static_cast<const chela_host_log*>(host->get_service(host, str(CHELA_EXT_LOG)));
        log->write(host, CHELA_LOG_INFO, str("threads is up"));
        return CHELA_OK;
      },
      [](const chela_plugin* plugin) { self_of(plugin).end_all(); },
      [](const chela_plugin* plugin) {
        self_of(plugin).end_all();
        delete &self_of(plugin);
      }};
  return &self->plugin;
}

}  // namespace

extern "C" {
extern CHELA_EXPORT const chela_entry chela_plugin_entry;
const chela_entry chela_plugin_entry = {sizeof(chela_entry), CHELA_ABI_MAJOR, CHELA_ABI_MINOR,
                                        "threads",           "1.0.0",         create};
}
