#pragma once

// One request of the egress client from acceptance to its end: hops, deadlines, and the words of its error.
// Loop thread only.

#include <string>
#include <string_view>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/egress_engine.hpp"
#include "kernel/core/net/egress_plan.hpp"
#include "kernel/core/net/egress_secrets.hpp"

namespace chela::net {

class EgressTransfer;

class EgressTransferOwner {
 public:
  // Tells the listener and destroys the transfer: the last thing that any method of the transfer does.
  virtual void on_ended(EgressTransfer& transfer, Result<void> result) = 0;

 protected:
  ~EgressTransferOwner() = default;
};

class EgressTransfer final : private EngineSink {
 public:
  struct Context {
    Loop& loop;
    const EgressOptions& options;
    EgressTransferOwner& owner;
  };

  // The parts of an accepted request, or why it is refused.
  struct Accepted {
    EgressRequest request;
    EgressHop hop;
    EgressSecrets secrets;
    EngineRequest engine_request;
  };
  static Result<Accepted> accept(const EgressOptions& options, EgressRequest request);

  EgressTransfer(Context context, EgressId id, EgressListener& listener, Accepted accepted);
  EgressTransfer(const EgressTransfer&) = delete;
  EgressTransfer& operator=(const EgressTransfer&) = delete;
  ~EgressTransfer();  // stops what runs

  EgressId id() const { return id_; }
  EgressListener& listener() const { return listener_; }
  std::uint64_t body_bytes() const { return body_bytes_; }

  void start(EgressEngine& engine);
  void pause();
  void resume();
  // Ends it with this error, e.g. of loading the module, or of a cancellation.
  void fail_with(Error error);

 private:
  enum class Phase { loading, connecting, awaiting_head, receiving };

  bool allow_address(std::string_view ip, std::uint16_t port) override;
  void on_connected() override;
  void on_head(int status, std::span<const HeaderField> fields) override;
  void on_body(std::string_view bytes) override;
  void on_done(const EngineFailure* failure, std::string_view redirect_url) override;

  void enter(Phase phase);
  Duration phase_limit() const;
  TimePoint phase_deadline() const;
  void arm();
  void on_deadline();
  void send_hop();
  void follow(std::string_view location);
  void end(Result<void> result);

  Context context_;
  const EgressId id_;
  EgressListener& listener_;
  EgressRequest request_;
  EgressHop hop_;
  EgressSecrets secrets_;
  EngineRequest engine_request_;

  EgressEngine* engine_ = nullptr;
  EngineTransfer* running_ = nullptr;
  int redirects_ = 0;
  int redirect_status_ = 0;  // of the hop under way, when it is one to follow
  std::string proxy_host_;   // of the hop under way; empty: direct
  std::string denial_;       // what the address policy said
  std::uint64_t body_bytes_ = 0;
  bool paused_ = false;

  Phase phase_ = Phase::loading;
  TimePoint total_deadline_;
  TimePoint quiet_since_;  // the begin of the phase, or the last bytes
  Timer timer_;            // moved lazily: receiving bytes only notes the time
};

}  // namespace chela::net
