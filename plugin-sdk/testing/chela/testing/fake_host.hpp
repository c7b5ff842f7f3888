#ifndef CHELA_TESTING_FAKE_HOST_HPP
#define CHELA_TESTING_FAKE_HOST_HPP
// A host without a gateway, so that a plugin is unit-tested by itself, in C++17 and any test framework:
//
//   extern "C" const chela_entry chela_plugin_entry;   // or chela::testing::Library("greeter.so").entry()
//   chela::testing::FakeHost host(chela_plugin_entry);
//   host.up("{}");                                      // create, configure, start; throws what failed
//   host.run_tool("greet", R"({"name":"Ada"})")->outcome().text;
//   host.breaches().empty();                            // thread tags, states and exactly-once were kept
//
// The thread that makes it is the loop. Requests get the responses scripted by http().script(); nothing happens
// until pump() or advance(), which run_tool(), start_tool() and complete() call for what they began.

#include <dlfcn.h>

#include <atomic>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "chela/ext/log.h"
#include "chela/testing/fake_services.hpp"
#include "chela/testing/recorded_calls.hpp"

namespace chela {
namespace testing {

// A plugin's shared library; its entry lives as long as this.
class Library {
 public:
  explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
  }
  Library(const Library&) = delete;
  ~Library() { dlclose(handle_); }
  // Null when the library does not export the symbol.
  const chela_entry* find_entry() const {
    return static_cast<const chela_entry*>(dlsym(handle_, "chela_plugin_entry"));
  }
  const chela_entry& entry() const {
    if (find_entry() == nullptr) throw std::runtime_error("the library exports no chela_plugin_entry");
    return *find_entry();
  }

 private:
  void* handle_;
};

enum class State { kNone, kCreated, kConfigured, kStarted, kStopped, kDestroyed };

class FakeHost {
 public:
  explicit FakeHost(const chela_entry& entry) : entry_(entry) { host_ = {sizeof(chela_host), this, &get_service}; }
  FakeHost(const FakeHost&) = delete;
  ~FakeHost() {
    stop();
    destroy();
  }

  // The life of the instance. Each expects the state before it.
  Outcome create() {
    creating_ = true;
    Outcome outcome;
    const chela_error_sink error = error_into(outcome);
    plugin_ = entry_.create(&host_, &error);
    creating_ = false;
    if (plugin_ == nullptr && outcome.status == CHELA_OK) outcome.status = CHELA_INTERNAL;
    if (plugin_ != nullptr) outcome.status = CHELA_OK;
    if (plugin_ != nullptr) state_ = State::kCreated;
    return outcome;
  }
  Outcome configure(std::string_view json) {
    Outcome outcome;
    const chela_error_sink error = error_into(outcome);
    outcome.status = plugin_->configure(plugin_, to_str(json), &error);
    if (outcome.ok()) state_ = State::kConfigured;
    return outcome;
  }
  Outcome start() {
    Outcome outcome;
    const chela_error_sink error = error_into(outcome);
    state_ = State::kStarted;  // it may call the host already
    outcome.status = plugin_->start(plugin_, &error);
    if (!outcome.ok()) state_ = State::kConfigured;
    return outcome;
  }
  void stop() {
    if (state_ != State::kStarted) return;
    plugin_->stop(plugin_);
    state_ = State::kStopped;
    drop_open_work("stop()");
  }
  void destroy() {
    if (plugin_ == nullptr) return;
    plugin_->destroy(plugin_);
    plugin_ = nullptr;
    drop_open_work("destroy()");
    state_ = State::kDestroyed;
  }

  // Created, configured and started, or an exception.
  void up(std::string_view json = "{}") {
    require("create", create());
    require("configure", configure(json));
    require("start", start());
  }

  // Runs a blocking tool on a thread of its own, to its end.
  std::shared_ptr<RecordedToolCall> run_tool(std::string_view tool, std::string_view arguments) {
    return begin_tool(tool, arguments, true);
  }
  // Starts an asynchronous tool and pumps. It may still run afterwards: see completed(), wait_ms(), cancel_tool().
  std::shared_ptr<RecordedToolCall> start_tool(std::string_view tool, std::string_view arguments) {
    return begin_tool(tool, arguments, false);
  }
  void cancel_tool(RecordedToolCall& call) {
    call.set_cancelled();
    const auto* table = tool_table();
    if (table != nullptr) table->cancel(plugin_, call.call_id());
    pump();
  }
  // The names that the code says it can run.
  std::vector<std::string> tool_names() {
    std::string lines;
    chela_sink sink = {sizeof(chela_sink), &lines, [](const chela_sink* out, chela_str bytes) {
                         static_cast<std::string*>(out->context)->append(to_view(bytes));
                       }};
    const auto* table = tool_table();
    if (table == nullptr || table->names(plugin_, &sink) != CHELA_OK) return {};
    std::vector<std::string> names;
    std::istringstream stream(lines);
    for (std::string name; std::getline(stream, name);) {
      if (!name.empty()) names.push_back(name);
    }
    return names;
  }

