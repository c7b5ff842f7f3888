#pragma once

// Upstream's session keys ("agent:main:telegram:direct:42") as ids of our sessions, and back. An id has a small alphabet
// and 128 characters; what is outside of it is written _XX (hexadecimal), `_` itself __. A key that does not fit
// becomes its beginning and its hash, which stands for itself from then on. Any thread.

#include <string>
#include <string_view>

namespace chela::runtime {

constexpr std::size_t kSessionKeyBytesMax = 1024;

// Of a key that is not empty.
std::string session_id_of(std::string_view key);
// The key of such an id; a shortened id, and one that no key has, is its own.
std::string session_key_of(std::string_view id);

// The agent that a key names: "agent:NAME:…"; else "main".
std::string agent_of(std::string_view key);

}  // namespace chela::runtime
