#pragma once

// Answers: JSON documents, and errors in the form of the API that is spoken. Any thread.

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/net/http_types.hpp"
#include "kernel/gateway/route.hpp"

namespace chela::gateway {

net::HttpResponse json_reply(int status, const nlohmann::json& body);
net::HttpResponse json_text_reply(int status, std::string body);  // `body` is JSON already
net::HttpResponse text_reply(int status, std::string_view content_type, std::string body);

// The body of an error: {"error":{"code","message"}}, or OpenAI's {"error":{"message","type","param","code"}}.
std::string error_body(const Error& error, ErrorStyle style);
net::HttpResponse error_reply(const Error& error, ErrorStyle style);

// To a client that asks too often, with how long it should wait.
net::HttpResponse too_fast_reply(Duration wait, ErrorStyle style);
// Retry-After, in whole seconds.
void add_retry_after(net::Headers& headers, Duration wait);

// The request's body as a JSON object. The error says what is wrong with it.
Result<nlohmann::json> read_json_object(const net::HttpRequest& request);

}  // namespace chela::gateway
