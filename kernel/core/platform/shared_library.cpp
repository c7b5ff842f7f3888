#include "kernel/core/platform/shared_library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <utility>

#include "kernel/core/platform/elf_check.hpp"

namespace chela::platform {

namespace fs = std::filesystem;

struct SharedLibrary::Handle {
  boost::dll::shared_library library;
};

namespace {

std::string loader_text() {
  const char* text = ::dlerror();
  return text ? text : "the loader gives no reason";
}

Result<void> check_open_file(int descriptor) {
  struct stat info{};
  if (::fstat(descriptor, &info) != 0) return fail_errno("reading its size", errno);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid_argument, "it is not a regular file");
#ifdef __ELF__
  return check_elf(descriptor, static_cast<std::uint64_t>(info.st_size));
#else
  return {};
#endif
}

}  // namespace

std::string_view shared_library_suffix() {
#if defined(_WIN32)
  return ".dll";
#elif defined(__APPLE__)
  return ".dylib";
#else
  return ".so";
#endif
}

Result<void> check_shared_library(const fs::path& file) {
  std::string what = "checking " + file.string();
  int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not block
  if (descriptor < 0) return fail_errno(what, errno);
  auto checked = check_open_file(descriptor);
  ::close(descriptor);
  if (!checked) return fail(what, std::move(checked.error()));
  return {};
}

SharedLibrary::SharedLibrary(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
SharedLibrary::SharedLibrary(SharedLibrary&&) noexcept = default;
SharedLibrary& SharedLibrary::operator=(SharedLibrary&&) noexcept = default;
SharedLibrary::~SharedLibrary() = default;

Result<SharedLibrary> SharedLibrary::load(const fs::path& file, Unload unload) {
  CHELA_CHECK(check_shared_library(file));
  namespace mode = boost::dll::load_mode;
  unsigned flags = mode::rtld_now | mode::rtld_local;
#ifdef RTLD_NODELETE
  if (unload == Unload::never) flags |= RTLD_NODELETE;  // Boost.DLL hands unknown bits on to dlopen
#endif
  auto handle = std::make_unique<Handle>();
  std::error_code error;
  // Absolute, so that no search path of the environment decides what is loaded.
  handle->library.load(fs::absolute(file), error, static_cast<mode::type>(flags));
  if (error) return fail(ErrorCode::unavailable, "loading {}: {}", file.string(), loader_text());
  return SharedLibrary(std::move(handle));
}

Result<void*> SharedLibrary::find_symbol(const std::string& name) const {
  if (void* address = ::dlsym(handle_->library.native(), name.c_str())) return address;
  return fail(ErrorCode::not_found, "finding the symbol {}: {}", name, loader_text());
}

}  // namespace chela::platform
