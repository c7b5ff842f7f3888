#pragma once

// The kinds that plugins offer as chela.capability/1: many small functions, each called by its path.

#include <algorithm>
#include <array>
#include <string_view>

namespace chela::plugins {

inline constexpr std::array<std::string_view, 9> kKindsCalledByPath = {
    "context_engine", "embeddings", "exporter", "media", "memory", "secrets", "speech", "store", "web_search"};

inline bool is_called_by_path(std::string_view kind) {
  return std::ranges::find(kKindsCalledByPath, kind) != kKindsCalledByPath.end();
}

}  // namespace chela::plugins
