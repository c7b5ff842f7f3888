#include "kernel/core/net/egress_loader.hpp"

#include "kernel/core/platform/paths.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::net {

using platform::SharedLibrary;

Result<std::filesystem::path> default_egress_module() {
  CHELA_TRY(auto program, platform::executable_path());
  auto name = fmt::format("libchela_egress{}", platform::shared_library_suffix());
  return program.parent_path().parent_path() / "lib" / name;
}

Result<const EgressModule*> load_egress_module(const std::filesystem::path& file) {
  std::string what = "loading the egress module";
  // Never unloaded: libcurl leaves name lookups on threads of its own, and libuv calls back when handles are closed.
  auto library = SharedLibrary::load(file, SharedLibrary::Unload::never);
  if (!library) return fail(what, std::move(library.error()));
  auto symbol = library->find_symbol(kEgressModuleSymbol);
  if (!symbol) return fail(what, std::move(symbol.error()));
  const auto* module = static_cast<const EgressModule*>(*symbol);
  if (module->layout != kEgressModuleLayout) {
    return fail(ErrorCode::unsupported, "{}: {} belongs to another build of Chela; install both again", what,
                file.string());
  }
  if (const char* problem = module->prepare()) return fail(ErrorCode::unavailable, "{}: {}", what, problem);
  return module;
}

}  // namespace chela::net
