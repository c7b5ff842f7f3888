#pragma once

// Cuts what a program writes into lines, within limits: a program can neither fill the log nor the memory. Loop thread
// only; itself an on_output of a Child.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/platform/child_process.hpp"

namespace chela::cage {

struct LineLimits {
  std::size_t line_bytes_max = 8192;  // the rest of a longer line is dropped
  std::uint32_t lines_per_second = 200;
  std::uint32_t lines_burst = 1000;
};

class LineCapture {
 public:
  // One line, valid UTF-8 without its end and without control characters but tabs. `dropped` lines came before it and
  // were over the rate.
  using OnLine =
      std::move_only_function<void(platform::OutputStream stream, std::string_view line, std::uint64_t dropped)>;

  LineCapture(const Clock& clock, LineLimits limits, OnLine on_line);

  void operator()(platform::OutputStream stream, std::string_view bytes);
  void finish();  // hands on what has no line end yet

 private:
  struct Part {
    std::string text;
    bool begun = false;
  };

  void append(Part& part, std::string_view bytes);
  void end_line(platform::OutputStream stream, Part& part);
  bool take_turn();

  const Clock& clock_;
  LineLimits limits_;
  OnLine on_line_;
  std::array<Part, 2> parts_;
  std::uint64_t dropped_ = 0;
  double turns_;
  TimePoint refilled_;
};

}  // namespace chela::cage
