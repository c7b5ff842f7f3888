#pragma once

// Brings a package into a folder. Nothing of it is run. Loop thread.

#include <filesystem>
#include <string>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/core/packages/source.hpp"
#include "kernel/core/platform/process.hpp"

namespace chela {
class Loop;
}
namespace chela::net {
class EgressClient;
}

namespace chela::packages {

// Outlives the tasks that it is given to.
struct FetchContext {
  Loop& loop;
  net::EgressClient& egress;
  const PackagesModule& engine;
  std::string npm_registry;           // base URL
  std::string clawhub;                // base URL
  platform::Environment environment;  // of the programs git and npm
};

struct Fetched {
  std::filesystem::path folder;  // of the package itself, below the staging folder
  std::string resolved;          // what exactly was fetched: URL, path or commit
  std::string integrity;         // of the archive: "sha512-<base64>" or "sha256-<hex>"; empty for folders
};

// `staging` is an empty folder of the caller. Errors: those of the source; corrupt when an archive or its hash is
// wrong.
Task<Result<Fetched>> fetch(FetchContext& context, Source source, std::filesystem::path staging);

}  // namespace chela::packages
