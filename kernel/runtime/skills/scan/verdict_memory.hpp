#pragma once

// What was found in folders, by content: in memory, and in one file between runs. One thread at a time.

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/scan/scan.hpp"

namespace chela::runtime::skills::scan {

// Of one content: the verdict, and the heaviest finding when it is not clean.
struct Known {
  Verdict verdict = Verdict::clean;
  bool cut = false;
  std::string rule, sentence, file;
  std::size_t line = 0;

  bool operator==(const Known&) const = default;
};

// Of everything that verdicts depend on beside the content.
const std::string& rules_hash();

class VerdictMemory {
 public:
  // What the file says, or nothing when it is not one that this program with these rules wrote and nobody else could
  // have changed: the last line holds the hash of all others.
  explicit VerdictMemory(std::filesystem::path file);

  // The content of a folder whose stamp is this one.
  const Known* find_folder(const std::string& folder, std::string_view stamp);
  const Known* find_content(const std::string& hash) const;
  // An empty stamp: the folder may have changed while it was read, so that its files are read again next time.
  void add(const std::string& folder, std::string stamp, std::string hash, Known known);

  bool changed() const { return changed_; }
  // What is to be written; `written()` follows when it was.
  std::string text() const;
  void written() { changed_ = false; }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Folder {
    std::string stamp;
    std::string hash;
    bool asked = false;  // in this run
  };
  bool read(std::string_view text);
  bool read_line(std::string_view line);

  std::filesystem::path file_;
  std::map<std::string, Folder, std::less<>> folders_;
  std::map<std::string, Known, std::less<>> contents_;  // by hash
  bool changed_ = false;
};

inline constexpr std::size_t kFoldersKeptMax = 20'000;  // those of this run are kept in any case

}  // namespace chela::runtime::skills::scan
