#pragma once

// One host process: its start, its messages, its end. Shared by the plugins that run in it; ends when the last of them
// lets go, or by itself. Loop thread only.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/cage/child.hpp"
#include "kernel/core/cage/line_capture.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/remote/host_program.hpp"
#include "kernel/core/remote/host_requests.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::remote {

class RemoteInstance;

class HostProcess final : public rpc::PeerHandler, public std::enable_shared_from_this<HostProcess> {
 public:
  struct Gone {
    std::string reason;  // in words
    // Who may have caused it, by id: the plugin that the process named, else those with open calls.
    std::vector<std::string> suspects;
  };
  // Called once, on the loop, after the process has gone. Not after shut_down().
  using OnGone = std::move_only_function<void(Gone gone)>;

  // Starts it and shakes hands. `requests` outlives it. Errors: what the cage says when it cannot be started, `protocol` when it speaks
  // another version, `unavailable` when it died or kept silent.
  static Task<Result<std::shared_ptr<HostProcess>>> launch(Loop& loop, log::Logger logger, HostProgram program,
                                                           const HostRequests& requests);
  HostProcess(Loop& loop, const log::Logger& logger, HostProgram program, const HostRequests& requests);
  ~HostProcess() override;

  rpc::Peer& peer() { return peer_; }
  void on_gone(OnGone callback) { on_gone_ = std::move(callback); }
  TimePoint started_at() const { return started_at_; }
  const HostProgram& program() const { return program_; }
  const cage::Child* child() const { return child_.get(); }  // null once it has gone
  bool is_ending() const { return ending_; }

  // From now on messages that name the plugin go to `instance`, until it detaches.
  void attach(RemoteInstance& instance);
  void detach(RemoteInstance& instance);  // stops the plugin there
  std::vector<std::string> plugins() const;  // of those that are attached, by id
  RemoteInstance* find(std::string_view plugin_id) const;

  // Asks it to end, and ends it when it does not within 5 seconds. The object lives until then.
  void shut_down();

 private:
  Result<void> open();
  Task<Result<void>> shake_hands();
  void on_exit(const cage::ChildExit& exit);
  void note_suspects();
  void on_request(rpc::Request request) override;
  void on_notification(std::string_view method, std::string_view params) override;
  void on_closing() override { note_suspects(); }
  void on_closed(const Error& why) override;
  RemoteInstance* sender_of(std::string_view params) const;  // null when it is no plugin of this process

  Loop& loop_;
  log::Logger logger_;
  log::Logger output_;  // for what it writes: the log of its plugin, or of the group
  HostProgram program_;
  const HostRequests& requests_;
  std::string token_;
  rpc::Peer peer_;
  cage::LineCapture lines_;
  std::unique_ptr<cage::Child> child_;
  std::map<std::string, RemoteInstance*, std::less<>> instances_;
  std::optional<std::vector<std::string>> suspects_;
  std::string last_line_;  // that it wrote
  Completion<Result<void>> exited_;  // fails with how it ended
  OnGone on_gone_;
  TimePoint started_at_;
  Error closed_because_{ErrorCode::unavailable, {}};
  bool ending_ = false;
};

}  // namespace chela::remote
