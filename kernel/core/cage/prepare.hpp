#pragma once

// From a policy and a command to what spawn() takes. Loop thread only.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/cage/cgroup.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/core/platform/spawn.hpp"

namespace chela::cage {

// A spawn request and what must live until the program has begun (`kept`), or as long as the program (`group`).
struct CagedSpawn {
  platform::SpawnRequest request;
  std::vector<platform::OwnedDescriptor> kept;
  std::optional<Cgroup> group;
};

// `name` is unique among this process's living children. `descriptors` become 0, 1, 2 … of the program; those of the
// cage itself come behind and are closed before the program begins. Errors: those of check(), find_bubblewrap(),
// spawn(). A control group that cannot be made is an error, too; without any `place` the limits are held in other ways.
Result<CagedSpawn> prepare(const CagePolicy& policy, std::vector<std::string> command, std::vector<int> descriptors,
                           const CgroupPlace& place, std::string_view name);

}  // namespace chela::cage
