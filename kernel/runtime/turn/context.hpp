#pragma once

// What the model is told before the conversation: who it is, and the files of its workspace that a person wrote for it.
// Loop thread only; files are read on the worker pool and read again when they change.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/platform/change_probe.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::runtime {

class WorkspaceContext {
 public:
  // The bytes of one file that are used; the rest is cut with a note.
  static constexpr std::size_t kFileBytesMax = 20'000;

  WorkspaceContext(Loop& loop, std::filesystem::path workspace);

  const std::filesystem::path& workspace() const { return workspace_; }
  // The system message: AGENTS.md, SOUL.md, IDENTITY.md, USER.md, TOOLS.md and MEMORY.md as far as they exist.
  // A file that cannot be read is mentioned in the message; it never stops a turn.
  Task<Message> system_message();

 private:
  // What the probe does not see (a file that is a link, a network file system) is seen this much later.
  static constexpr Duration kLookAgainAfter = std::chrono::seconds(1);

  struct Assembled {
    std::string fingerprint;  // names, sizes and times of the files
    Message message;          // null when nothing changed
    std::optional<platform::ChangeProbe> probe;
  };
  static Assembled assemble(const std::filesystem::path& workspace, const std::string& known_fingerprint,
                            bool with_probe);
  bool is_fresh();

  Loop& loop_;
  std::filesystem::path workspace_;
  std::string fingerprint_;
  Message message_;
  std::optional<platform::ChangeProbe> probe_;  // whether the workspace has to be looked at at all
  std::uint64_t changes_ = 0;                   // that the probe has told
  std::uint64_t changes_seen_ = 0;              // of them, those that message_ knows
  TimePoint looked_at_;
};

}  // namespace chela::runtime
