// The manifests of all bundled plugins, read as the kernel reads them.

#include "kernel/core/plugins/manifest.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/paths.hpp"

namespace chela::plugins {
namespace {

std::vector<std::string> bundled() {
  std::ifstream list(source_dir() / "manifests/bundled.txt");
  std::vector<std::string> folders;
  for (std::string line; std::getline(list, line);) {
    if (!line.empty() && line.front() != '#') folders.push_back(line);
  }
  return folders;
}

TEST(BundledManifests, AreValid) {
  std::set<std::string> ids;
  for (const std::string& folder : bundled()) {
    const auto path = source_dir() / "plugins" / folder;
    const auto manifest = read_manifest(path / "chela.plugin.json");
    ASSERT_TRUE(manifest) << folder << ": " << manifest.error().message;
    EXPECT_TRUE(ids.insert(manifest->id).second) << manifest->id << " twice";
    EXPECT_EQ(manifest->id, path.filename());
    EXPECT_TRUE(std::filesystem::exists(path / "README.md")) << folder;
  }
  EXPECT_GE(ids.size(), 4u);
}

}  // namespace
}  // namespace chela::plugins
