#include "plugins/tools/files/paths.hpp"

#include <cstdio>

#include "chela/failure.hpp"
#include "plugins/tools/files/text.hpp"

namespace chela::tools::files {

namespace {

[[noreturn]] void refuse(std::string_view path, const std::string& why) {
  throw Failure(CHELA_INVALID_ARGUMENT, "path " + displayed(path.substr(0, 200)) + ": " + why);
}

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// What is left of `path` below `folder`, or null data when it lies elsewhere.
std::string_view below(std::string_view path, std::string_view folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.remove_suffix(1);
  if (folder.empty() || !starts_with(path, folder)) return {};
  if (folder == "/") return path.substr(1);
  if (path.size() == folder.size()) return path.substr(path.size());
  return path[folder.size()] == '/' ? path.substr(folder.size() + 1) : std::string_view();
}

}  // namespace

std::string to_relative(std::string_view path, std::string_view root, std::string_view resolved_root) {
  if (path.empty()) refuse(path, "it is empty; give a path relative to the workspace, or \".\"");
  if (path.size() > kPathBytesMax) refuse(path, "it is longer than 4095 bytes");
  if (path.find('\0') != std::string_view::npos) refuse(path, "it contains a NUL character");
  if (path == "~" || starts_with(path, "~/")) refuse(path, "~ is not expanded; give a path relative to the workspace");
  if (starts_with(path, "file:")) refuse(path, "give a plain path relative to the workspace, not a URL");
  std::string_view rest = path;
  if (path.front() == '/') {
    rest = below(path, root);
    if (rest.data() == nullptr) rest = below(path, resolved_root);
    if (rest.data() == nullptr) {
      throw Failure(CHELA_DENIED, "path " + displayed(path.substr(0, 200)) + " lies outside the workspace " +
                                      displayed(root) + "; only files in the workspace can be used");
    }
    while (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
  }
  return rest.empty() ? "." : std::string(rest);
}

std::vector<std::string> to_write_parts(std::string_view relative) {
  std::vector<std::string> parts;
  std::string_view rest = relative;
  std::string_view part;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    part = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (part == "..") {
      if (parts.empty()) {
        throw Failure(CHELA_DENIED, "path " + displayed(relative.substr(0, 200)) + " leads out of the workspace");
      }
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  const bool folder = parts.empty() || relative.back() == '/' || part == "." || part == "..";
  if (folder) refuse(relative, "it names a folder; give the name of a file");
  return parts;
}

std::string displayed(std::string_view name) {
  std::string result;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t length = utf8_length(name.substr(i));
    const std::string_view bytes = name.substr(i, length == 0 ? 1 : length);
    const auto byte = static_cast<unsigned char>(name[i]);
    char escape[12];
    // U+200E..200F, U+202A..202E and U+2066..2069 turn the direction; U+0080..009F are control characters.
    const bool turns = length == 3 && byte == 0xE2 &&
                       ((bytes[1] == '\x80' && ((bytes[2] >= '\x8e' && bytes[2] <= '\x8f') ||
                                                (bytes[2] >= '\xaa' && bytes[2] <= '\xae'))) ||
                        (bytes[1] == '\x81' && bytes[2] >= '\xa6' && bytes[2] <= '\xa9'));
    if (byte == '\n') {
      result += "\\n";
    } else if (length == 0 || (length == 1 && (byte < 0x20 || byte == 0x7f))) {
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(byte));
      result += escape;
    } else if (turns) {
      const unsigned point = 0x2000u + ((static_cast<unsigned char>(bytes[1]) & 0x3fu) << 6) +
                             (static_cast<unsigned char>(bytes[2]) & 0x3fu);
      std::snprintf(escape, sizeof escape, "\\u%04x", point);
      result += escape;
    } else if (length == 2 && byte == 0xC2 && static_cast<unsigned char>(bytes[1]) < 0xA0) {
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(bytes[1])));
      result += escape;
    } else {
      result += bytes;
    }
    i += bytes.size();
  }
  return result;
}

}  // namespace chela::tools::files
