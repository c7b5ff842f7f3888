#pragma once

// A package on disk for tests: a native plugin whose library is one of the test plugins of the tree.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kernel/core/packages/engine.hpp"
#include "kernel/core/packages/lock_file.hpp"
#include "kernel/core/packages/signature.hpp"
#include "kernel/core/packages/tree.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::packages {

inline const PackagesModule& test_engine() {
  auto engine = load_packages_module();
  if (!engine) ADD_FAILURE() << engine.error().message;
  return **engine;
}

inline void write_text(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The files below `folder` by name, folders left out.
inline std::vector<std::string> names_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  auto files = read_tree(folder);
  if (!files) return {"(" + files.error().message + ")"};
  for (const auto& file : *files) names.push_back(file.name);
  return names;
}

inline void write_package(const std::filesystem::path& folder, std::string_view id, std::string_view version,
                          std::string_view body = "body") {
  write_text(folder / "chela.plugin.json",
             fmt::format(R"({{"id":"{}","version":"{}","abi":"1.0","provides":[]}})", id, version));
  write_text(folder / fmt::format("{}.so", id), body);
  write_text(folder / "docs" / "guide.md", "# Guide\n");
}

// What `chela plugins sign` adds to a package.
inline void sign_package(const PackagesModule& engine, const SecretKey& key, const std::filesystem::path& folder,
                         std::string_view id, std::string_view version) {
  auto files = read_tree(folder);
  ASSERT_TRUE(files) << files.error().message;
  auto list = file_list_text(id, version, *files);
  auto signature = sign_text(engine, key, list, fmt::format("{} {}", id, version));
  ASSERT_TRUE(signature);
  write_text(folder / kFileListName, list);
  write_text(folder / kFileSignatureName, *signature);
}

inline LockEntry entry_of(const std::filesystem::path& folder, std::string_view id, std::string_view version) {
  auto files = read_tree(folder);
  EXPECT_TRUE(files);
  LockEntry entry{.id = std::string(id), .kind = "native", .version = std::string(version), .source = "/src"};
  entry.files = files ? *files : std::vector<FileRecord>();
  entry.digest = tree_digest(entry.files);
  return entry;
}

}  // namespace chela::packages
