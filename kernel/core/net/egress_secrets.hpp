#pragma once

// Placeholders `{{secret:NAME}}` in what is sent, and their values' absence from what is told. Loop thread only.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/egress.hpp"

namespace chela::net {

// The secrets that one request uses, as they were resolved.
class EgressSecrets {
 public:
  enum class Encoding { none, path, user_info };  // percent-encodes what would change the structure around the value

  EgressSecrets(const SecretResolver& resolver, std::string_view caller) : resolver_(resolver), caller_(caller) {}

  // `text` with every placeholder replaced. `host` is who will see it. Errors: invalid_argument for a malformed
  // placeholder; those of the resolver, with the name and never the value.
  Result<std::string> expand(std::string_view text, Encoding encoding, std::string_view host);
  // `text` with every value that was handed out, plain or encoded, replaced by its placeholder.
  std::string redact(std::string text) const;

 private:
  Result<std::string> resolve(std::string_view name, std::string_view host);

  const SecretResolver& resolver_;
  std::string caller_;
  std::vector<std::pair<std::string, std::string>> shown_as_;  // value -> placeholder
};

bool has_placeholder(std::string_view text);

}  // namespace chela::net
