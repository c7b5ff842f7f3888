#include "kernel/core/policy/route_policy.hpp"

#include <cstddef>

namespace chela::policy {

std::string_view name_of(RouteAccess access) {
  constexpr std::string_view kNames[] = {
#define CHELA_ROUTE_ACCESS_NAME(name, meaning) #name,
      CHELA_ROUTE_ACCESS_MAP(CHELA_ROUTE_ACCESS_NAME)
#undef CHELA_ROUTE_ACCESS_NAME
  };
  return kNames[static_cast<std::size_t>(access)];
}

}  // namespace chela::policy
