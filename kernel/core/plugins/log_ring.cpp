#include "kernel/core/plugins/log_ring.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"

namespace chela::plugins {

void LogRing::write(const log::Line& line) {
  if (next_->wants(line.level)) next_->write(line);
  if (line.category.starts_with("plugin.") || line.category.starts_with("plugin-host.")) keep(line);
}

void LogRing::keep(const log::Line& line) {
  std::lock_guard lock(mutex_);
  auto place = rings_.find(line.category);
  if (place == rings_.end()) {
    if (rings_.size() >= kCategoriesMax) {
      rings_.erase(std::ranges::min_element(
          rings_, {}, [](const auto& ring) { return ring.second.lines.back().number; }));
    }
    place = rings_.emplace(std::string(line.category), Ring()).first;
  }
  Ring& ring = place->second;
  auto text = std::string(cut_utf8(line.message, kLineBytesMax));
  ring.bytes += text.size();
  ring.lines.push_back({++last_number_, line.unix_ms, line.level, std::move(text)});
  while (ring.lines.size() > kLinesMax || ring.bytes > kBytesMax) {
    ring.bytes -= ring.lines.front().text.size();
    ring.lines.pop_front();
  }
}

std::vector<LogRing::KeptLine> LogRing::last(std::span<const std::string> categories, std::size_t count) const {
  std::vector<KeptLine> out;
  {
    std::lock_guard lock(mutex_);
    for (const auto& category : categories) {
      auto ring = rings_.find(category);
      if (ring != rings_.end()) out.insert(out.end(), ring->second.lines.begin(), ring->second.lines.end());
    }
  }
  std::ranges::sort(out, {}, &KeptLine::number);
  if (out.size() > count) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(count));
  return out;
}

}  // namespace chela::plugins
