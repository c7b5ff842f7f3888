#include "plugins/tools/files/write_file.hpp"

#include <cerrno>
#include <functional>

#include "chela/failure.hpp"
#include "plugins/tools/files/paths.hpp"
#include "plugins/tools/files/replacement.hpp"
#include "plugins/tools/files/text.hpp"

namespace chela::tools::files {

namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "/") + part;
  return path;
}

// Where `wanted` begins in `text`, without overlaps.
std::vector<std::size_t> occurrences(std::string_view text, std::string_view wanted) {
  std::vector<std::size_t> found;
  for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + wanted.size())) {
    found.push_back(at);
  }
  return found;
}

std::string line_list(std::string_view text, const std::vector<std::size_t>& offsets) {
  constexpr std::size_t kShown = 8;
  std::string list = offsets.size() == 1 ? "line " : "lines ";
  std::size_t line = 1;
  std::size_t at = 0;
  for (std::size_t i = 0; i < offsets.size() && i < kShown; ++i) {
    for (; at < offsets[i]; ++at) line += text[at] == '\n' ? 1 : 0;
    list += (i == 0 ? "" : ", ") + std::to_string(line);
  }
  return list + (offsets.size() > kShown ? ", …" : "");
}

// Why a model's old_text is not found although it believes to have copied it.
std::string absence_hint(std::string_view text, std::string_view old_text) {
  const auto without_blanks = [](std::string_view from) {
    std::string result;
    for (const char c : from) {
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') result += c;
    }
    return result;
  };
  if (text.find("\r\n") != std::string_view::npos && old_text.find('\n') != std::string_view::npos &&
      old_text.find('\r') == std::string_view::npos) {
    return "; the file's lines end in \\r\\n, so old_text and new_text must too";
  }
  const std::string wanted = without_blanks(old_text);
  if (!wanted.empty() && without_blanks(text).find(wanted) != std::string::npos) {
    return "; it does with other spaces or line breaks: copy it exactly as read_file shows it";
  }
  return "; read the file again and copy the text exactly";
}

std::string replaced(std::string_view text, const EditRequest& request, const std::vector<std::size_t>& offsets) {
  std::string result;
  std::size_t from = 0;
  for (const std::size_t at : offsets) {
    result.append(text.substr(from, at - from)).append(request.new_text);
    from = at + request.old_text.size();
  }
  return result.append(text.substr(from));
}

void check_edit(const EditRequest& request, const std::string& shown) {
  if (request.old_text.empty()) {
    throw Failure(CHELA_INVALID_ARGUMENT, "editing " + shown + ": old_text is empty; to make a file use write_file");
  }
  if (request.old_text == request.new_text) {
    throw Failure(CHELA_INVALID_ARGUMENT, "editing " + shown + ": old_text and new_text are the same");
  }
}

}  // namespace

std::vector<std::string> Writer::checked_parts(const std::string& relative) const {
  std::vector<std::string> parts = to_write_parts(relative);
  if (const std::string* pattern = protected_names_.find(parts)) {
    throw Failure(CHELA_DENIED,
                  displayed(joined(parts)) + " is protected (" + *pattern +
                      "): files there run as programs or are trusted by them; ask the operator to change it");
  }
  return parts;
}

void Writer::check_size(const std::string& shown, std::size_t size) const {
  if (size > file_bytes_max_) {
    throw Failure(CHELA_TOO_LARGE, "writing " + shown + ": " + grouped(size) + " bytes are more than the " +
                                       grouped(file_bytes_max_) + " allowed");
  }
}

std::mutex& Writer::lock_for(const WritePlace& place) {
  struct stat info = {};
  ::fstat(place.folder.get(), &info);
  const std::size_t hash =
      std::hash<std::string>()(place.name) ^ (static_cast<std::size_t>(info.st_ino) * 1099511628211u);
  return locks_[hash % locks_.size()];
}

std::string Writer::write(const Workspace& workspace, const WriteRequest& request) {
  const std::vector<std::string> parts = checked_parts(workspace.relative(request.path));
  const std::string shown = displayed(joined(parts));
  check_size(shown, request.content.size());
  const WritePlace place = workspace.open_for_write(parts, true);
  const std::lock_guard<std::mutex> lock(lock_for(place));
  const std::optional<struct stat> old = find_target(place, shown);
  const std::string size = grouped(request.content.size()) + (request.content.size() == 1 ? " byte" : " bytes");
  if (!request.append || !old) {
    replace_file(place, shown, request.content, old, request.append);
    if (!old) return "wrote " + size + " to the new file " + shown;
    return "wrote " + size + " to " + shown + ", which had " + grouped(static_cast<std::size_t>(old->st_size));
  }
  Content content = read_whole(place, shown, file_bytes_max_);
  content.bytes += request.content;
  check_size(shown, content.bytes.size());
  replace_file(place, shown, content.bytes, content.info, true);
  return "appended " + size + " to " + shown + ", which has " + grouped(content.bytes.size()) + " now";
}

std::string Writer::edit(const Workspace& workspace, const EditRequest& request) {
  const std::vector<std::string> parts = checked_parts(workspace.relative(request.path));
  const std::string shown = displayed(joined(parts));
  check_edit(request, shown);
  const WritePlace place = workspace.open_for_write(parts, false);
  const std::lock_guard<std::mutex> lock(lock_for(place));
  if (!find_target(place, shown)) throw_errno(shown, ENOENT);
  const Content content = read_whole(place, shown, file_bytes_max_);
  const std::string kind = binary_kind(std::string_view(content.bytes).substr(0, 8192));
  if (!kind.empty())
    throw Failure(CHELA_UNSUPPORTED, shown + " is " + kind + ", not text; edit_file edits text files only");
  const std::vector<std::size_t> offsets = occurrences(content.bytes, request.old_text);
  if (offsets.empty()) {
    throw Failure(CHELA_NOT_FOUND, "editing " + shown + ": old_text does not occur in it" +
                                       absence_hint(content.bytes, request.old_text));
  }
  const std::string where = line_list(content.bytes, offsets);
  if (offsets.size() > 1 && !request.replace_all) {
    throw Failure(CHELA_INVALID_ARGUMENT, "editing " + shown + ": old_text occurs " + std::to_string(offsets.size()) +
                                              " times (" + where +
                                              "); add surrounding lines until it is unique, or set replace_all");
  }
  check_size(shown, content.bytes.size() + offsets.size() * request.new_text.size() -
                        offsets.size() * request.old_text.size());
  replace_file(place, shown, replaced(content.bytes, request, offsets), content.info, true);
  return "replaced " + std::to_string(offsets.size()) + (offsets.size() == 1 ? " occurrence in " : " occurrences in ") +
         shown + " (" + where + ")";
}

}  // namespace chela::tools::files
