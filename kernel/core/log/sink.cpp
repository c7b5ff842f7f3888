// The only file that knows spdlog: its sinks do the writing and the rotation. Its global registry, its loggers and
// its formatting are not used, so that starting up costs nothing.

#include <sys/stat.h>

#include <algorithm>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "kernel/core/log/logger.hpp"

namespace chela::log {
namespace {

constexpr std::size_t kOldFiles = 5;

std::unique_ptr<spdlog::formatter> bare_lines() { return std::make_unique<spdlog::pattern_formatter>("%v"); }

void put(spdlog::sinks::sink& sink, const std::string& text) {
  sink.log(spdlog::details::log_msg({}, {}, {}, spdlog::level::info, text));
  sink.flush();
}

class StandardSink final : public Sink {
 public:
  explicit StandardSink(const LogOptions& options) : options_(options) {
    console_.set_formatter(bare_lines());
    if (options.file.empty()) return;
    spdlog::file_event_handlers handlers;
    handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) { ::fchmod(::fileno(file), 0600); };
    file_ = std::make_unique<spdlog::sinks::rotating_file_sink_mt>(options.file, options.file_bytes_max, kOldFiles,
                                                                   false, handlers);
    file_->set_formatter(bare_lines());
  }

  bool wants(Level level) const override {
    return level >= options_.console_level || (file_ && level >= options_.file_level);
  }

  void write(const Line& line) override {
    // A full disk or a closed terminal must not take the gateway down: the line is lost, the work goes on.
    try {
      if (line.level >= options_.console_level) put(console_, render(line, options_.console_format));
    } catch (const spdlog::spdlog_ex&) {
    }
    try {
      if (file_ && line.level >= options_.file_level) put(*file_, render(line, Format::json));
    } catch (const spdlog::spdlog_ex&) {
    }
  }

 private:
  const LogOptions options_;
  spdlog::sinks::stderr_sink_mt console_;
  std::unique_ptr<spdlog::sinks::rotating_file_sink_mt> file_;
};

}  // namespace

Result<std::shared_ptr<Sink>> open_sink(const LogOptions& options) {
  try {
    return std::make_shared<StandardSink>(options);
  } catch (const spdlog::spdlog_ex& error) {
    return fail(ErrorCode::unavailable, "opening the log file {}: {}; change logging.file", options.file, error.what());
  }
}

}  // namespace chela::log
