#pragma once

// A workspace with a neighbour that holds a secret, and the four tools on it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "chela/failure.hpp"
#include "plugins/tools/files/list_files.hpp"
#include "plugins/tools/files/read_file.hpp"
#include "plugins/tools/files/write_file.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::tools::files {

inline bool never() { return false; }

inline void put(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string got(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What `act` returns, or "STATUS: text" when it throws.
inline std::string outcome(const std::function<std::string()>& act) {
  try {
    return act();
  } catch (const Failure& failure) {
    return name_of(failure.status()) + ": " + failure.text();
  }
}

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::filesystem::create_directories(root());
    put(outside() / "secret.txt", "the secret\n");
  }

  std::filesystem::path root() const { return directory_ / "ws"; }
  std::filesystem::path outside() const { return directory_ / "outside"; }
  Workspace workspace() const { return Workspace(root().string(), rules_); }

  std::string read(const std::string& path, std::uint64_t first_line = 1, std::uint64_t max_lines = 200) {
    return outcome([&] { return read_file(workspace(), {path, first_line, max_lines}, limits_, never); });
  }
  std::string list(const std::string& path = ".", bool recursive = false, std::size_t max_entries = 200) {
    return outcome([&] { return list_files(workspace(), {path, recursive, max_entries}, never); });
  }
  std::string write(const std::string& path, const std::string& content, bool append = false) {
    return outcome([&] { return writer_.write(workspace(), {path, content, append}); });
  }
  std::string edit(const std::string& path, const std::string& from, const std::string& to, bool all = false) {
    return outcome([&] { return writer_.edit(workspace(), {path, from, to, all}); });
  }

  TemporaryDirectory directory_;
  WorkspaceRules rules_;
  ReadLimits limits_;
  Writer writer_{ProtectedNames({}, {}), 1 << 20};
};

}  // namespace chela::tools::files
