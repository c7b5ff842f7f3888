#include "kernel/core/cage/prepare.hpp"

#include <utility>

#include "kernel/core/cage/bubblewrap.hpp"
#include "kernel/core/cage/limits.hpp"
#include "kernel/core/cage/seccomp.hpp"

namespace chela::cage {
namespace {

// Behind the program's own descriptors; bubblewrap closes each when it has read it.
Result<int> append_file(CagedSpawn& caged, const char* name, std::string_view bytes) {
  CHELA_TRY(platform::OwnedDescriptor file, in_memory_file(name, bytes));
  caged.request.descriptors.push_back(file.get());
  caged.kept.push_back(std::move(file));
  return static_cast<int>(caged.request.descriptors.size()) - 1;
}

Result<void> put_into_sandbox(CagedSpawn& caged, const CagePolicy& policy, std::vector<std::string> command) {
  CHELA_TRY(std::filesystem::path bubblewrap, find_bubblewrap());
  BubblewrapFiles files;
  CHELA_TRY(files.filter, append_file(caged, "filter", seccomp_filter(policy.network)));
  CHELA_TRY(files.passwd, append_file(caged, "passwd", kPasswd));
  if (!caged.group || !caged.group->counts_processes()) {
    command = with_process_limit(std::move(command), policy.limits.processes);
  }
  caged.request.argv = bubblewrap_arguments(bubblewrap, policy, files, command);
  caged.request.environment = environment_inside(policy);
  return {};
}

}  // namespace

Result<CagedSpawn> prepare(const CagePolicy& policy, std::vector<std::string> command, std::vector<int> descriptors,
                           const CgroupPlace& place, std::string_view name) {
  CHELA_CHECK(check(policy));
  if (command.empty()) return fail(ErrorCode::invalid_argument, "caging a program: no program is named");
  CagedSpawn caged;
  caged.request.descriptors = std::move(descriptors);
  if (place.usable()) {
    auto group = Cgroup::create(place, name, policy.limits);
    if (!group) return std::unexpected(std::move(group.error()));
    caged.group.emplace(std::move(*group));
    CHELA_TRY(caged.kept, caged.group->entrances());
    for (const auto& entrance : caged.kept) caged.request.control_groups.push_back(entrance.get());
  }
  caged.request.limits = resource_limits(policy.limits, caged.group && caged.group->counts_memory());
  if (policy.level == Level::sandbox) {
    CHELA_CHECK(put_into_sandbox(caged, policy, std::move(command)));
    return caged;
  }
  caged.request.argv = std::move(command);
  caged.request.environment = policy.environment;
  caged.request.working_directory = policy.working_directory;
  return caged;
}

}  // namespace chela::cage
