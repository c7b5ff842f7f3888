// The library as a file and what its entry says, before any of its code is asked to run.

#include <chrono>
#include <cstring>
#include <memory>

#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/elf.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

namespace chela::conformance::checks {

void loads(Context& context) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& library = *std::make_unique<testing::Library>(context.options.library).release();  // for good
  const auto time = std::chrono::steady_clock::now() - begin;
  const auto time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  if (library.find_entry() == nullptr) fail("it does not export chela_plugin_entry");
  if (time_ms > 100) warn("loading took {} ms; what it starts belongs into start()", time_ms);
}

void exports_one_symbol(Context& context) {
  std::string others;
  for (const std::string& name : exported_symbols(context.options.library)) {
    if (name != "chela_plugin_entry" && others.size() < 200) others += " " + name;
  }
  if (!others.empty())
    fail("it exports more than chela_plugin_entry, which may meet other plugins' symbols:{}", others);
}

void entry_is_complete(Context& context) {
  const chela_entry* entry = &entry_of(context);
  if (!CHELA_HAS(entry, chela_entry, create)) {
    fail("struct_size of the chela_entry is {}, less than the {} bytes of ABI 1.0", entry->struct_size,
         sizeof(chela_entry));
  }
  if (entry->struct_size > 4096) fail("struct_size of the chela_entry is {}, which no version has", entry->struct_size);
  if (entry->plugin_id == nullptr || entry->plugin_version == nullptr) fail("plugin_id or plugin_version is null");
  if (entry->create == nullptr) fail("create is null");
}

void abi_fits(Context& context) {
  const chela_entry& entry = entry_of(context);
  if (entry.abi_major != CHELA_ABI_MAJOR) {
    fail("it is built for ABI {}.{}; this host has major {}", entry.abi_major, entry.abi_minor, CHELA_ABI_MAJOR);
  }
  if (entry.abi_minor > CHELA_ABI_MINOR) {
    fail("it is built for ABI {}.{}; this host has {}.{} and the host's minor must be the same or newer",
         entry.abi_major, entry.abi_minor, CHELA_ABI_MAJOR, CHELA_ABI_MINOR);
  }
  if (entry.abi_major != context.manifest.abi_major || entry.abi_minor != context.manifest.abi_minor) {
    fail("the entry says ABI {}.{}, the manifest {}.{}", entry.abi_major, entry.abi_minor, context.manifest.abi_major,
         context.manifest.abi_minor);
  }
}

void identity_matches_manifest(Context& context) {
  const chela_entry& entry = entry_of(context);
  if (entry.plugin_id != context.manifest.id) {
    fail("the entry says id \"{}\", the manifest \"{}\"", entry.plugin_id, context.manifest.id);
  }
  if (entry.plugin_version != context.manifest.version) {
    fail("the entry says version \"{}\", the manifest \"{}\"", entry.plugin_version, context.manifest.version);
  }
}

void memory_is_protected(Context& context) {
  const std::string problem = unprotected_memory(context.options.library);
  if (!problem.empty()) fail("{}", problem);
}

void loading_changes_nothing(Context& context) {
  const Surroundings before = whole_process();
  entry_of(context);
  const auto changed = differences(before, whole_process());
  if (!changed.empty()) fail("loading runs code that changes the process: {}", fmt::join(changed, "; "));
}

void unloads(Context& context) {
  testing::Library library(context.options.library);
  testing::FakeHost host(library.entry());
  const std::string& configuration = context.options.configuration;
  if (host.create().ok() && host.configure(configuration.empty() ? "{}" : configuration).ok()) host.start();
  host.stop();
  host.destroy();
}

}  // namespace chela::conformance::checks