  // Starts a completion and pumps. `messages` and `tools` are JSON objects, as in ext/provider.h.
  std::shared_ptr<RecordedCompletion> complete(std::string_view service, std::string_view model,
                                               const std::vector<std::string>& messages,
                                               const std::vector<std::string>& tools = {},
                                               std::string_view options = "{}") {
    auto completion = std::make_shared<RecordedCompletion>(breaches_, ++last_call_id_);
    kept_.push_back(completion);
    const std::vector<chela_str> raw_messages = borrow(messages);
    const std::vector<chela_str> raw_tools = borrow(tools);
    const chela_completion_request request = {sizeof(chela_completion_request),
                                              completion->call_id(),
                                              to_str(service),
                                              to_str(model),
                                              raw_messages.data(),
                                              raw_messages.size(),
                                              raw_tools.data(),
                                              raw_tools.size(),
                                              to_str(options)};
    Outcome refusal;
    const chela_error_sink error = error_into(refusal);
    refusal.status = provider_table()->complete(plugin_, &request, completion->raw(), &error);
    if (!refusal.ok()) completion->refuse(refusal.status, refusal.text);
    pump();
    return completion;
  }
  std::shared_ptr<RecordedCompletion> list_models(std::string_view service) {
    auto completion = std::make_shared<RecordedCompletion>(breaches_, ++last_call_id_);
    kept_.push_back(completion);
    Outcome refusal;
    const chela_error_sink error = error_into(refusal);
    refusal.status =
        provider_table()->list_models(plugin_, completion->call_id(), to_str(service), completion->raw(), &error);
    if (!refusal.ok()) completion->refuse(refusal.status, refusal.text);
    pump();
    return completion;
  }
  void cancel_completion(RecordedCompletion& completion) {
    provider_table()->cancel(plugin_, completion.call_id());
    pump();
  }

  // Delivers every scripted response that is awaited.
  void pump() {
    while (http_.deliver_one()) {
    }
  }
  void advance(std::uint64_t step_ms) {
    timers_.advance(step_ms);
    pump();
  }

  FakeHttp& http() { return http_; }
  FakeTimers& timers() { return timers_; }
  Breaches& breaches() { return breaches_; }
  State state() const { return state_; }
  const chela_plugin* plugin() const { return plugin_; }
  const chela_host* raw() const { return &host_; }
  const void* get_extension(std::string_view id) const { return plugin_->get_extension(plugin_, to_str(id)); }
  const chela_plugin_tool* tool_table() const {
    return static_cast<const chela_plugin_tool*>(get_extension(CHELA_EXT_TOOL));
  }
  const chela_plugin_provider* provider_table() const {
    return static_cast<const chela_plugin_provider*>(get_extension(CHELA_EXT_PROVIDER));
  }
  std::vector<std::string> log() const {
    std::lock_guard<std::mutex> lock(log_mutex_);
    return log_;
  }
  // What later tool calls are told about where they run: a JSON object with workspace, agentId, timeZone.
  void set_context(std::string json) { context_ = std::move(json); }
  // A service that the host then does not offer, as when the manifest's permissions lack it.
  void withhold(std::string id) { withheld_.push_back(std::move(id)); }

 private:
  static FakeHost& self(const chela_host* host) { return *static_cast<FakeHost*>(host->context); }

  static const void* get_service(const chela_host* host, chela_str id) {
    static constexpr chela_host_log log = {sizeof(chela_host_log), &write_log};
    static constexpr chela_host_http http = {sizeof(chela_host_http), &send_http, &cancel_http};
    static constexpr chela_host_timer timer = {sizeof(chela_host_timer), &unix_ms, &start_timer, &cancel_timer};
    FakeHost& fake = self(host);
    if (fake.creating_) fake.breaches_.add("the host was called before create() had returned");
    for (const auto& withheld : fake.withheld_) {
      if (withheld == to_view(id)) return nullptr;
    }
    if (to_view(id) == CHELA_EXT_LOG) return &log;
    if (to_view(id) == CHELA_EXT_HTTP) return &http;
    if (to_view(id) == CHELA_EXT_TIMER) return &timer;
    return nullptr;
  }

