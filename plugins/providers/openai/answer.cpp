#include "plugins/providers/openai/answer.hpp"

#include <algorithm>

#include "plugins/providers/openai/service_error.hpp"

namespace chela::providers::openai {

namespace {

constexpr std::size_t kErrorBytesMax = 64 * 1024;
constexpr std::size_t kJsonBytesMax = 16u << 20;
constexpr std::size_t kLineBytesMax = 1 << 20;
constexpr const char* kCutShort = "the answer was cut short: the stream ended without its end mark";

}  // namespace

Answer::Answer(Service service, std::string model, Completion completion, std::string id_prefix, Shared& shared)
    : service_(std::move(service)),
      model_(std::move(model)),
      completion_(std::move(completion)),
      shared_(shared),
      reader_(*this, std::move(id_prefix), shared.parser),
      events_([this](const SseEvent& event) { take_event(event); }, {kLineBytesMax, kLineBytesMax}) {}

void Answer::usage(std::uint64_t input, std::uint64_t output, std::uint64_t cached, std::uint64_t reasoning) {
  completion_.usage({input, output, cached, reasoning});
}

void Answer::on_head(HttpHead head) { head_ = std::move(head); }

void Answer::on_body(std::string_view bytes) {
  if (over_) return;  // after [DONE]
  try {
    bytes_ += bytes.size();
    if (bytes_ > kResponseBytesMax) throw Failure(CHELA_TOO_LARGE, "the answer is above 64 MiB");
    if (is_success()) {
      take_body(bytes);
    } else {
      collected_.append(bytes.substr(0, kErrorBytesMax - std::min(kErrorBytesMax, collected_.size())));
    }
  } catch (const Failure& failure) {
    fail(failure);
    throw;
  }
}

void Answer::take_body(std::string_view bytes) {
  if (form_ == Form::kUnknown) {
    // Content types are often wrong; the first character is not.
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    bytes.remove_prefix(first);  // also when they came in one piece with the rest
    const char begin = bytes.front();
    form_ = begin == '{' || begin == '[' ? Form::kJson : begin == '<' ? Form::kPage : Form::kEvents;
  }
  if (form_ == Form::kEvents) return events_.feed(bytes);
  if (form_ == Form::kPage && collected_.size() > kErrorBytesMax) return;
  if (collected_.size() + bytes.size() > kJsonBytesMax)
    throw Failure(CHELA_TOO_LARGE, "the answer is above 16 MiB of JSON");
  collected_.append(bytes);
}

void Answer::take_event(const SseEvent& event) {
  if (over_) return;
  std::string_view data = event.data;
  while (!data.empty() && (data.back() == ' ' || data.back() == '\n')) data.remove_suffix(1);
  if (data.empty()) return;
  if (data == "[DONE]") {
    if (!reader_.has_begun()) throw Failure(CHELA_PROTOCOL, "the answer ended before it began");
    return complete();
  }
  if (event.name == "error") throw failure_in_stream(data);
  reader_.take(data);
}

void Answer::on_done(chela_status status, std::string_view error) {
  if (over_) return;
  try {
    if (head_.status != 0 && !is_success()) {
      ServiceError refusal = error_of_response(service_, model_, head_, collected_, shared_.unix_ms());
      over_ = true;
      completion_.fail(refusal.status, refusal.text, refusal.retry_after_ms);
    } else if (status == CHELA_OK) {
      take_end();
    } else if (reader_.has_stopped() && status != CHELA_CANCELLED) {
      complete();  // the connection broke after the last word
    } else {
      const ServiceError broken = error_of_transport(service_, status, error);
      over_ = true;
      completion_.fail(broken.status, broken.text);
    }
  } catch (const Failure& failure) {
    fail(failure);
  }
}

// The response arrived whole.
void Answer::take_end() {
  if (form_ == Form::kPage) {
    throw Failure(CHELA_PROTOCOL, "it answered with " + message_of_body(collected_) +
                                      " in the place of the API; check baseUrl, which usually ends in /v1");
  }
  if (form_ == Form::kEvents) finish_events();
  if (over_) return;
  if (form_ == Form::kJson) {
    reader_.take(collected_);
    if (!reader_.has_begun()) throw Failure(CHELA_PROTOCOL, "the answer has no choices: " + excerpt(collected_, 80));
    return complete();
  }
  if (reader_.has_stopped()) return complete();
  throw Failure(CHELA_UNAVAILABLE, form_ == Form::kUnknown ? "the answer is empty" : kCutShort);
}

// An event without its end is handed on, and half of one is no JSON.
void Answer::finish_events() {
  try {
    events_.finish();
  } catch (const Failure& failure) {
    if (failure.status() == CHELA_PROTOCOL) throw Failure(CHELA_UNAVAILABLE, kCutShort);
    throw;
  }
}

void Answer::complete() {
  const std::string stop_reason = reader_.finish();
  over_ = true;
  completion_.complete(stop_reason);
}

// What goes wrong after the service has said why it stopped takes nothing away from the answer.
void Answer::fail(Failure failure) {
  if (over_) return;
  if (reader_.has_stopped()) {
    try {
      return complete();
    } catch (const Failure& incomplete) {
      failure = incomplete;
    }
  }
  over_ = true;
  completion_.fail(failure.status(), "service " + service_.id + ": " + failure.text());
}

}  // namespace chela::providers::openai
