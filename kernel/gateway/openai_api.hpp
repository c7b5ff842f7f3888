#pragma once

// /v1/models, /v1/chat/completions and /v1/responses, as clients of the OpenAI API expect them.

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

void add_openai_models(Service& service, Context& context);
void add_openai_chat(Service& service, Context& context);
void add_openai_responses(Service& service, Context& context);

constexpr std::uint64_t kOpenAiBodyBytesMax = 8 << 20;

}  // namespace chela::gateway
