#pragma once

// Messages of JSON-RPC 2.0 as text: one read from a frame, and those that leave. Any thread.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"

namespace chela::rpc {

class JsonSlices;

using CallId = std::uint64_t;  // from 1; below 2^53, so that it is a number to JavaScript, too

// Of a message; deeper ones are refused as no JSON.
constexpr std::size_t kDepthMax = 1024;

// A failed call as the other side tells it.
struct CallError {
  Error error;
  std::string_view data;  // a JSON object, empty when it had none
};

// Views point into the frame.
struct Message {
  enum class Kind : std::uint8_t { request, notification, result, error };
  Kind kind = Kind::notification;
  CallId id = 0;  // not of a notification
  std::string method;
  std::string_view params = "{}";  // a JSON object; of requests and notifications
  std::string_view result;         // JSON
  CallError failure;
};

// A message that cannot be used. `id` is that of a request, when it can be answered at all.
struct Defect {
  std::optional<CallId> id;
  Error error;
};

// {"call": N, …}, the parameters of call.cancel, call.event and call.credit.
struct CallNote {
  CallId call = 0;
  std::uint32_t add = 0;                 // of call.credit
  std::vector<std::string_view> events;  // of call.event, each JSON; into the frame
};

// Reads one message after the other with the same memory. Behind what it reads, kFramePadding bytes are readable.
class MessageReader {
 public:
  MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;
  ~MessageReader();

  // Checks that all of the frame is one JSON text in UTF-8, too.
  std::expected<Message, Defect> read(std::string_view frame);
  // `params` is part of a message that was read, of the method `what`. Error: invalid_argument.
  Result<CallNote> read_call_note(std::string_view what, std::string_view params);

 private:
  std::unique_ptr<JsonSlices> slices_;
};

// The member `credit` of a request's parameters; nothing when there is none, or it is no number that fits.
std::optional<std::uint32_t> read_credit(const std::string& params);

// Texts of messages. `params`, `result` and `data` are JSON, `data` an object or empty.
std::string request_text(CallId id, std::string_view method, std::string_view params);
std::string notification_text(std::string_view method, std::string_view params);
std::string result_text(CallId id, std::string_view result);
std::string error_text(CallId id, const Error& error, std::string_view data);

}  // namespace chela::rpc
