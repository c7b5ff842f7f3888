#pragma once

// JSON values made up from a JSON schema: one that it accepts, and ones that try the reader.

#include <random>
#include <string>

namespace chela::conformance {

// The plainest value that `schema` accepts, as far as the usual keywords say; `{}` for an unreadable schema.
std::string plain_value(const std::string& schema);

// An object with members of `schema` of any type, and strange ones: what a careless caller sends.
std::string odd_object(const std::string& schema, std::mt19937_64& random);

// True when `schema` requires a member.
bool requires_members(const std::string& schema);

}  // namespace chela::conformance
