#pragma once

// The last lines of each plugin's log, for people who look at one plugin: a sink in front of the log's own. Any thread.
// A line belongs to the category that it was written under: "plugin.ID", "plugin-host.GROUP".

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/log/logger.hpp"

namespace chela::plugins {

class LogRing final : public log::Sink {
 public:
  static constexpr std::size_t kLinesMax = 500;           // of one category
  static constexpr std::size_t kBytesMax = 256u << 10;    // of one category
  static constexpr std::size_t kLineBytesMax = 2000;      // the rest of a longer one is cut off
  static constexpr std::size_t kCategoriesMax = 1000;     // the one that was silent longest goes

  struct KeptLine {
    std::uint64_t number = 0;  // grows with each line of any category
    std::int64_t unix_ms = 0;
    log::Level level = log::Level::info;
    std::string text;
  };

  // Everything is handed on to `next`.
  explicit LogRing(std::shared_ptr<log::Sink> next) : next_(std::move(next)) {}

  bool wants(log::Level level) const override { return level >= log::Level::info || next_->wants(level); }
  void write(const log::Line& line) override;

  // The last `count` lines of the categories together, in their order.
  std::vector<KeptLine> last(std::span<const std::string> categories, std::size_t count) const;

 private:
  struct Ring {
    std::deque<KeptLine> lines;
    std::size_t bytes = 0;
  };
  void keep(const log::Line& line);

  std::shared_ptr<log::Sink> next_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Ring, std::less<>> rings_;
  std::uint64_t last_number_ = 0;
};

}  // namespace chela::plugins
