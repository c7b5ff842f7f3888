#ifndef PLUGINS_PROVIDERS_OPENAI_MODEL_LIST_HPP
#define PLUGINS_PROVIDERS_OPENAI_MODEL_LIST_HPP
// The answer to GET /models.

#include <string>
#include <string_view>

namespace chela::providers::openai {

inline constexpr std::size_t kModelListBytesMax = 4u << 20;

// `body` as a JSON array of {"id", "contextWindow"?}, at most 10,000, in the service's order. Understands
// {"data":[{"id"}]}, {"models":[{"name"}]} and a bare array. Throws Failure PROTOCOL for anything else.
std::string model_list(std::string_view body);

}  // namespace chela::providers::openai
#endif
