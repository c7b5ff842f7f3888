#include "kernel/core/platform/paths.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace chela::platform {

namespace fs = std::filesystem;

namespace {

Result<void> check_private(const fs::path& directory) {
  struct stat info{};
  if (lstat(directory.c_str(), &info) != 0) return fail_errno("opening " + directory.string(), errno);
  if (!S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::denied, "using {}: it is not a directory", directory.string());
  }
  if (info.st_uid != geteuid()) {
    return fail(ErrorCode::denied, "using {}: it belongs to another user (id {})", directory.string(), info.st_uid);
  }
  if ((info.st_mode & 0077) != 0) {
    return fail(ErrorCode::denied, "using {}: other users can open it; run chmod 700 on it", directory.string());
  }
  return {};
}

}  // namespace

Result<fs::path> executable_path() {
  std::string buffer(4096, '\0');
  std::size_t size = buffer.size();
  if (int status = uv_exepath(buffer.data(), &size); status != 0) {
    return fail(ErrorCode::not_found, "finding the running program's file: {}", uv_strerror(status));
  }
  buffer.resize(size);
  std::error_code error;
  fs::path resolved = fs::canonical(buffer, error);
  return error ? fs::path(buffer) : resolved;  // a program that was replaced while it runs has no file any more
}

Result<fs::path> home_directory() {
  std::string buffer(4096, '\0');
  std::size_t size = buffer.size();
  if (int status = uv_os_homedir(buffer.data(), &size); status != 0 || size == 0) {
    return fail(ErrorCode::not_found, "finding the home directory: {}; set HOME",
                status == 0 ? "it is empty" : uv_strerror(status));
  }
  buffer.resize(size);
  return fs::path(buffer);
}

Result<fs::path> runtime_directory() {
  if (const char* set = std::getenv("XDG_RUNTIME_DIR"); set && *set == '/') {
    if (auto usable = check_private(set); usable) return fs::path(set);
  }
  std::error_code error;
  fs::path base = fs::temp_directory_path(error);
  if (error) return fail(ErrorCode::not_found, "finding the temporary directory: {}", error.message());
  fs::path own = base / fmt::format("chela-{}", geteuid());
  if (mkdir(own.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("making " + own.string(), errno);
  CHELA_CHECK(check_private(own));
  return own;
}

}  // namespace chela::platform
