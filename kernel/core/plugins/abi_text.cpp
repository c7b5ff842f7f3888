#include "kernel/core/plugins/abi_text.hpp"

#include "kernel/core/base/text.hpp"

namespace chela::plugins {
namespace {

constexpr std::size_t kErrorBytesMax = 4096;

struct Row {
  chela_status status;
  ErrorCode code;
};

constexpr Row kRows[] = {
    {CHELA_INVALID_ARGUMENT, ErrorCode::invalid_argument}, {CHELA_NOT_FOUND, ErrorCode::not_found},
    {CHELA_DENIED, ErrorCode::denied},                     {CHELA_CANCELLED, ErrorCode::cancelled},
    {CHELA_TIMED_OUT, ErrorCode::timed_out},               {CHELA_UNAVAILABLE, ErrorCode::unavailable},
    {CHELA_INTERNAL, ErrorCode::internal},                 {CHELA_UNAUTHENTICATED, ErrorCode::unauthenticated},
    {CHELA_EXHAUSTED, ErrorCode::exhausted},               {CHELA_TOO_LARGE, ErrorCode::too_large},
    {CHELA_PROTOCOL, ErrorCode::protocol},                 {CHELA_UNSUPPORTED, ErrorCode::unsupported},
    {CHELA_ALREADY_EXISTS, ErrorCode::already_exists},     {CHELA_CORRUPT, ErrorCode::corrupt},
};

}  // namespace

ErrorCode to_error_code(chela_status status) {
  for (auto row : kRows) {
    if (row.status == status) return row.code;
  }
  return ErrorCode::internal;  // a status that this ABI does not know
}

chela_status to_status(ErrorCode code) {
  for (auto row : kRows) {
    if (row.code == code) return row.status;
  }
  return CHELA_INTERNAL;
}

ErrorText::ErrorText()
    : sink_{sizeof(chela_error_sink), &text_, [](const chela_error_sink* sink, chela_str message) {
              *static_cast<std::string*>(sink->context) = repair_utf8(cut_utf8(from_abi(message), kErrorBytesMax));
            }} {}

Error ErrorText::error(std::string_view what, chela_status status) const {
  auto text = text_.empty() ? std::string("the plugin gave no reason") : text_;
  return Error{to_error_code(status), std::move(text)}.with_context(what);
}

TextSink::TextSink(std::size_t bytes_max)
    : sink_{sizeof(chela_sink), this,
            [](const chela_sink* sink, chela_str bytes) {
              auto* self = static_cast<TextSink*>(sink->context);
              auto room = self->bytes_max_ - self->text_.size();
              self->text_ += from_abi(bytes).substr(0, room);
            }},
      bytes_max_(bytes_max) {}

}  // namespace chela::plugins
