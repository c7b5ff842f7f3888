#include "addon/src/door.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addon/src/text.hpp"
#include "kernel/core/platform/elf_check.hpp"

namespace chela::addon {
namespace {

std::string shown(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

// The plugin's own libraries before the program's: Node exports OpenSSL, zlib, libuv, SQLite, simdjson and others of
// its own versions, and a plugin that is linked with Debian's would call into those, and crash. The sanitizers'
// runtimes cannot live with it: they would lose malloc.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif
#if defined(RTLD_DEEPBIND)
constexpr int kOwnFirst = kSanitized ? 0 : RTLD_DEEPBIND;
#else
constexpr int kOwnFirst = 0;
#endif

std::unexpected<Failure> refuse(chela_status status, std::string message) {
  return std::unexpected(Failure{status, std::move(message)});
}

// The loader maps what the headers promise and dies of a file that was cut short.
Result<void> check_file(const std::string& library) {
  const int descriptor = ::open(library.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return fail(ErrorCode::not_found, "there is no library {}", library);
  struct stat info{};
  auto checked = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)
                     ? platform::check_elf(descriptor, static_cast<std::uint64_t>(info.st_size))
                     : fail(ErrorCode::invalid_argument, "it is not a regular file");
  ::close(descriptor);
  return checked;
}

}  // namespace

std::expected<const chela_entry*, Failure> open_door(const std::string& library, const std::string& id,
                                                     const std::string& version) {
  if (auto checked = check_file(library); !checked) {
    return refuse(CHELA_INVALID_ARGUMENT, "loading " + id + ": " + checked.error().message);
  }
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | kOwnFirst);
  if (!handle) {
    const char* reason = dlerror();
    return refuse(CHELA_UNAVAILABLE, "loading " + id + ": " + (reason ? reason : "no reason was given"));
  }
  const auto* entry = static_cast<const chela_entry*>(dlsym(handle, "chela_plugin_entry"));
  if (!entry) return refuse(CHELA_INVALID_ARGUMENT, "loading " + id + ": the library exports no chela_plugin_entry");
  if (!CHELA_HAS(entry, chela_entry, create) || !entry->plugin_id || !entry->plugin_version || !entry->create) {
    return refuse(CHELA_INVALID_ARGUMENT, "loading " + id + ": the entry is too short or has null members");
  }
  if (entry->abi_major != CHELA_ABI_MAJOR || entry->abi_minor > CHELA_ABI_MINOR) {
    return refuse(CHELA_UNSUPPORTED, "loading " + id + ": built for ABI " + shown(entry->abi_major, entry->abi_minor) +
                                         ", this addon has " + shown(CHELA_ABI_MAJOR, CHELA_ABI_MINOR) +
                                         "; get a newer build of the addon");
  }
  if (id != entry->plugin_id || version != entry->plugin_version) {
    auto told = std::string(cut(entry->plugin_id, 128)) + " " + std::string(cut(entry->plugin_version, 128));
    return refuse(CHELA_INVALID_ARGUMENT,
                  "loading " + id + ": the library is " + told + ", its manifest says " + id + " " + version);
  }
  return entry;
}

}  // namespace chela::addon
