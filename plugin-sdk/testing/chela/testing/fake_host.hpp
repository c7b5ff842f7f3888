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
// The thread that makes it is the loop. Lending says how it lends what a plugin may only borrow. Requests get the
// responses scripted by http().script(); nothing happens until pump() or advance(), which run_tool(), start_tool() and
// complete() call for what they began.

#include <atomic>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "chela/ext/log.h"
#include "chela/testing/fake_inbound.hpp"
#include "chela/testing/fake_services.hpp"
#include "chela/testing/library.hpp"
#include "chela/testing/recorded_calls.hpp"

namespace chela {
namespace testing {

enum class State { kNone, kCreated, kConfigured, kStarted, kStopped, kDestroyed };

class FakeHost {
 public:
  explicit FakeHost(const chela_entry& entry, Lending how = {})
      : entry_(entry), how_(how), host_({sizeof(chela_host), this, &get_service}, how.later) {
    http_.set_lending(how);
    inbound_.set_lending(how);
  }
  FakeHost(const FakeHost&) = delete;
  ~FakeHost() {
    stop();
    destroy();
  }

  // The life of the instance. Each expects the state before it.
  Outcome create() {
    creating_ = true;
    Outcome outcome = attempt("create()", [&](Loan&, const chela_error_sink* error) {
      plugin_ = entry_.create(host_.get(), error);
      return plugin_ == nullptr ? CHELA_INTERNAL : CHELA_OK;
    });
    creating_ = false;
    if (plugin_ != nullptr) state_ = State::kCreated;
    return outcome;
  }
  Outcome configure(std::string_view json) {
    const Outcome outcome = attempt("configure()", [&](Loan& loan, const chela_error_sink* error) {
      return plugin_->configure(plugin_, loan.text(json), error);
    });
    if (outcome.ok()) state_ = State::kConfigured;
    return outcome;
  }
  Outcome start() {
    state_ = State::kStarted;  // it may call the host already
    const Outcome outcome =
        attempt("start()", [&](Loan&, const chela_error_sink* error) { return plugin_->start(plugin_, error); });
    if (!outcome.ok()) state_ = State::kConfigured;
    return outcome;
  }
  void stop() {
    if (state_ != State::kStarted) return;
    inbound_.close();
    watch_.watch("stop()", [&] { plugin_->stop(plugin_); });
    state_ = State::kStopped;
    drop_open_work("stop()");
  }
  void destroy() {
    if (plugin_ == nullptr) return;
    inbound_.close();
    watch_.watch("destroy()", [&] { plugin_->destroy(plugin_); });
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
    auto call = new_tool_call();
    std::thread([&] { run_tool_call(*call, tool, arguments); }).join();
    pump();
    return call;
  }
  // Starts an asynchronous tool and pumps. It may still run afterwards: see completed(), wait_ms(), cancel_tool().
  std::shared_ptr<RecordedToolCall> start_tool(std::string_view tool, std::string_view arguments) {
    auto call = new_tool_call();
    start_tool_call(*call, tool, arguments);
    pump();
    return call;
  }
  // The same in steps: a call, and what begins it; nothing is pumped. A blocking tool runs on the calling thread.
  std::shared_ptr<RecordedToolCall> new_tool_call() { return keep<RecordedToolCall>(); }
  void start_tool_call(RecordedToolCall& call, std::string_view tool, std::string_view arguments) {
    watch_.watch("chela.tool/1 start()", [&] { begin_tool(call, tool, arguments, &chela_plugin_tool::start); });
  }
  void run_tool_call(RecordedToolCall& call, std::string_view tool, std::string_view arguments) {
    try {
      begin_tool(call, tool, arguments, &chela_plugin_tool::run);
    } catch (...) {
      breaches_.add("an exception escaped from run()");
      if (!call.completed()) call.refuse(CHELA_INTERNAL, "an exception escaped from run()");
    }
    if (!call.completed()) breaches_.add("a blocking tool returned without completing its call");
  }
  void cancel_tool(RecordedToolCall& call) {
    call.set_cancelled();
    const auto* table = tool_table();
    if (table == nullptr) return;
    watch_.watch("chela.tool/1 cancel()", [&] { table->cancel(plugin_, call.call_id()); });
    pump();
  }
  // The names that the code says it can run.
  std::vector<std::string> tool_names() {
    std::string lines;
    const auto* table = tool_table();
    if (table == nullptr) return {};
    const Outcome outcome = attempt("chela.tool/1 names()", [&](Loan& loan, const chela_error_sink*) {
      return table->names(plugin_, loan.object(chela_sink{sizeof(chela_sink), &lines, &append}));
    });
    if (!outcome.ok()) return {};
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
    auto completion = keep<RecordedCompletion>();
    Loan& loan = completion->loan();
    const auto* table = provider_table();
    const chela_completion_request* request = loan.object(chela_completion_request{
        sizeof(chela_completion_request), completion->call_id(), loan.text(service), loan.text(model),
        loan.texts(messages), messages.size(), loan.texts(tools), tools.size(), loan.text(options)});
    const Outcome outcome = attempt("chela.provider/1 complete()", [&](Loan&, const chela_error_sink* error) {
      return table->complete(plugin_, request, completion->raw(), error);
    });
    loan.return_all();
    if (!outcome.ok()) completion->refuse(outcome.status, outcome.text);
    pump();
    return completion;
  }
  std::shared_ptr<RecordedCompletion> list_models(std::string_view service) {
    auto completion = keep<RecordedCompletion>();
    const auto* table = provider_table();
    const Outcome outcome = attempt("chela.provider/1 list_models()", [&](Loan& loan, const chela_error_sink* error) {
      return table->list_models(plugin_, completion->call_id(), loan.text(service), completion->raw(), error);
    });
    if (!outcome.ok()) completion->refuse(outcome.status, outcome.text);
    pump();
    return completion;
  }
  void cancel_completion(RecordedCompletion& completion) {
    const auto* table = provider_table();
    watch_.watch("chela.provider/1 cancel()", [&] { table->cancel(plugin_, completion.call_id()); });
    pump();
  }

