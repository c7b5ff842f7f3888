#include "kernel/core/base/error.hpp"

#include <cerrno>
#include <cstring>

namespace chela {

std::string_view name_of(ErrorCode code) {
  switch (code) {
#define CHELA_ERROR_NAME(name, meaning) \
  case ErrorCode::name:                 \
    return #name;
    CHELA_ERROR_MAP(CHELA_ERROR_NAME)
#undef CHELA_ERROR_NAME
  }
  return "internal";
}

std::unexpected<Error> fail_errno(std::string_view what, int error_number) {
  auto code = [&] {
    switch (error_number) {
      case ENOENT: case ENOTDIR: return ErrorCode::not_found;
      case EEXIST: case EADDRINUSE: return ErrorCode::already_exists;
      case EACCES: case EPERM: case EROFS: case ELOOP: case EXDEV: return ErrorCode::denied;
      case ETIMEDOUT: return ErrorCode::timed_out;
      case ENOSPC: case EMFILE: case ENFILE: case ENOMEM: case EDQUOT: return ErrorCode::exhausted;
      case EFBIG: case E2BIG: case ENAMETOOLONG: return ErrorCode::too_large;
      case EINVAL: case EISDIR: return ErrorCode::invalid_argument;
      case ECANCELED: return ErrorCode::cancelled;
      default: return ErrorCode::unavailable;
    }
  }();
  return std::unexpected(Error{code, fmt::format("{}: {}", what, std::strerror(error_number))});
}

}  // namespace chela
