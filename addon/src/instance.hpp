#pragma once

// One plugin in this process: its life and the calls into it. Loop thread only; what the plugin says comes by the
// mailbox. Nothing here knows JavaScript.

#include <atomic>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "addon/src/call.hpp"
#include "addon/src/door.hpp"
#include "addon/src/services.hpp"
#include "addon/src/text.hpp"
#include "addon/src/workers.hpp"

namespace chela::addon {

struct ToolInput {
  std::string name;
  std::string arguments;
  std::string context;
  std::uint64_t timeout_ms = 0;
  bool blocking = false;
};

// A hook's point and event, or a command and its arguments.
struct EventInput {
  std::string name;
  std::string data;
  std::string context;
  std::uint64_t timeout_ms = 0;
};

struct CompletionInput {
  std::string service;
  std::string model;
  std::vector<std::string> messages;
  std::vector<std::string> tools;
  std::string options;
};

template <class T>
using Outcome = std::expected<T, Failure>;

class Instance {
 public:
  // `port` outlives it.
  Instance(Port& port, std::shared_ptr<Mailbox> mailbox);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  // Closes it. Waits up to two seconds for tools that block; one that still runs then keeps the plugin from being
  // destroyed, for as long as the process lives.
  ~Instance();

  Outcome<void> create(const chela_entry& entry);
  Outcome<void> configure(const std::string& json);
  Outcome<void> start();
  // Ends open calls, stops the plugin. It is destroyed when no tool of it runs any more.
  void stop();
  bool destroyed() const { return !plugin_; }
  // Destroys a stopped plugin when nothing keeps it any more.
  void sweep();

  bool offers(std::string_view extension) const;
  Outcome<std::string> tool_names();
  // The call's id. Its end comes as an event, also when it has ended already.
  Outcome<std::uint64_t> call_tool(ToolInput input);
  Outcome<std::uint64_t> call_hook(const EventInput& input);
  Outcome<std::uint64_t> call_command(const EventInput& input);
  Outcome<std::uint64_t> complete(const CompletionInput& input);
  Outcome<std::uint64_t> list_models(const std::string& service);
  // Nobody waits for it any more.
  void cancel(std::uint64_t call_id);
  // The loop has taken an event of the call: frees it with the last one.
  void taken(const Event& event);
  std::size_t open_calls() const { return calls_.size(); }

  void timer_expired(std::uint64_t id);
  void http_head(std::uint64_t id, std::uint32_t status, const std::vector<chela_http_header>& headers);
  void http_body(std::uint64_t id, std::string_view bytes);
  void http_done(std::uint64_t id, chela_status status, const std::string& error);

 private:
  enum class State { created, configured, started, stopped };

  template <class Table, class Request, class Face>
  Outcome<std::uint64_t> call_event(const char* extension, const EventInput& input, Face face);
  template <class Table>
  Outcome<const Table*> table(const char* extension, std::string_view what) const;
  Outcome<void> step(chela_status status, const ErrorText& error, std::string_view what) const;
  Outcome<std::uint64_t> refused(const std::shared_ptr<Call>& call, chela_status status, const ErrorText& error,
                                 std::string_view what);
  std::shared_ptr<Call> open_call(bool worker);
  void run_tool(const chela_plugin_tool* tool, std::shared_ptr<Call> call, ToolInput input);
  void end_call(std::uint64_t call_id);
  void destroy();

  const std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Services> services_;
  const chela_plugin* plugin_ = nullptr;
  State state_ = State::created;
  std::unique_ptr<Workers> workers_ = std::make_unique<Workers>();
  std::map<std::uint64_t, std::shared_ptr<Call>> calls_;
  std::deque<std::shared_ptr<Call>> ended_;  // a while longer, so that a second end finds its call
  const std::shared_ptr<std::atomic<int>> runs_ = std::make_shared<std::atomic<int>>(0);  // tools on workers
};

}  // namespace chela::addon
