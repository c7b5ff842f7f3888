#pragma once

// The log. A Logger is passed by reference from main on; nothing is global.
//
//   logger.info("listening on {}", address);
//   logger.warning({{"plugin", id}}, "stopped after {} crashes", count);
//
// A line is one line: control characters in messages and values are escaped, secrets are replaced by the redactor.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/log/line.hpp"
#include "kernel/core/log/redactor.hpp"

namespace chela::log {

struct LogOptions {
  Level console_level = Level::info;  // standard error
  Format console_format = Format::text;
  Level file_level = Level::info;
  std::string file;                                // JSON lines; empty: no file
  std::size_t file_bytes_max = 100 * 1024 * 1024;  // then it is rotated; five old ones are kept
};

// Where finished lines go. Any thread; must not throw and must not log.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual bool wants(Level level) const = 0;
  virtual void write(const Line& line) = 0;  // secrets are replaced already
};

// Standard error and, when named, a rotating file that only its owner can read. Error when it cannot be opened.
Result<std::shared_ptr<Sink>> open_sink(const LogOptions& options);

// Any thread. Copies share the sink; each has a category.
class Logger {
 public:
  // `redactor` and `clock` must outlive the logger and its copies.
  Logger(std::shared_ptr<Sink> sink, const Redactor& redactor, const Clock& clock = system_clock());

  // The same log under another category: "net", "plugin.acme".
  Logger with_category(std::string_view category) const;

  bool wants(Level level) const;
  void write(Level level, Fields fields, std::string_view message) const;

#define CHELA_LOG_LEVEL_METHODS(level)                                                                \
  template <class... Args>                                                                            \
  void level(fmt::format_string<Args...> format, Args&&... args) const {                              \
    write_formatted(Level::level, {}, format, fmt::make_format_args(args...));                        \
  }                                                                                                   \
  template <class... Args>                                                                            \
  void level(Fields fields, fmt::format_string<Args...> format, Args&&... args) const {               \
    write_formatted(Level::level, fields, format, fmt::make_format_args(args...));                    \
  }
  CHELA_LOG_LEVEL_METHODS(trace)
  CHELA_LOG_LEVEL_METHODS(debug)
  CHELA_LOG_LEVEL_METHODS(info)
  CHELA_LOG_LEVEL_METHODS(warning)
  CHELA_LOG_LEVEL_METHODS(error)
#undef CHELA_LOG_LEVEL_METHODS

 private:
  void write_formatted(Level level, Fields fields, fmt::string_view format, fmt::format_args args) const;

  std::shared_ptr<Sink> sink_;
  const Redactor* redactor_;
  const Clock* clock_;
  std::string category_;
};

}  // namespace chela::log
