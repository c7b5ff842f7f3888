#include "kernel/core/packages/engine.hpp"

#include "kernel/core/platform/paths.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::packages {

using platform::SharedLibrary;

Result<const PackagesModule*> load_packages_module() {
  CHELA_TRY(auto program, platform::executable_path());
  auto name = fmt::format("libchela_packages{}", platform::shared_library_suffix());
  auto file = program.parent_path().parent_path() / "lib" / name;
  std::string what = "loading the packages module";
  auto library = SharedLibrary::load(file, SharedLibrary::Unload::never);
  if (!library) return fail(what, std::move(library.error()));
  auto symbol = library->find_symbol(kPackagesModuleSymbol);
  if (!symbol) return fail(what, std::move(symbol.error()));
  const auto* module = static_cast<const PackagesModule*>(*symbol);
  if (module->layout != kPackagesModuleLayout) {
    return fail(ErrorCode::unsupported, "{}: {} belongs to another build of Chela; install both again", what,
                file.string());
  }
  return module;
}

}  // namespace chela::packages
