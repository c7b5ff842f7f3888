#pragma once

// What a shelf knows, as a file that the next start reads instead of every SKILL.md. Blocking; any thread.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/shelf.hpp"

namespace chela::runtime::skills {

// What the file must have been written for: the same program and the same way of reading. Judgements count only for the
// same judge.
struct IndexTerms {
  std::string reading;
  std::string judge_version;
};

IndexTerms index_terms(const LibrarySettings& settings);

// Paths of skills are not in it: who finds a skill on disk knows where it stands, whatever the file says.
std::string write_index(const Shelf& shelf, const IndexTerms& terms);

// Nothing when the bytes are torn, of another kind or for other terms.
std::optional<std::vector<Known>> read_index(std::string_view bytes, const IndexTerms& terms);

// The same with files; none is no error. The file and its directory are for their owner only.
Result<void> save_index(const std::filesystem::path& file, const Shelf& shelf, const IndexTerms& terms);
std::optional<std::vector<Known>> load_index(const std::filesystem::path& file, const IndexTerms& terms);

}  // namespace chela::runtime::skills
