#ifndef PLUGINS_PROVIDERS_OPENAI_REQUEST_BODY_HPP
#define PLUGINS_PROVIDERS_OPENAI_REQUEST_BODY_HPP
// The body of POST /chat/completions (https://platform.openai.com/docs/api-reference/chat).

#include <string>

#include "chela/provider.hpp"
#include "plugins/providers/openai/service.hpp"

namespace chela::providers::openai {

// Messages and tools have the wire's own form already and are copied as they stand, never parsed: a conversation may be
// megabytes. Throws Failure when an option has the wrong type.
std::string request_body(const Service& service, const CompletionRequest& request);

}  // namespace chela::providers::openai
#endif