  static void write_log(const chela_host* host, chela_log_level, chela_str line) {
    std::lock_guard<std::mutex> lock(self(host).log_mutex_);
    self(host).log_.emplace_back(to_view(line));
  }
  static std::uint64_t send_http(const chela_host* host, const chela_http_request* request,
                                 const chela_http_listener* listener, const chela_error_sink*) {
    if (!self(host).permit("chela.http/1 send()")) return 0;
    return self(host).http_.send(request, listener);
  }
  static void cancel_http(const chela_host* host, std::uint64_t id) {
    self(host).breaches_.expect_loop("chela.http/1 cancel()");
    if (self(host).breaches_.on_loop()) self(host).http_.cancel(id);
  }
  static std::int64_t unix_ms(const chela_host* host) { return self(host).timers_.unix_ms(); }
  static std::uint64_t start_timer(const chela_host* host, std::uint64_t delay_ms,
                                   const chela_timer_listener* listener) {
    if (!self(host).permit("chela.timer/1 start()")) return 0;
    return self(host).timers_.start(delay_ms, listener);
  }
  static void cancel_timer(const chela_host* host, std::uint64_t id) {
    self(host).breaches_.expect_loop("chela.timer/1 cancel()");
    if (self(host).breaches_.on_loop()) self(host).timers_.cancel(id);
  }

  // A function tagged [loop & started].
  bool permit(const char* function) {
    breaches_.expect_loop(function);
    if (!breaches_.on_loop()) return false;
    if (state_ != State::kStarted)
      breaches_.add(std::string(function) + " is [started] and was called in another state");
    return state_ == State::kStarted;
  }

  std::shared_ptr<RecordedToolCall> begin_tool(std::string_view tool, std::string_view arguments, bool blocking) {
    auto call = std::make_shared<RecordedToolCall>(breaches_, ++last_call_id_);
    kept_.push_back(call);
    const chela_tool_request request = {sizeof(chela_tool_request), call->call_id(),  to_str(tool),
                                        to_str(arguments),          to_str(context_), 60000};
    Outcome refusal;
    const chela_error_sink error = error_into(refusal);
    const auto* table = tool_table();
    if (table == nullptr) throw std::runtime_error("the plugin offers no chela.tool/1");
    if (blocking) {
      std::thread([&] {
        try {
          refusal.status = table->run(plugin_, &request, call->raw(), &error);
        } catch (...) {
          refusal = {CHELA_INTERNAL, "an exception escaped from run()"};
          breaches_.add(refusal.text);
        }
      }).join();
      if (refusal.ok() && !call->completed()) breaches_.add("a blocking tool returned without completing its call");
    } else {
      refusal.status = table->start(plugin_, &request, call->raw(), &error);
    }
    if (!refusal.ok()) call->refuse(refusal.status, refusal.text);
    pump();
    return call;
  }

  // What is still open would call back into a plugin that is over.
  void drop_open_work(const char* after) {
    if (http_.drop_all() > 0) breaches_.add(std::string(after) + " left a request open");
    if (timers_.drop_all() > 0) breaches_.add(std::string(after) + " left a timer running");
  }

  static std::vector<chela_str> borrow(const std::vector<std::string>& texts) {
    std::vector<chela_str> borrowed;
    for (const auto& text : texts) borrowed.push_back(to_str(text));
    return borrowed;
  }
  static chela_error_sink error_into(Outcome& outcome) {
    return {sizeof(chela_error_sink), &outcome, [](const chela_error_sink* sink, chela_str message) {
              static_cast<Outcome*>(sink->context)->text.assign(to_view(message));
            }};
  }
  static void require(const char* step, const Outcome& outcome) {
    if (!outcome.ok())
      throw std::runtime_error(std::string(step) + ": " + name_of(outcome.status) + ": " + outcome.text);
  }

  const chela_entry& entry_;
  chela_host host_ = {};
  const chela_plugin* plugin_ = nullptr;
  std::atomic<State> state_{State::kNone};
  std::atomic<bool> creating_{false};
  Breaches breaches_;
  FakeHttp http_;
  FakeTimers timers_;
  std::string context_ = R"({"workspace":"/tmp","agentId":"main","timeZone":"UTC"})";
  std::uint64_t last_call_id_ = 0;
  std::vector<std::shared_ptr<RecordedEnd>> kept_;
  std::vector<std::string> withheld_;
  mutable std::mutex log_mutex_;
  std::vector<std::string> log_;
};

}  // namespace testing
}  // namespace chela
#endif
