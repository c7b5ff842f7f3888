#include "kernel/core/remote/call_end.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::remote {

std::uint64_t retry_after_of(std::string_view error_data) {
  auto said = object_of(error_data).value("retryAfterMs", nlohmann::json());
  return said.is_number_unsigned() ? said.get<std::uint64_t>() : 0;
}

}  // namespace chela::remote
