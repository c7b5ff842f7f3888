#include "addon/src/instance.hpp"

#include <mutex>
#include <utility>

namespace chela::addon {
namespace {

constexpr std::size_t kEndedKept = 256;
constexpr std::chrono::seconds kRunPatience(2);

// What plugins never gave back. Still reachable for their threads, and for whoever looks for leaks.
void keep_for_ever(std::shared_ptr<void> kept) {
  static std::mutex mutex;
  static auto* all = new std::vector<std::shared_ptr<void>>;
  const std::lock_guard lock(mutex);
  all->push_back(std::move(kept));
}

std::vector<chela_str> all_to_abi(const std::vector<std::string>& texts) {
  std::vector<chela_str> out;
  out.reserve(texts.size());
  for (const auto& text : texts) out.push_back(to_abi(text));
  return out;
}

chela_tool_request request_of(const ToolInput& input, std::uint64_t id) {
  return {sizeof(chela_tool_request), id,
          to_abi(input.name),         to_abi(input.arguments),
          to_abi(input.context),      input.timeout_ms};
}

// Calls a function of a plugin that returns nothing and has nowhere to say what went wrong.
template <class Run>
void tell(Run run) {
  ErrorText ignored;
  guarded(ignored, [&] {
    run();
    return CHELA_OK;
  });
}

}  // namespace

Instance::Instance(Port& port, std::shared_ptr<Mailbox> mailbox)
    : mailbox_(std::move(mailbox)), services_(std::make_unique<Services>(port, mailbox_)) {}

Instance::~Instance() {
  stop();
  if (!plugin_) return;
  if (workers_->idle(kRunPatience)) {
    destroy();
    return;
  }
  for (auto& [id, call] : calls_) keep_for_ever(std::move(call));
  for (auto& call : ended_) keep_for_ever(std::move(call));
  keep_for_ever(std::shared_ptr<Services>(std::move(services_)));
}

Outcome<void> Instance::step(chela_status status, const ErrorText& error, std::string_view what) const {
  if (status == CHELA_OK) return {};
  auto reason = error.text().empty() ? std::string("the plugin gave no reason") : error.text();
  return std::unexpected(Failure{status, std::string(what) + ": " + reason});
}

Outcome<void> Instance::create(const chela_entry& entry) {
  ErrorText error;
  auto status = guarded(error, [&] {
    plugin_ = entry.create(services_->host(), error.sink());
    return plugin_ ? CHELA_OK : CHELA_UNAVAILABLE;
  });
  services_->open();
  if (plugin_ && (!CHELA_HAS(plugin_, chela_plugin, destroy) || !plugin_->get_extension || !plugin_->configure ||
                  !plugin_->start || !plugin_->stop || !plugin_->destroy)) {
    plugin_ = nullptr;
    status = CHELA_INVALID_ARGUMENT;
    error.set_text("the plugin's table is too short or has null members");
  }
  return step(status, error, "creating");
}

Outcome<void> Instance::configure(const std::string& json) {
  if (!plugin_ || state_ != State::created)
    return std::unexpected(Failure{CHELA_INTERNAL, "configuring: not in this state"});
  ErrorText error;
  auto status = guarded(error, [&] { return plugin_->configure(plugin_, to_abi(json), error.sink()); });
  if (status == CHELA_OK) state_ = State::configured;
  return step(status, error, "configuring");
}

Outcome<void> Instance::start() {
  if (!plugin_ || state_ != State::configured)
    return std::unexpected(Failure{CHELA_INTERNAL, "starting: not in this state"});
  ErrorText error;
  auto status = guarded(error, [&] { return plugin_->start(plugin_, error.sink()); });
  if (status == CHELA_OK) state_ = State::started;
  return step(status, error, "starting");
}

void Instance::stop() {
  for (auto& [id, call] : calls_) call->abandon();
  if (state_ == State::started) {
    tell([&] { plugin_->stop(plugin_); });
  }
  state_ = State::stopped;
}

void Instance::sweep() {
  if (state_ == State::stopped && plugin_ && *runs_ == 0) destroy();
}

void Instance::destroy() {
  tell([&] { plugin_->destroy(plugin_); });
  plugin_ = nullptr;
  for (auto& [id, call] : std::exchange(calls_, {})) {
    if (!call->completed()) keep_for_ever(std::move(call));
  }
}

template <class Table>
Outcome<const Table*> Instance::table(const char* extension, std::string_view what) const {
  if (!plugin_ || state_ != State::started)
    return std::unexpected(Failure{CHELA_UNAVAILABLE, std::string(what) + ": the plugin does not run"});
  const void* found = nullptr;
  tell([&] { found = plugin_->get_extension(plugin_, to_abi(extension)); });
  if (!found)
    return std::unexpected(Failure{CHELA_NOT_FOUND, std::string(what) + ": the plugin does not offer " + extension});
  return static_cast<const Table*>(found);
}

bool Instance::offers(std::string_view extension) const {
  return table<void>(std::string(extension).c_str(), "asking").has_value();
}

Outcome<std::string> Instance::tool_names() {
  auto tool = table<chela_plugin_tool>(CHELA_EXT_TOOL, "asking for names");
  if (!tool) return std::unexpected(std::move(tool.error()));
  if (!CHELA_HAS(*tool, chela_plugin_tool, run) || !(*tool)->names) {
    return std::unexpected(Failure{CHELA_INVALID_ARGUMENT, "asking for names: the table is too short"});
  }
  std::string names;
  chela_sink out{sizeof(chela_sink), &names, [](const chela_sink* sink, chela_str bytes) {
                   auto& text = *static_cast<std::string*>(sink->context);
                   if (text.size() < 65536) text += from_abi(bytes);
                 }};
  ErrorText error;
  auto status = guarded(error, [&] { return (*tool)->names(plugin_, &out); });
  if (auto done = step(status, error, "asking for names"); !done) return std::unexpected(std::move(done.error()));
  return names;
}

std::shared_ptr<Call> Instance::open_call(bool worker) {
  auto call = std::make_shared<Call>(Call::next_id(), worker, mailbox_);
  calls_.emplace(call->id(), call);
  return call;
}

Outcome<std::uint64_t> Instance::refused(const std::shared_ptr<Call>& call, chela_status status, const ErrorText& error,
                                         std::string_view what) {
  end_call(call->id());
  call->abandon();
  return std::unexpected(step(status, error, what).error());
}

Outcome<std::uint64_t> Instance::call_tool(ToolInput input) {
  auto what = "calling " + input.name;
  auto tool = table<chela_plugin_tool>(CHELA_EXT_TOOL, what);
  if (!tool) return std::unexpected(std::move(tool.error()));
  if (!CHELA_HAS(*tool, chela_plugin_tool, run) ||
      !(input.blocking ? (*tool)->run != nullptr : (*tool)->start != nullptr)) {
    return std::unexpected(Failure{CHELA_UNSUPPORTED, what + ": the plugin has no function for it"});
  }
  auto call = open_call(input.blocking);
  auto id = call->id();
  if (input.blocking) {
    run_tool(*tool, std::move(call), std::move(input));
    return id;
  }
  call->set_canceller((*tool)->cancel);
  ErrorText error;
  auto request = request_of(input, id);
  auto status = guarded(error, [&] { return (*tool)->start(plugin_, &request, call->tool(), error.sink()); });
  if (status != CHELA_OK) return refused(call, status, error, what);
  return id;
}

void Instance::run_tool(const chela_plugin_tool* tool, std::shared_ptr<Call> call, ToolInput input) {
  ++*runs_;
  workers_->run([plugin = plugin_, tool, call = std::move(call), input = std::move(input), runs = runs_,
                 mailbox = mailbox_] {
    if (call->cancelled()) {
      call->finish(CHELA_CANCELLED, "cancelled before it began");
    } else {
      ErrorText error;
      auto request = request_of(input, call->id());
      auto status = guarded(error, [&] { return tool->run(plugin, &request, call->tool(), error.sink()); });
      if (!call->completed()) {
        auto text = status != CHELA_OK ? error.text() : std::string("the tool returned without completing its call");
        call->finish(status != CHELA_OK ? status : CHELA_INTERNAL, std::move(text));
      }
    }
    --*runs;
    mailbox->poke();
  });
}

template <class Table, class Request, class Face>
Outcome<std::uint64_t> Instance::call_event(const char* extension, const EventInput& input, Face face) {
  auto what = "calling " + input.name;
  auto found = table<Table>(extension, what);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!CHELA_HAS(*found, Table, cancel) || !(*found)->start) {
    return std::unexpected(Failure{CHELA_UNSUPPORTED, what + ": the plugin has no function for it"});
  }
  auto call = open_call(false);
  call->set_canceller((*found)->cancel);
  Request request{sizeof(Request),       call->id(),      to_abi(input.name), to_abi(input.data),
                  to_abi(input.context), input.timeout_ms};
  ErrorText error;
  auto status = guarded(error, [&] { return (*found)->start(plugin_, &request, (call.get()->*face)(), error.sink()); });
  if (status != CHELA_OK) return refused(call, status, error, what);
  return call->id();
}

