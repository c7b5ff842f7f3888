#pragma once

// Which programs plugins in other processes run in, on this machine.

#include <filesystem>
#include <string_view>

#include "kernel/app/home.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/remote/host_program.hpp"

namespace chela::app {

// Looks at files, runs nothing. Node is `runtime.node.program`, else the first `node` on `path` (the variable PATH).
remote::HostPrograms host_programs(const config::Snapshot& config, const Home& home,
                                   const std::filesystem::path& workspace, std::string_view path);

}  // namespace chela::app
