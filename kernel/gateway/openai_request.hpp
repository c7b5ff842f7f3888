#pragma once

// Requests of the OpenAI API as turns. Any thread.
// Sources: the API reference of OpenAI, chat/completions and responses.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/http_types.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::gateway {

struct OpenAiRequest {
  std::string model;    // as the client named it; empty for the default
  std::string session;  // of the header or `user`; empty: the turn stands alone
  bool stream = false;
  bool include_usage = false;  // in a last chunk of a stream
  std::vector<runtime::Message> messages;
  std::string last_user_text;  // what a session, which has the rest already, is told
  std::vector<runtime::Message> answers;  // results of client tools after the last assistant message
  std::vector<runtime::ClientTool> tools;
  std::string options = "{}";  // chela_completion_request::options
};

// Errors: invalid_argument that names the member, unsupported for what this gateway cannot do.
Result<OpenAiRequest> read_chat_request(const net::HttpRequest& http);
Result<OpenAiRequest> read_responses_request(const net::HttpRequest& http);

}  // namespace chela::gateway
