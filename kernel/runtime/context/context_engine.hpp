#pragma once

// The context engine of the gateway in the life of its conversations. Every failure leaves the conversation with its own
// history and is said in the log; after some in a row the engine is left alone for a while. Loop thread only; outlives
// the tasks that it starts on the loop.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/context/engine_call.hpp"
#include "kernel/runtime/context/patience.hpp"
#include "kernel/runtime/context/slots.hpp"

namespace chela::runtime {

// What the engine is told of a turn. Messages are JSON texts in upstream's form (AgentMessage).
struct EngineTurn {
  std::string session_id;
  std::string agent;
  std::string model;
  std::string workspace;
  std::string prompt;                 // what the person says now
  std::uint64_t token_budget = 0;     // 0: not known
  std::vector<std::string> tools;     // that the model is offered, by name
  std::vector<std::string> history;   // what was said before
};

struct AssembledContext {
  std::shared_ptr<const nlohmann::json> messages;  // an array; what is in it is not checked here
  std::string system_addition;                     // with the engine's and its plugin's name; or empty
};

class ContextEngine {
 public:
  static constexpr Duration kBootstrapTime = std::chrono::seconds(30);
  static constexpr Duration kAssembleTime = std::chrono::seconds(20);
  static constexpr Duration kAfterTime = std::chrono::seconds(60);  // all that is told of one turn together
  static constexpr Duration kCompactTime = std::chrono::seconds(120);
  static constexpr std::size_t kAdditionBytesMax = 32'000;

  ContextEngine(Loop& loop, log::Logger logger, plugins::PluginSet& plugins);
  ContextEngine(const ContextEngine&) = delete;
  ContextEngine& operator=(const ContextEngine&) = delete;

  void set_holder(std::optional<SlotHolder> holder);
  bool is_there() const { return holder_.has_value(); }

  // bootstrap, once for each session of a running engine, then assemble. None: the engine has no say in this turn.
  Task<std::optional<AssembledContext>> assemble(EngineTurn turn, CancelToken cancel);
  // compact, where the engine does that itself. True when it has: assemble() gives something shorter then.
  Task<bool> compact(EngineTurn turn, CancelToken cancel);
  // Tells it how the turn went, behind everybody's back: afterTurn; without it ingestBatch or ingest of what is new, from
  // the message number `before`; then maintain. The next assemble() of the session waits for it.
  void tell_turn(EngineTurn turn, std::vector<std::string> messages, std::size_t before);
  // What it said cannot be used.
  void failed(std::string_view what, const Error& error);
  // What went wrong last, as long as it has not worked since.
  const std::string& problem() const { return problem_; }

 private:
  using Done = std::shared_ptr<Completion<Result<void>>>;
  struct Running {
    std::shared_ptr<plugins::Instance> instance;
    EngineShape shape;
    SlotHolder holder;
  };
  Task<Result<Running>> get_running(CancelToken cancel);
  Task<void> bootstrap(Running running, EngineTurn turn, CancelToken cancel);
  Task<Result<AssembledContext>> try_assemble(EngineTurn turn, CancelToken cancel);
  Task<Result<bool>> try_compact(EngineTurn turn, CancelToken cancel);
  Task<void> maintain(EngineTurn turn);
  Task<Result<void>> tell(EngineTurn turn, std::vector<std::string> messages, std::size_t before);
  Task<Result<void>> ingest_each(Running running, EngineTurn turn, std::vector<std::string> messages);
  Task<Result<void>> tell_and_end(EngineTurn turn, std::vector<std::string> messages, std::size_t before, Done done);
  Task<Result<std::string>> call(Running running, std::string function, std::string argument, Duration timeout,
                                 CancelToken cancel);
  bool is_left_alone() const { return !holder_ || patience_.is_over(loop_.now()); }

  Loop& loop_;
  log::Logger logger_;
  plugins::PluginSet& plugins_;
  std::optional<SlotHolder> holder_;
  std::weak_ptr<plugins::Instance> known_;  // whose shape_ this is
  EngineShape shape_;
  std::set<std::string, std::less<>> begun_;           // sessions that known_ has bootstrapped
  std::map<std::string, Done, std::less<>> telling_;   // by session
  Patience patience_;
  std::string problem_;
};

}  // namespace chela::runtime
