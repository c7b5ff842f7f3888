#pragma once

// Shared libraries, loaded with all symbols bound at once and none exported (RTLD_NOW | RTLD_LOCAL). Any thread.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::platform {

// ".so", ".dylib" or ".dll".
std::string_view shared_library_suffix();

// Reads the file's headers without running anything of it: is it a shared library for this processor, and is all of it
// there? A truncated file would end the process with SIGBUS inside the loader. Linux (ELF) only; elsewhere only that it
// is a regular file. Errors: not_found, denied, and corrupt or unsupported with what is wrong.
Result<void> check_shared_library(const std::filesystem::path& file);

class SharedLibrary {
 public:
  enum class Unload { when_destroyed, never };  // never: for code that leaves threads or exit handlers behind

  // Checks, then loads. Constructors of the library run on this thread. Errors: those of check_shared_library(), and
  // unavailable with the loader's own text.
  static Result<SharedLibrary> load(const std::filesystem::path& file, Unload unload = Unload::when_destroyed);

  SharedLibrary(SharedLibrary&&) noexcept;
  SharedLibrary& operator=(SharedLibrary&&) noexcept;
  ~SharedLibrary();

  // The address of an exported function or variable; valid while the library is loaded. Errors: not_found.
  Result<void*> find_symbol(const std::string& name) const;

 private:
  struct Handle;
  explicit SharedLibrary(std::unique_ptr<Handle> handle);

  std::unique_ptr<Handle> handle_;
};

}  // namespace chela::platform
