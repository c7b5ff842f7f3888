#pragma once

// Values of JavaScript and ours.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <napi.h>

#include "chela/abi.h"

namespace chela::addon {

// Throw a TypeError of JavaScript when the value is of another kind.
std::string text_of(const Napi::Value& value);
std::vector<std::string> texts_of(const Napi::Value& value);
std::uint64_t number_of(const Napi::Value& value);

// A status as it is called in JavaScript: "not_found".
std::string name_of(chela_status status);

}  // namespace chela::addon
