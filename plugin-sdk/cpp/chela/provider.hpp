#ifndef CHELA_PROVIDER_HPP
#define CHELA_PROVIDER_HPP
// Providers (chela.provider/1). A class offers a wire format by
//   void complete(chela::CompletionRequest, chela::Completion)    returns at once; completes now or later
//   void cancel(std::uint64_t call_id)                            optional; without it the SDK completes the call
//   void list_models(std::string_view service, chela::Completion) optional; text() takes the JSON array
// all on the loop; what is thrown fails the call.

#include <cstddef>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/provider.h"

namespace chela {
inline namespace sdk {

// A row of borrowed texts.
class Texts {
 public:
  class Iterator {
   public:
    explicit Iterator(const chela_str* at) : at_(at) {}
    std::string_view operator*() const { return to_view(*at_); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const chela_str* at_;
  };

  Texts() = default;
  Texts(const chela_str* data, std::size_t size) : data_(data), size_(size) {}
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view operator[](std::size_t i) const { return to_view(data_[i]); }
  Iterator begin() const { return Iterator(data_); }
  Iterator end() const { return Iterator(data_ + size_); }

 private:
  const chela_str* data_ = nullptr;
  std::size_t size_ = 0;
};

// What to complete; members as in ext/provider.h. Its texts are borrowed, valid until complete() returns: a
// conversation may be megabytes, so build the request from it and copy only what is needed later.
struct CompletionRequest {
  std::uint64_t call_id = 0;
  std::string_view service;
  std::string_view model;
  Texts messages;
  Texts tools;
  std::string_view options;
};

struct Usage {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t cached_input_tokens = 0;
  std::uint64_t reasoning_tokens = 0;
};

// Takes an answer as it arrives: move-only, completed exactly once. Any thread.
class Completion : public detail::CallHandle<chela_completion> {
 public:
  using CallHandle::CallHandle;
  void text(std::string_view piece) {
    call_->with([&](const chela_completion* raw) { raw->text(raw, to_str(piece)); });
  }
  void reasoning(std::string_view piece) {
    call_->with([&](const chela_completion* raw) { raw->reasoning(raw, to_str(piece)); });
  }
  void tool_call(std::uint32_t index, std::string_view id, std::string_view name) {
    call_->with([&](const chela_completion* raw) { raw->tool_call(raw, index, to_str(id), to_str(name)); });
  }
  void tool_arguments(std::uint32_t index, std::string_view piece) {
    call_->with([&](const chela_completion* raw) { raw->tool_arguments(raw, index, to_str(piece)); });
  }
  void usage(const Usage& usage) {
    const chela_usage counts = {sizeof(chela_usage), usage.input_tokens, usage.output_tokens, usage.cached_input_tokens,
                                usage.reasoning_tokens};
    call_->with([&](const chela_completion* raw) { raw->usage(raw, &counts); });
  }
  // Ends the answer. `stop_reason` is "stop", "length", "tool_calls" or "content_filter".
  bool complete(std::string_view stop_reason) { return call_->end(CHELA_OK, stop_reason); }
  using CallHandle::fail;
  // Ends it with an error; `retry_after_ms` is the service's own wish.
  bool fail(chela_status status, std::string_view text, std::uint64_t retry_after_ms) {
    return call_->end(status == CHELA_OK ? CHELA_INTERNAL : status, text, retry_after_ms);
  }
};

namespace detail {

CHELA_DETECT_MEMBER(complete)
CHELA_DETECT_MEMBER(list_models)

template <class T, class = void>
struct CompleteMethod : std::false_type {};
template <class T>
struct CompleteMethod<T, std::void_t<decltype(std::declval<T&>().complete(
                             std::declval<CompletionRequest>(), std::declval<Completion>()))>> : std::true_type {};

template <class T, class = void>
struct ListModelsMethod : std::false_type {};
template <class T>
struct ListModelsMethod<
    T, std::void_t<decltype(std::declval<T&>().list_models(std::string_view(), std::declval<Completion>()))>>
    : std::true_type {};

// chela.provider/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct ProviderInterface {
  static chela_status complete(Instance& instance, const chela_completion_request* raw,
                               const chela_completion* completion, const chela_error_sink*) {
    auto open = instance.completions->add(raw->call_id, completion, false);
    CompletionRequest request{raw->call_id,
                              to_view(raw->service),
                              to_view(raw->model),
                              Texts(raw->messages, raw->message_count),
                              Texts(raw->tools, raw->tool_count),
                              to_view(raw->options)};
    open->start([&] { instance.object().complete(request, Completion(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static chela_status list_models(Instance& instance, std::uint64_t call_id, chela_str service,
                                  const chela_completion* completion, const chela_error_sink*) {
    if constexpr (ListModelsMethod<typename Instance::Object>::value) {
      auto open = instance.completions->add(call_id, completion, false);
      open->start([&] { instance.object().list_models(to_view(service), Completion(open)); });
      return CHELA_OK;
    } else {
      throw Failure(CHELA_UNSUPPORTED, "this format cannot list models");
    }
  }

  static constexpr chela_plugin_provider table = {
      sizeof(chela_plugin_provider), &Thunk<chela_plugin, &complete>::call, &Thunk<chela_plugin, &cancel>::call,
      ListModelsMethod<typename Instance::Object>::value ? &Thunk<chela_plugin, &list_models>::call : nullptr};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
