#pragma once

// What plugins want said with the next message of a session (upstream's system events). It is somebody else's word: it
// goes in front of the person's text, marked, and never among the instructions. Not kept over a restart. Loop only.

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::runtime {

class SessionNotes {
 public:
  static constexpr std::size_t kNotesMax = 20;  // per session, as upstream
  static constexpr std::size_t kNoteBytesMax = 8 * 1024;
  static constexpr std::size_t kSessionsMax = 1000;

  // False when the same text waits already. Errors: `too_large`, `exhausted`, `invalid_argument`.
  Result<bool> add(const std::string& session_id, std::string_view author, std::string_view text);
  // `text` behind what waits for the session.
  std::string with_notes(const std::string& session_id, std::string text) const;
  void clear(const std::string& session_id) { waiting_.erase(session_id); }

 private:
  std::map<std::string, std::deque<std::string>> waiting_;
};

}  // namespace chela::runtime
