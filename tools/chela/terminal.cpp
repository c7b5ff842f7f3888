#include "tools/chela/terminal.hpp"

#include <unistd.h>

#include <cstdlib>

#include "kernel/core/base/text.hpp"

namespace chela::cli {
namespace {

bool wants_colour() {
  const char* terminal = std::getenv("TERM");
  return is_terminal(STDOUT_FILENO) && !std::getenv("NO_COLOR") && terminal && std::string_view(terminal) != "dumb";
}

std::string styled(const char* code, std::string_view text) {
  return wants_colour() ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m" : std::string(text);
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }
std::string dim(std::string_view text) { return styled("2", text); }
std::string bold(std::string_view text) { return styled("1", text); }

std::string for_terminal(std::string_view text) {
  auto repaired = repair_utf8(text);
  std::string out;
  out.reserve(repaired.size());
  for (std::size_t i = 0; i < repaired.size(); ++i) {
    auto c = static_cast<unsigned char>(repaired[i]);
    bool c1 = c == 0xC2 && i + 1 < repaired.size() && static_cast<unsigned char>(repaired[i + 1]) < 0xA0;
    if (c1) {
      ++i;  // U+0080 to U+009F: control characters in two bytes
    } else if ((c >= 0x20 && c != 0x7F) || c == '\n' || c == '\t') {
      out += repaired[i];
    }
  }
  return out;
}

}  // namespace chela::cli