Outcome<std::uint64_t> Instance::call_hook(const EventInput& input) {
  return call_event<chela_plugin_hook, chela_hook_request>(CHELA_EXT_HOOK, input, &Call::hook);
}

Outcome<std::uint64_t> Instance::call_command(const EventInput& input) {
  return call_event<chela_plugin_command, chela_command_request>(CHELA_EXT_COMMAND, input, &Call::command);
}

Outcome<std::uint64_t> Instance::complete(const CompletionInput& input) {
  auto provider = table<chela_plugin_provider>(CHELA_EXT_PROVIDER, "completing");
  if (!provider) return std::unexpected(std::move(provider.error()));
  if (!CHELA_HAS(*provider, chela_plugin_provider, cancel) || !(*provider)->complete) {
    return std::unexpected(Failure{CHELA_UNSUPPORTED, "completing: the plugin has no function for it"});
  }
  auto call = open_call(false);
  call->set_canceller((*provider)->cancel);
  auto messages = all_to_abi(input.messages);
  auto tools = all_to_abi(input.tools);
  chela_completion_request request{sizeof(chela_completion_request),
                                   call->id(),
                                   to_abi(input.service),
                                   to_abi(input.model),
                                   messages.data(),
                                   messages.size(),
                                   tools.data(),
                                   tools.size(),
                                   to_abi(input.options)};
  ErrorText error;
  auto status =
      guarded(error, [&] { return (*provider)->complete(plugin_, &request, call->completion(), error.sink()); });
  if (status != CHELA_OK) return refused(call, status, error, "completing");
  return call->id();
}