  // Delivers every scripted response and every receipt that is awaited.
  void pump() {
    while (http_.deliver_one() || inbound_.deliver_one()) {
    }
  }
  void advance(std::uint64_t step_ms) {
    timers_.advance(step_ms);
    pump();
  }

  // Ends every request and timer, as a host may before stop().
  void end_services() {
    http_.cancel_all();
    timers_.drop_all();
  }
  // Forgets calls, requests, what is scripted and log lines, so that a long test does not gather them.
  void forget() {
    kept_.clear();
    loans_.clear();
    http_.forget();
    inbound_.forget();
    std::lock_guard<std::mutex> lock(log_mutex_);
    log_.clear();
  }

  // For other interfaces (fake_calls.hpp): a call that is kept as long as the host, and what begins it on the loop.
  template <class Call>
  std::shared_ptr<Call> keep() {
    auto call = std::make_shared<Call>(breaches_, ++last_call_id_, how_);
    kept_.push_back(call);
    return call;
  }

  template <class Call>
  Outcome attempt(const char* function, Call&& call) {
    Outcome outcome;
    loans_.push_back(std::make_unique<Loan>(how_));
    Loan& loan = *loans_.back();
    const auto* error = loan.object(chela_error_sink{sizeof(chela_error_sink), &outcome, &set_text});
    const chela_status status = watch_.watch(function, [&] { return call(loan, error); });
    loan.return_all();
    outcome.status = status;
    if (status == CHELA_OK) outcome.text.clear();
    return outcome;
  }

  Lending lending() const { return how_; }

  FakeHttp& http() { return http_; }
  FakeTimers& timers() { return timers_; }
  FakeInbound& inbound() { return inbound_; }
  Breaches& breaches() { return breaches_; }
  const LoopWatch& loop_watch() const { return watch_; }
  State state() const { return state_; }
  const chela_plugin* plugin() const { return plugin_; }
  const chela_host* raw() const { return host_.get(); }
  const void* get_extension(std::string_view id) const { return get_extension(to_str(id)); }
  const void* get_extension(chela_str id) const { return plugin_->get_extension(plugin_, id); }
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
  void set_tool_timeout_ms(std::uint64_t timeout_ms) { tool_timeout_ms_ = timeout_ms; }
  // The id of the next call; those after it count up.
  void set_next_call_id(std::uint64_t id) { last_call_id_ = id - 1; }
  std::uint64_t next_call_id() { return ++last_call_id_; }
  // A service that the host then does not offer, as when the manifest's permissions lack it.
  void withhold(std::string id) { withheld_.push_back(std::move(id)); }
  // Call number `number` of the plugin to the host fails, counted from 1: no service, no timer, no request.
  void refuse_call(std::uint64_t number) { refused_call_ = number; }
  // How many calls that can fail the plugin has made.
  std::uint64_t calls_made() const { return calls_made_; }

 private:
  static FakeHost& self(const chela_host* host) { return *static_cast<FakeHost*>(host->context); }

  static const void* get_service(const chela_host* host, chela_str id) {
    FakeHost& fake = self(host);
    if (fake.creating_) fake.breaches_.add("the host was called before create() had returned");
    if (fake.state_ == State::kDestroyed) fake.breaches_.add("the host was called after destroy() had returned");
    for (const auto& withheld : fake.withheld_) {
      if (withheld == to_view(id)) return nullptr;
    }
    if (fake.is_refused()) return nullptr;
    if (to_view(id) == CHELA_EXT_LOG) return fake.log_service_.get();
    if (to_view(id) == CHELA_EXT_HTTP) return fake.http_service_.get();
    if (to_view(id) == CHELA_EXT_TIMER) return fake.timer_service_.get();
    if (to_view(id) == CHELA_EXT_INBOUND) return fake.inbound_service_.get();
    return nullptr;
  }
  bool is_refused() { return ++calls_made_ == refused_call_; }

