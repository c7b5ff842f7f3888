#include "kernel/core/cage/policy.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace chela::cage {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kSystemRoots = {"/proc", "/sys", "/dev"};
// What the dynamic loader reads (ld.so(8)), and what makes Node load files before the program's own.
constexpr std::array<std::string_view, 2> kLoaderPrefixes = {"LD_", "GLIBC_TUNABLES"};

bool is_below(const fs::path& path, std::string_view root) {
  auto text = path.native();
  return text == root || (text.starts_with(root) && text[root.size()] == '/');
}

Result<void> check_grant(const fs::path& path) {
  auto text = path.string();
  if (!path.is_absolute() || text.contains('\0')) {
    return fail(ErrorCode::invalid_argument, "granting {}: the path must be absolute", text);
  }
  std::error_code error;
  auto real = fs::canonical(path, error);
  if (error) return fail_errno("granting " + text, error.value());
  // A link could be pointed elsewhere by the very program that it was granted to.
  if (real != path) {
    return fail(ErrorCode::invalid_argument, "granting {}: name the real path, which is {}", text, real.string());
  }
  bool is_system = real == "/" || std::ranges::any_of(kSystemRoots, [&](auto root) { return is_below(real, root); });
  if (is_system) return fail(ErrorCode::invalid_argument, "granting {}: it would open the system itself", text);
  return {};
}

}  // namespace

Result<void> check(const CagePolicy& policy) {
  for (const auto& [name, value] : policy.environment) {
    if (std::ranges::any_of(kLoaderPrefixes, [&](auto prefix) { return name.starts_with(prefix); })) {
      return fail(ErrorCode::invalid_argument, "setting {}: it would change which code is loaded; leave it out", name);
    }
  }
  if (policy.level == Level::none) return {};
  for (const fs::path& path : policy.read_only) CHELA_CHECK(check_grant(path));
  for (const fs::path& path : policy.read_write) CHELA_CHECK(check_grant(path));
  if (policy.limits.temporary_bytes == 0) {
    return fail(ErrorCode::invalid_argument, "caging a program: its temporary files need a limit");
  }
  return {};
}

}  // namespace chela::cage
