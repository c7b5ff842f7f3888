#include "kernel/runtime/channels/session_notes.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"

namespace chela::runtime {

Result<bool> SessionNotes::add(const std::string& session_id, std::string_view author, std::string_view text) {
  auto words = trim(text);
  if (words.empty()) return fail(ErrorCode::invalid_argument, "the text is empty");
  if (words.size() > kNoteBytesMax) {
    return fail(ErrorCode::too_large, "the text has {} bytes, {} are allowed", words.size(), kNoteBytesMax);
  }
  if (waiting_.size() >= kSessionsMax && !waiting_.contains(session_id)) {
    return fail(ErrorCode::exhausted, "texts wait for {} sessions already", kSessionsMax);
  }
  auto note = fmt::format("[note of plugin {}: {}]", author, words);
  auto& notes = waiting_[session_id];
  if (std::ranges::find(notes, note) != notes.end()) return false;
  notes.push_back(std::move(note));
  if (notes.size() > kNotesMax) notes.pop_front();
  return true;
}

std::string SessionNotes::with_notes(const std::string& session_id, std::string text) const {
  auto found = waiting_.find(session_id);
  if (found == waiting_.end()) return text;
  std::string out;
  for (const auto& note : found->second) out.append(note).append("\n");
  return out + text;
}

}  // namespace chela::runtime