  static void write_log(const chela_host* host, chela_log_level, chela_str line) {
    std::lock_guard<std::mutex> lock(self(host).log_mutex_);
    self(host).log_.emplace_back(to_view(line));
  }
  static std::uint64_t send_http(const chela_host* host, const chela_http_request* request,
                                 const chela_http_listener* listener, const chela_error_sink* error) {
    std::uint64_t id = 0;
    if (self(host).permit("chela.http/1 send()")) id = self(host).http_.send(request, listener);
    if (id == 0 && error != nullptr) error->set(error, to_str("the test host refuses the request"));
    return id;
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

  static chela_status receive(const chela_host* host, const chela_inbound_message* message,
                              const chela_inbound_listener* listener, const chela_error_sink* error) {
    FakeHost& fake = self(host);
    if (fake.expect_started("chela.inbound/1 receive()") && !fake.is_refused())
      return fake.inbound_.receive(message, listener, error);
    if (error != nullptr) error->set(error, to_str("the test host refuses the message"));
    return CHELA_UNAVAILABLE;
  }
  static void tell_state(const chela_host* host, chela_str channel, chela_str account, chela_str state) {
    if (self(host).expect_started("chela.inbound/1 state()")) self(host).inbound_.state(channel, account, state);
  }

  // A function tagged [loop & started].
  bool permit(const char* function) {
    breaches_.expect_loop(function);
    if (!breaches_.on_loop()) return false;
    return expect_started(function) && !is_refused();
  }
  bool expect_started(const char* function) {
    if (state_ == State::kStarted) return true;
    breaches_.add(std::string(function) + " is [started] and was called in another state");
    return false;
  }

  using BeginTool = chela_status (*chela_plugin_tool::*)(const chela_plugin*, const chela_tool_request*,
                                                         const chela_tool_call*, const chela_error_sink*);
  // Thread-safe, for blocking tools.
  void begin_tool(RecordedToolCall& call, std::string_view tool, std::string_view arguments, BeginTool begin) {
    const auto* table = tool_table();
    if (table == nullptr) throw std::runtime_error("the plugin offers no chela.tool/1");
    Loan& loan = call.loan();
    Outcome refusal;
    const chela_status status =
        (table->*begin)(plugin_,
                        loan.object(chela_tool_request{sizeof(chela_tool_request), call.call_id(), loan.text(tool),
                                                       loan.text(arguments), loan.text(context_), tool_timeout_ms_}),
                        call.raw(), loan.object(chela_error_sink{sizeof(chela_error_sink), &refusal, &set_text}));
    loan.return_all();
    if (status != CHELA_OK) call.refuse(status, refusal.text);
  }

  // What is still open would call back into a plugin that is over.
  void drop_open_work(const char* after) {
    if (http_.drop_all() > 0) breaches_.add(std::string(after) + " left a request open");
    if (timers_.drop_all() > 0) breaches_.add(std::string(after) + " left a timer running");
  }

  static void set_text(const chela_error_sink* sink, chela_str message) {
    static_cast<Outcome*>(sink->context)->text.assign(to_view(message));
  }
  static void append(const chela_sink* out, chela_str bytes) {
    static_cast<std::string*>(out->context)->append(to_view(bytes));
  }
  static void require(const char* step, const Outcome& outcome) {
    if (!outcome.ok())
      throw std::runtime_error(std::string(step) + ": " + name_of(outcome.status) + ": " + outcome.text);
  }

  const chela_entry& entry_;
  const Lending how_;
  Struct<chela_host> host_;
  Struct<chela_host_log> log_service_{{sizeof(chela_host_log), &write_log}, how_.later};
  Struct<chela_host_http> http_service_{{sizeof(chela_host_http), &send_http, &cancel_http}, how_.later};
  Struct<chela_host_timer> timer_service_{{sizeof(chela_host_timer), &unix_ms, &start_timer, &cancel_timer},
                                          how_.later};
  Struct<chela_host_inbound> inbound_service_{{sizeof(chela_host_inbound), &receive, &tell_state}, how_.later};
  const chela_plugin* plugin_ = nullptr;
  std::atomic<State> state_{State::kNone};
  std::atomic<bool> creating_{false};
  std::atomic<std::uint64_t> calls_made_{0};
  std::uint64_t refused_call_ = 0;
  Breaches breaches_;
  LoopWatch watch_;
  FakeHttp http_{breaches_, watch_};
  FakeTimers timers_{breaches_, watch_};
  FakeInbound inbound_{breaches_, watch_};
  std::string context_ = R"({"workspace":"/tmp","agentId":"main","timeZone":"UTC"})";
  std::uint64_t tool_timeout_ms_ = 60'000;
  std::uint64_t last_call_id_ = 0;
  std::vector<std::shared_ptr<RecordedEnd>> kept_;
  std::vector<std::unique_ptr<Loan>> loans_;
  std::vector<std::string> withheld_;
  mutable std::mutex log_mutex_;
  std::vector<std::string> log_;
};

}  // namespace testing
}  // namespace chela
#endif
