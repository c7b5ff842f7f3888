#include "kernel/core/rpc/message.hpp"

#include <algorithm>
#include <limits>

#include "chela/abi.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/rpc/frame.hpp"
#include "kernel/core/rpc/json_check.hpp"
#include "kernel/core/rpc/json_slices.hpp"

namespace chela::rpc {
namespace {

constexpr std::size_t kMethodBytesMax = 256;
constexpr std::size_t kErrorTextMax = 4096;
constexpr std::size_t kEventsMax = 1024;            // in one message, as manifests/schema/protocol/call.json says
constexpr std::int64_t kCreditAddMax = 65536;  // likewise
constexpr int kStatusBase = -32000;

struct Status {
  std::string_view name;  // of the ABI, in capitals
  int number;
};
constexpr Status kStatuses[] = {
#define CHELA_RPC_STATUS(name, value) {#name, value},
    CHELA_STATUS_MAP(CHELA_RPC_STATUS)
#undef CHELA_RPC_STATUS
};

int number_of(ErrorCode code) {
  auto is_named = [&](const Status& status) { return equal_ignoring_case(status.name, name_of(code)); };
  const auto* found = std::ranges::find_if(kStatuses, is_named);
  return found == std::end(kStatuses) ? static_cast<int>(CHELA_INTERNAL) : found->number;
}

std::optional<ErrorCode> code_of(std::string_view status_name) {
#define CHELA_RPC_CODE(name, meaning) \
  if (equal_ignoring_case(status_name, #name)) return ErrorCode::name;
  CHELA_ERROR_MAP(CHELA_RPC_CODE)
#undef CHELA_RPC_CODE
  return std::nullopt;
}

// What a number says when no name is beside it; JSON-RPC's own stand for defects of the sender, which is us.
ErrorCode code_of(std::int64_t number) {
  if (number == -32601) return ErrorCode::unsupported;
  if (number >= -32700 && number <= -32600) return ErrorCode::protocol;
  for (const auto& status : kStatuses) {
    if (number == kStatusBase - status.number) return code_of(status.name).value_or(ErrorCode::internal);
  }
  return ErrorCode::internal;
}

// The members of the envelope, as they were found.
struct Envelope {
  enum Member : unsigned { jsonrpc = 1, id = 2, method = 4, params = 8, result = 16, error = 32 };
  unsigned present = 0;
  bool valid_version = false;
  std::optional<CallId> id_value;
  std::optional<std::string> method_value;
  std::string_view params_text, result_text, error_text;
};

std::optional<unsigned> member_of(std::string_view key) {
  constexpr std::pair<std::string_view, unsigned> kMembers[] = {
      {"jsonrpc", Envelope::jsonrpc}, {"id", Envelope::id},         {"method", Envelope::method},
      {"params", Envelope::params},   {"result", Envelope::result}, {"error", Envelope::error}};
  for (auto [name, member] : kMembers) {
    if (name == key) return member;
  }
  return std::nullopt;
}

std::optional<CallId> id_of(std::string_view text) {
  auto number = json_integer(text);
  if (!number || *number < 1) return std::nullopt;
  return static_cast<CallId>(*number);
}

Result<Envelope> read_envelope(JsonSlices& slices, std::string_view frame) {
  auto members = slices.members(trim(frame));
  if (!members) return fail(ErrorCode::invalid_argument, "reading a message: it is not a JSON object");
  Envelope out;
  for (auto& [key, value] : *members) {
    auto member = member_of(key);
    if (!member) continue;
    if ((out.present & *member) != 0) return fail(ErrorCode::invalid_argument, "reading a message: {} stands twice", key);
    out.present |= *member;
    switch (*member) {
      case Envelope::jsonrpc: out.valid_version = slices.string(value) == "2.0"; break;
      case Envelope::id: out.id_value = id_of(value); break;
      case Envelope::method: out.method_value = slices.string(value); break;
      case Envelope::params: out.params_text = value; break;
      case Envelope::result: out.result_text = value; break;
      default: out.error_text = value;
    }
  }
  return out;
}

CallError read_failure(JsonSlices& slices, const std::vector<JsonMember>& members) {
  CallError failure{{ErrorCode::internal, "the other side gave no reason"}, {}};
  std::int64_t number = 0;
  for (const auto& [key, value] : members) {
    if (key == "code") number = json_integer(value).value_or(0);
    if (key == "data" && value.starts_with('{')) failure.data = value;
    auto message = key == "message" ? slices.string(value) : std::nullopt;
    if (message && !message->empty()) failure.error.message = cut_utf8(*message, kErrorTextMax);
  }
  std::optional<ErrorCode> named;
  for (auto& [key, value] : slices.members(failure.data).value_or(std::vector<JsonMember>())) {
    if (key == "status") named = code_of(slices.string(value).value_or(""));
  }
  failure.error.code = named.value_or(code_of(number));
  return failure;
}

std::unexpected<Defect> defect(std::optional<CallId> id, std::string_view what) {
  return std::unexpected(Defect{id, {ErrorCode::invalid_argument, fmt::format("reading a message: {}", what)}});
}

std::expected<Message, Defect> read_request(Envelope& envelope) {
  bool wants_answer = (envelope.present & Envelope::id) != 0;
  if (wants_answer && !envelope.id_value) return defect({}, "its id is not an integer from 1");
  auto id = envelope.id_value;
  if (!envelope.valid_version) return defect(id, "its jsonrpc is not \"2.0\"");
  if ((envelope.present & (Envelope::result | Envelope::error)) != 0) return defect(id, "it has a method and a result");
  if (!envelope.method_value || envelope.method_value->empty() || envelope.method_value->size() > kMethodBytesMax) {
    return defect(id, "its method is not a name of at most 256 bytes");
  }
  Message message;
  message.kind = wants_answer ? Message::Kind::request : Message::Kind::notification;
  message.id = id.value_or(0);
  message.method = std::move(*envelope.method_value);
  if ((envelope.present & Envelope::params) != 0) message.params = envelope.params_text;
  if (!message.params.starts_with('{')) return defect(id, "its params are not an object");
  return message;
}

}  // namespace

MessageReader::MessageReader() : slices_(std::make_unique<JsonSlices>()) {}
MessageReader::~MessageReader() = default;

std::expected<Message, Defect> MessageReader::read(std::string_view frame) {
  if (auto valid = check_json(frame, kDepthMax); !valid) return defect({}, valid.error().message);
  if (!slices_->is_utf8(frame)) return defect({}, "it is not valid JSON: it is not UTF-8");
  auto envelope = read_envelope(*slices_, frame);
  if (!envelope) return std::unexpected(Defect{{}, std::move(envelope.error())});
  if ((envelope->present & Envelope::method) != 0) return read_request(*envelope);

  if (!envelope->valid_version) return defect({}, "its jsonrpc is not \"2.0\"");
  if (!envelope->id_value) return defect({}, "it has neither a method nor an id from 1");
  bool failed = (envelope->present & Envelope::error) != 0;
  if (failed == ((envelope->present & Envelope::result) != 0)) return defect({}, "it has no method, nor one result or error");
  Message message;
  message.kind = failed ? Message::Kind::error : Message::Kind::result;
  message.id = *envelope->id_value;
  message.result = envelope->result_text;
  if (!failed) return message;
  auto members = slices_->members(envelope->error_text);
  if (!members) return defect({}, "its error is not an object");
  message.failure = read_failure(*slices_, *members);
  return message;
}

Result<CallNote> MessageReader::read_call_note(std::string_view what, std::string_view params) {
  CallNote note;
  bool valid = true;
  for (auto& [key, value] : slices_->members(params).value_or(std::vector<JsonMember>())) {
    if (key == "call") note.call = id_of(value).value_or(0);
    if (key == "add") {
      auto add = json_integer(value).value_or(-1);
      valid = valid && add >= 0 && add <= kCreditAddMax;
      note.add = static_cast<std::uint32_t>(add);
    }
    if (key == "events") {
      auto events = slices_->items(value);
      valid = valid && events && events->size() <= kEventsMax;
      if (valid) note.events = std::move(*events);
    }
  }
  if (note.call == 0) return fail(ErrorCode::invalid_argument, "{} params.call: not an integer from 1", what);
  if (!valid) {
    return fail(ErrorCode::invalid_argument, "{} params: add is at most {}, events at most {}", what, kCreditAddMax,
                kEventsMax);
  }
  return note;
}

std::optional<std::uint32_t> read_credit(const std::string& params) {
  JsonSlices slices;
  auto padded = params + std::string(kFramePadding, '\0');
  std::optional<std::uint32_t> credit;
  auto members = slices.members(std::string_view(padded).substr(0, params.size()));
  for (auto& [key, value] : members.value_or(std::vector<JsonMember>())) {
    auto number = key == "credit" ? json_integer(value).value_or(-1) : -1;
    if (number >= 0 && number <= std::numeric_limits<std::uint32_t>::max()) credit = static_cast<std::uint32_t>(number);
  }
  return credit;
}

std::string request_text(CallId id, std::string_view method, std::string_view params) {
  std::string text;
  text.reserve(params.size() + method.size() + 64);
  fmt::format_to(std::back_inserter(text), R"({{"jsonrpc":"2.0","id":{},"method":)", id);
  append_json_string(text, method);
  text.append(R"(,"params":)").append(params).append("}");
  return text;
}

std::string notification_text(std::string_view method, std::string_view params) {
  std::string text;
  text.reserve(params.size() + method.size() + 48);
  text += R"({"jsonrpc":"2.0","method":)";
  append_json_string(text, method);
  text.append(R"(,"params":)").append(params).append("}");
  return text;
}

std::string result_text(CallId id, std::string_view result) {
  std::string text;
  text.reserve(result.size() + 48);
  fmt::format_to(std::back_inserter(text), R"({{"jsonrpc":"2.0","id":{},"result":)", id);
  text.append(result).append("}");
  return text;
}

std::string error_text(CallId id, const Error& error, std::string_view data) {
  std::string text;
  fmt::format_to(std::back_inserter(text), R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":)", id,
                 kStatusBase - number_of(error.code));
  append_json_string(text, cut_utf8(error.message, kErrorTextMax));
  fmt::format_to(std::back_inserter(text), R"(,"data":{{"status":"{}")", name_of(error.code));
  data = trim(data);
  auto members = data.size() > 2 ? trim(data.substr(1, data.size() - 2)) : std::string_view();
  if (!members.empty()) text.append(",").append(members);
  text += "}}}";
  return text;
}

}  // namespace chela::rpc
