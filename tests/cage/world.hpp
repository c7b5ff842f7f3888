#pragma once

// What there is outside a cage for a program to get at: secrets, sockets, processes. One test's own, removed after it.

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/core/cage/policy.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "tests/paths.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::cage {

inline constexpr const char* kMarkName = "CHELA_TEST_SECRET";
inline constexpr const char* kMark = "mark-of-the-gateway";

class World {
 public:
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  // `text` in words, with the names in braces replaced: {home}, {secret}, {grant}, {port} …
  std::vector<std::string> words(std::string text) const;
  CagePolicy policy(Level level) const;  // grants `grant` and `readable`; limits that tests reach quickly
  std::string path(const std::string& name) const { return names_.at(name); }
  static std::filesystem::path programs() { return std::filesystem::canonical(build_dir() / "bin"); }

 private:
  void add_files();
  void add_sockets();
  void listen(int family, int type, const std::string& address, bool abstract);

  TemporaryDirectory folder_;
  std::map<std::string, std::string> names_;
  std::vector<platform::OwnedDescriptor> open_;
  pid_t victim_ = -1;
  int segment_ = -1;
};

}  // namespace chela::cage
