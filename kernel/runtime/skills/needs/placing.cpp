#include "kernel/runtime/skills/needs/placing.hpp"

#include <optional>

#include "kernel/core/packages/archive.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::runtime::skills::needs {
namespace {

namespace fs = std::filesystem;

constexpr packages::ArchiveLimits kLimits{
    .tree = {.entries_max = 50'000, .bytes_max = 512u << 20, .file_bytes_max = 256u << 20},
    .archive_bytes_max = 256u << 20};
constexpr int kSearchDepthMax = 8;

Result<void> problem_of(const std::error_code& error, std::string_view what, const fs::path& path) {
  if (!error) return {};
  return fail_errno(fmt::format("{} {}", what, path.string()), error.value());
}

// Takes `levels` folders off the front of a name; what lies above them is left out, as tar does.
std::optional<std::string> stripped(std::string_view name, std::size_t levels) {
  while (name.starts_with("./")) name.remove_prefix(2);
  for (; levels > 0; --levels) {
    auto slash = name.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    name.remove_prefix(slash + 1);
  }
  return name.empty() ? std::nullopt : std::optional<std::string>(name);
}

// A folder of our own on the way down; what a link stands for is somebody else's.
Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  auto kind = fs::symlink_status(folder, error).type();
  if (kind == fs::file_type::directory) return {};
  if (kind != fs::file_type::not_found)
    return fail(ErrorCode::denied, "{} is no folder, and nothing is put through it", folder.string());
  fs::create_directory(folder, error);
  return problem_of(error, "making", folder);
}

Result<void> move_into(const fs::path& from, const fs::path& to) {
  CHELA_CHECK(make_folder(to));
  std::error_code error;
  for (fs::directory_iterator at(from, error), end; !error && at != end; at.increment(error)) {
    auto target = to / at->path().filename();
    if (at->symlink_status(error).type() == fs::file_type::directory) {
      CHELA_CHECK(move_into(at->path(), target));
    } else {
      fs::rename(at->path(), target, error);  // replaces a file or a link, not what the link stands for
    }
    if (error) break;
  }
  return problem_of(error, "moving the download to", to);
}

// The nearest file of that name below `folder`.
fs::path find_file(const fs::path& folder, const std::string& name) {
  std::error_code error;
  fs::path best;
  int best_depth = kSearchDepthMax + 1;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at.depth() >= best_depth) at.disable_recursion_pending();
    if (at.depth() >= best_depth || at->path().filename() != name) continue;
    if (at->symlink_status(error).type() != fs::file_type::regular) continue;
    best = at->path();
    best_depth = at.depth();
  }
  return best;
}

// ZIPs carry no modes, so that a program of one is made one here.
Result<void> link_program(const Plan& plan, const std::string& name) {
  auto file = find_file(plan.destination, name);
  if (file.empty()) return {};  // is reported as missing
  std::error_code error;
  fs::permissions(file, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add,
                  error);
  CHELA_CHECK(problem_of(error, "making a program of", file));
  auto link = plan.tools / "bin" / name;
  auto before = fs::read_symlink(link, error);
  auto own = (before.lexically_relative(plan.destination)).native();
  if (!error && (own.empty() || own.starts_with("..")))
    return fail(ErrorCode::already_exists, "{} is there already, from {}: remove it to have this one", link.string(),
                before.string());
  fs::remove(link, error);
  fs::create_symlink(file, link, error);
  return problem_of(error, "making", link);
}

}  // namespace

Result<void> place(const packages::PackagesModule& engine, const Plan& plan, const fs::path& file,
                   const fs::path& staging) {
  auto tree = staging / "tree";
  if (plan.unpack) {
    auto place = [&](std::string_view name) { return stripped(name, plan.strip_components); };
    CHELA_CHECK(packages::unpack(engine, file, tree, kLimits, place));
    if (fs::is_empty(tree)) {
      return fail(ErrorCode::invalid_argument, "nothing of the archive is left without the first {} folders of its names",
                  plan.strip_components);
    }
  } else {
    std::error_code error;
    fs::create_directory(tree, error);
    auto name = plan.bins.size() == 1 ? plan.bins.front() : plan.file_name;
    if (!error) fs::rename(file, tree / name, error);
    CHELA_CHECK(problem_of(error, "taking", file));
  }
  CHELA_CHECK(platform::make_private_directory(plan.tools));
  auto folder = plan.tools;
  for (const auto& part : plan.destination.lexically_relative(plan.tools)) {
    folder /= part;
    CHELA_CHECK(make_folder(folder));
  }
  CHELA_CHECK(move_into(tree, plan.destination));
  CHELA_CHECK(make_folder(plan.tools / "bin"));
  for (const auto& name : plan.bins) CHELA_CHECK(link_program(plan, name));
  return {};
}

}  // namespace chela::runtime::skills::needs
