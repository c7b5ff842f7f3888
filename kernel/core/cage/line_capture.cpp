#include "kernel/core/cage/line_capture.hpp"

#include <algorithm>
#include <utility>

#include "kernel/core/base/text.hpp"

namespace chela::cage {
namespace {

// What a terminal or a log viewer would act on.
std::string without_controls(std::string_view line) {
  auto text = repair_utf8(line);
  std::erase_if(text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
  return text;
}

}  // namespace

LineCapture::LineCapture(const Clock& clock, LineLimits limits, OnLine on_line)
    : clock_(clock),
      limits_(limits),
      on_line_(std::move(on_line)),
      turns_(limits.lines_burst),
      refilled_(clock.now()) {}

void LineCapture::operator()(platform::OutputStream stream, std::string_view bytes) {
  Part& part = parts_[static_cast<std::size_t>(stream)];
  while (!bytes.empty()) {
    auto end = bytes.find('\n');
    append(part, bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    end_line(stream, part);
    bytes.remove_prefix(end + 1);
  }
}

void LineCapture::finish() {
  for (auto stream : {platform::OutputStream::output, platform::OutputStream::error_output}) {
    Part& part = parts_[static_cast<std::size_t>(stream)];
    if (part.begun) end_line(stream, part);
  }
}

void LineCapture::append(Part& part, std::string_view bytes) {
  part.begun = true;
  part.text += bytes.substr(0, limits_.line_bytes_max - part.text.size());
}

void LineCapture::end_line(platform::OutputStream stream, Part& part) {
  auto text = std::exchange(part, {}).text;
  if (!take_turn()) {
    ++dropped_;
    return;
  }
  on_line_(stream, without_controls(cut_utf8(text, limits_.line_bytes_max)), std::exchange(dropped_, 0));
}

bool LineCapture::take_turn() {
  auto now = clock_.now();
  auto passed = std::chrono::duration<double>(now - refilled_).count();
  refilled_ = now;
  turns_ = std::min<double>(turns_ + passed * limits_.lines_per_second, limits_.lines_burst);
  if (turns_ < 1) return false;
  turns_ -= 1;
  return true;
}

}  // namespace chela::cage
