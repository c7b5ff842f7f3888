#pragma once

// Who asks. A principal is decided once per request or connection and never changes.

#include <string>

namespace chela::policy {

enum class Role { anonymous, operator_role };

struct Principal {
  Role role = Role::anonymous;
  std::string address;   // of the client, behind trusted proxies too
  std::string key;       // for budgets: the same for all requests of one client
};

}  // namespace chela::policy
