#pragma once

// The host's end of one call into a plugin: a tool's, a completion's, a hook's, a command's. Plugins reach it from any
// thread.

#include <atomic>
#include <memory>
#include <string>

#include "addon/src/mailbox.hpp"
#include "chela/ext/command.h"
#include "chela/ext/hook.h"
#include "chela/ext/provider.h"
#include "chela/ext/tool.h"

namespace chela::addon {

class Call {
 public:
  // `worker` says that the call may block its thread.
  Call(std::uint64_t id, bool worker, std::shared_ptr<Mailbox> mailbox);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Unique in the process.
  static std::uint64_t next_id();

  std::uint64_t id() const { return id_; }
  bool worker() const { return worker_; }
  const chela_tool_call* tool() const { return &tool_; }
  const chela_completion* completion() const { return &completion_; }
  const chela_hook_call* hook() const { return &hook_; }
  const chela_command_call* command() const { return &command_; }

  // The plugin's function that cancels it; null when there is none. Loop thread.
  using Canceller = void (*)(const chela_plugin*, std::uint64_t call_id);
  void set_canceller(Canceller canceller) { canceller_ = canceller; }
  Canceller canceller() const { return canceller_; }

  // Nobody waits for it any more.
  void abandon() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }
  bool completed() const { return completed_; }
  // The first end counts; later ones are logged as what they are.
  void finish(chela_status status, std::string text, double retry_after_ms = 0);
  // The loop has seen a piece of progress.
  void shown() { --progress_waiting_; }

 private:
  void piece(EventKind kind, chela_str text, std::uint32_t index = 0);
  // Whether `size` more bytes may come.
  bool admit(std::size_t size);

  void progress(chela_str text);

  static void on_text(const chela_completion* completion, chela_str piece);
  static void on_reasoning(const chela_completion* completion, chela_str piece);
  static void on_tool_call(const chela_completion* completion, std::uint32_t index, chela_str id, chela_str name);
  static void on_tool_arguments(const chela_completion* completion, std::uint32_t index, chela_str piece);
  static void on_usage(const chela_completion* completion, const chela_usage* usage);

  const std::uint64_t id_;
  const bool worker_;
  const std::shared_ptr<Mailbox> mailbox_;
  chela_tool_call tool_;
  chela_completion completion_;
  chela_hook_call hook_;
  chela_command_call command_;
  Canceller canceller_ = nullptr;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> completed_ = false;
  std::atomic<int> progress_waiting_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace chela::addon
