#pragma once

// What a route demands of who asks. There is no default: a route without a policy does not compile.

#include <cstdint>
#include <string_view>

namespace chela::policy {

#define CHELA_ROUTE_ACCESS_MAP(X)                                                            \
  X(open, "anyone who reaches the port; says nothing about this gateway")                    \
  X(page, "the web page's own files: anyone, never from inside another site")                \
  X(operator_read, "the operator; reads only")                                               \
  X(operator_write, "the operator; never from another site's page")

enum class RouteAccess : std::uint8_t {
#define CHELA_ROUTE_ACCESS_ENUM(name, meaning) name,
  CHELA_ROUTE_ACCESS_MAP(CHELA_ROUTE_ACCESS_ENUM)
#undef CHELA_ROUTE_ACCESS_ENUM
};

std::string_view name_of(RouteAccess access);

class RoutePolicy {
 public:
  RoutePolicy(RouteAccess access, std::uint64_t body_bytes_max) : access_(access), body_bytes_max_(body_bytes_max) {}
  RouteAccess access() const { return access_; }
  std::uint64_t body_bytes_max() const { return body_bytes_max_; }

 private:
  RouteAccess access_;
  std::uint64_t body_bytes_max_;
};

}  // namespace chela::policy
