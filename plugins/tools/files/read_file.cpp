#include "plugins/tools/files/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "chela/failure.hpp"
#include "plugins/tools/files/paths.hpp"
#include "plugins/tools/files/text.hpp"

namespace chela::tools::files {

namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

// Collects the wanted lines out of pieces of a file.
class LineCollector {
 public:
  LineCollector(const ReadRequest& request, std::size_t bytes_max)
      : first_(request.first_line), end_(request.first_line + request.max_lines), bytes_max_(bytes_max) {}

  // False once it wants no more.
  bool take(std::string_view piece) {
    while (!piece.empty()) {
      if (line_ >= end_) return stop(more_);
      const auto* newline = static_cast<const char*>(std::memchr(piece.data(), '\n', piece.size()));
      const std::size_t length = newline ? static_cast<std::size_t>(newline - piece.data()) + 1 : piece.size();
      if (line_ >= first_) {
        const std::size_t room = bytes_max_ - text_.size();
        text_.append(piece.substr(0, std::min(length, room)));
        if (length > room) return stop(cut_);
      }
      piece.remove_prefix(length);
      open_line_ = newline == nullptr;
      if (newline) ++line_;
    }
    return true;
  }

  // Lines that exist, when the file was seen to its end.
  std::uint64_t lines() const { return line_ - 1 + (open_line_ ? 1 : 0); }
  std::uint64_t line() const { return line_; }
  bool more() const { return more_; }
  bool cut() const { return cut_; }
  const std::string& text() const { return text_; }

 private:
  static bool stop(bool& why) {
    why = true;
    return false;
  }

  std::uint64_t first_;
  std::uint64_t end_;
  std::size_t bytes_max_;
  std::uint64_t line_ = 1;
  bool open_line_ = false;
  bool more_ = false;
  bool cut_ = false;
  std::string text_;
};

// Takes off the beginning of a code point that the limit cut in two.
std::string_view without_cut_point(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const unsigned byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xC0)
      return utf8_length(text.substr(text.size() - back)) == 0 ? text.substr(0, text.size() - back) : text;
  }
  return text;
}

std::string in_words(const LineCollector& lines, const ReadRequest& request, const std::string& shown) {
  if (lines.text().empty() && !lines.more()) {
    if (lines.lines() == 0) return "[" + shown + " is empty]";
    throw Failure(CHELA_INVALID_ARGUMENT, shown + " has only " + std::to_string(lines.lines()) +
                                              " lines; offset_line " + std::to_string(request.first_line) +
                                              " lies behind them");
  }
  std::string text = to_valid_utf8(lines.cut() ? without_cut_point(lines.text()) : std::string_view(lines.text()));
  if (!lines.more() && !lines.cut()) return text;
  if (!text.empty() && text.back() != '\n') text += '\n';
  if (lines.more()) {
    return text + "[more lines follow; go on with offset_line " + std::to_string(lines.line()) + "]";
  }
  if (lines.line() == request.first_line) {
    return text + "[line " + std::to_string(lines.line()) +
           " is longer than read_file returns; the rest of it is left out]";
  }
  return text + "[cut at " + grouped(lines.text().size()) + " bytes within line " + std::to_string(lines.line()) +
         "; go on with offset_line " + std::to_string(lines.line()) + "]";
}

}  // namespace

std::string read_file(const Workspace& workspace, const ReadRequest& request, const ReadLimits& limits,
                      const std::function<bool()>& is_cancelled) {
  const std::string relative = workspace.relative(request.path);
  const std::string shown = displayed(relative);
  const Fd file = workspace.open_file(relative);
  LineCollector lines(request, limits.output_bytes_max);
  std::vector<char> piece(kPieceBytes);
  for (std::size_t scanned = 0;;) {
    if (is_cancelled()) throw Failure(CHELA_CANCELLED, "reading " + shown + ": cancelled");
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("reading " + shown, errno);
    if (got == 0) break;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    if (scanned == 0) {
      const std::string kind = binary_kind(bytes.substr(0, 8192));
      if (!kind.empty()) {
        throw Failure(CHELA_UNSUPPORTED, shown + " is " + kind + ", not text; read_file reads text files only");
      }
    }
    scanned += bytes.size();
    if (!lines.take(bytes)) break;
    if (scanned > limits.scan_bytes_max) {
      throw Failure(CHELA_TOO_LARGE, shown + ": line " + std::to_string(request.first_line) + " stands more than " +
                                         grouped(limits.scan_bytes_max) +
                                         " bytes into the file; it is too large to page through");
    }
  }
  return in_words(lines, request, shown);
}

}  // namespace chela::tools::files