Outcome<std::uint64_t> Instance::list_models(const std::string& service) {
  auto provider = table<chela_plugin_provider>(CHELA_EXT_PROVIDER, "listing models");
  if (!provider) return std::unexpected(std::move(provider.error()));
  if (!CHELA_HAS(*provider, chela_plugin_provider, list_models) || !(*provider)->list_models) {
    return std::unexpected(Failure{CHELA_UNSUPPORTED, "listing models: the format cannot tell"});
  }
  auto call = open_call(false);
  call->set_canceller((*provider)->cancel);
  ErrorText error;
  auto status = guarded(error, [&] {
    return (*provider)->list_models(plugin_, call->id(), to_abi(service), call->completion(), error.sink());
  });
  if (status != CHELA_OK) return refused(call, status, error, "listing models");
  return call->id();
}

void Instance::cancel(std::uint64_t call_id) {
  auto found = calls_.find(call_id);
  if (found == calls_.end() || state_ != State::started) return;
  auto call = found->second;
  call->abandon();
  if (call->worker() || call->completed()) return;
  if (call->canceller()) tell([&] { call->canceller()(plugin_, call_id); });
}

void Instance::end_call(std::uint64_t call_id) {
  auto found = calls_.extract(call_id);
  if (!found) return;
  ended_.push_back(std::move(found.mapped()));
  if (ended_.size() > kEndedKept) ended_.pop_front();
}

void Instance::taken(const Event& event) {
  if (event.kind == EventKind::done) return end_call(event.call);
  if (event.kind != EventKind::progress) return;
  if (auto found = calls_.find(event.call); found != calls_.end()) found->second->shown();
}

void Instance::timer_expired(std::uint64_t id) {
  const auto* listener = services_->take_timer(id);
  if (!listener || state_ != State::started) return;
  tell([&] { listener->on_expire(listener); });
}

void Instance::http_head(std::uint64_t id, std::uint32_t status, const std::vector<chela_http_header>& headers) {
  const auto* listener = services_->find_http(id);
  if (!listener || state_ != State::started) return;
  tell([&] { listener->on_head(listener, status, headers.data(), headers.size()); });
}

void Instance::http_body(std::uint64_t id, std::string_view bytes) {
  const auto* listener = services_->find_http(id);
  if (!listener || state_ != State::started) return;
  tell([&] { listener->on_body(listener, to_abi(bytes)); });
}

void Instance::http_done(std::uint64_t id, chela_status status, const std::string& error) {
  if (state_ != State::started) return;
  const auto* listener = services_->take_http(id);
  if (!listener) return;
  tell([&] { listener->on_done(listener, status, to_abi(error)); });
}

}  // namespace chela::addon
