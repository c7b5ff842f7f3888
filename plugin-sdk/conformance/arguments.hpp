#pragma once

// JSON values made up from a JSON schema: one that it accepts, and ones that try the reader.

#include <random>
#include <string>
#include <vector>

namespace chela::conformance {

// The plainest value that `schema` accepts, as far as the usual keywords say; `{}` for an unreadable schema.
std::string plain_value(const std::string& schema);

// An object with members of `schema` of any type, and strange ones: what a careless caller sends.
std::string odd_object(const std::string& schema, std::mt19937_64& random);

// The defaults of `schema`, one level deep: what a host fills in for a person who configured nothing.
std::string default_values(const std::string& schema);

// The same JSON document with all the white space there can be, and every text written with \u escapes.
std::string respelled(const std::string& json);

// Why `schema` is no JSON schema of an object; empty when it is one.
std::string schema_problem(const std::string& schema);

// The names of the properties of `schema`.
std::vector<std::string> member_names(const std::string& schema);

// True when `schema` requires a member.
bool requires_members(const std::string& schema);

}  // namespace chela::conformance
