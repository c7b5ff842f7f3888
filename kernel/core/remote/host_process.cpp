#include "kernel/core/remote/host_process.hpp"

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/protocol/http.hpp"
#include "kernel/core/remote/remote_instance.hpp"
#include "kernel/core/protocol/host.hpp"
#include "kernel/core/protocol/log.hpp"
#include "kernel/core/protocol/plugin.hpp"
#include "kernel/core/protocol/version.hpp"
#include "kernel/core/rpc/json_slices.hpp"

namespace chela::remote {
namespace {

constexpr auto kHelloTimeout = std::chrono::seconds(10);
constexpr auto kEndTimeout = std::chrono::seconds(5);
constexpr std::size_t kLastLineBytesMax = 500;

}  // namespace

Task<Result<std::shared_ptr<HostProcess>>> HostProcess::launch(Loop& loop, log::Logger logger, HostProgram program,
                                                               const HostRequests& requests) {
  auto process = std::make_shared<HostProcess>(loop, std::move(logger), std::move(program), requests);
  CHELA_CO_CHECK(process->open());
  auto shaking = process->shake_hands();
  auto shaken = co_await std::move(shaking);
  if (!shaken) {
    process->shut_down();
    // How it ended, and what it said last, tell more than that the connection did.
    auto ending = wait_for(loop, process->exited_, loop.now() + kEndTimeout, {});
    auto ended = co_await std::move(ending);
    auto error = std::move(shaken.error());
    if (ended.error().code != ErrorCode::timed_out) error.message += "; " + ended.error().message;
    if (!process->last_line_.empty()) error.message += "; its last line: " + process->last_line_;
    co_return fail(process->program_.label, std::move(error));
  }
  process->peer_.watch(true);
  co_return process;
}

HostProcess::HostProcess(Loop& loop, const log::Logger& logger, HostProgram program, const HostRequests& requests)
    : loop_(loop),
      logger_(logger.with_category("plugin-host")),
      output_(logger.with_category((program.group.starts_with('@') ? "plugin-host." : "plugin.") + program.group)),
      program_(std::move(program)),
      requests_(requests),
      token_(random_hex(32)),
      peer_(loop, *this),
      lines_(loop.clock(), {},
             [this](platform::OutputStream, std::string_view line, std::uint64_t dropped) {
               if (dropped > 0) output_.warning("{}: {} lines were too many and are dropped", program_.label, dropped);
               output_.info("{}: {}", program_.label, line);
               last_line_ = cut_utf8(line, kLastLineBytesMax);
             }),
      started_at_(loop.now()) {}

HostProcess::~HostProcess() = default;

Result<void> HostProcess::open() {
  if (!program_.state_directory.empty()) CHELA_CHECK(platform::make_private_directory(program_.state_directory));
  for (const auto& folder : program_.plugin_states) CHELA_CHECK(platform::make_private_directory(folder));
  cage::ChildRequest request{.command = program_.argv, .policy = program_.cage, .cgroups = program_.cgroups};
  request.policy.environment.emplace_back(protocol::kHostTokenVariable, token_);
  request.on_output = [this](platform::OutputStream stream, std::string_view bytes) { lines_(stream, bytes); };
  request.on_exit = [this](const cage::ChildExit& exit) { on_exit(exit); };
  CHELA_TRY(child_, cage::Child::start(loop_, std::move(request)));
  return peer_.open(child_->take_socket().release());
}

Task<Result<void>> HostProcess::shake_hands() {
  const rpc::Limits limits;
  protocol::HostHelloParams hello{
      .protocol = {protocol::kVersionMajor, protocol::kVersionMinor},
      .kernel = "chela",
      .limits = {limits.frame_bytes_max, limits.calls_max},
      .state_directory = program_.state_directory.string()};
  auto calling = peer_.call(std::string(protocol::kHostHello), to_json(hello), {.timeout = kHelloTimeout});
  CHELA_CO_TRY(auto answer, co_await std::move(calling));
  CHELA_CO_TRY(auto said, protocol::read_host_hello_result(answer));
  if (said.token != token_) co_return fail(ErrorCode::protocol, "host.hello: the token is another one");
  if (said.protocol.major != protocol::kVersionMajor) {
    co_return fail(ErrorCode::protocol, "host.hello: it speaks version {} of the protocol, this gateway speaks {}",
                   said.protocol.major, protocol::kVersionMajor);
  }
  co_return Result<void>();
}

void HostProcess::attach(RemoteInstance& instance) { instances_[instance.manifest().id] = &instance; }

void HostProcess::detach(RemoteInstance& instance) {
  instances_.erase(instance.manifest().id);
  if (ending_ || !peer_.is_open()) return;
  if (instances_.empty()) return shut_down();
  constexpr auto stop = [](std::shared_ptr<HostProcess> self, std::string params) -> Task<Result<void>> {
    auto calling = self->peer_.call(std::string(protocol::kPluginStop), std::move(params), {.timeout = kEndTimeout});
    auto stopped = co_await std::move(calling);
    if (!stopped) self->logger_.warning("{}: plugin.stop: {}", self->program_.label, stopped.error().message);
    co_return Result<void>();
  };
  loop_.spawn("plugin.stop", stop(shared_from_this(), to_json(protocol::PluginStopParams{
                                                          .plugin = instance.manifest().id})));
}

std::vector<std::string> HostProcess::plugins() const {
  std::vector<std::string> out;
  for (const auto& [id, instance] : instances_) out.push_back(id);
  return out;
}

// Once: what is open when the process goes is not open any more when it has gone.
void HostProcess::note_suspects() {
  if (suspects_) return;
  suspects_.emplace();
  for (const auto& [id, instance] : instances_) {
    if (instance->is_busy()) suspects_->push_back(id);
  }
}

void HostProcess::shut_down() {
  if (std::exchange(ending_, true)) return;
  on_gone_ = nullptr;
  constexpr auto end = [](std::shared_ptr<HostProcess> self) -> Task<Result<void>> {
    if (self->peer_.is_open()) {
      auto asking = self->peer_.call(std::string(protocol::kHostShutdown), "{}", {.timeout = kEndTimeout});
      auto asked = co_await std::move(asking);
      if (!asked) self->logger_.debug("{}: host.shutdown: {}", self->program_.label, asked.error().message);
    }
    self->peer_.close({ErrorCode::cancelled, "ended"});
    co_return Result<void>();
  };
  loop_.spawn("ending " + program_.label, end(shared_from_this()));
}

void HostProcess::on_request(rpc::Request request) {
  auto* sender = sender_of(request.params());
  if (!sender) {
    return request.fail({ErrorCode::not_found, request.method() + ": `plugin` names none that runs in this process"});
  }
  if (request.method() == protocol::kHttpSend) {
    auto params = protocol::read_http_send_params(request.params());
    if (!params) return request.fail(params.error());
    return sender->send_http(*params, std::move(request));
  }
  if (const auto* answer = requests_.who_answers(request.method())) {
    return (*answer)(sender->manifest(), std::move(request));
  }
  request.fail({ErrorCode::unsupported, "the gateway offers plugins no method " + request.method()});
}

// One of a plugin that has gone meanwhile concerns nobody any more.
void HostProcess::on_notification(std::string_view method, std::string_view params) {
  auto* sender = sender_of(params);
  if (!sender) return;
  if (method == protocol::kLogWrite) {
    auto line = protocol::read_log_write_params(params);
    if (!line) return peer_.close(line.error());
    sender->on_log(name_of(line->level), line->line);
  } else if (method == protocol::kPluginRegistered) {
    auto registered = protocol::read_plugin_registered_params(params);
    if (!registered) return peer_.close(registered.error());
    sender->take_registrations(params);
  } else if (method == protocol::kPluginFailed) {
    auto failed = protocol::read_plugin_failed_params(params);
    if (!failed) return peer_.close(failed.error());
    if (find(failed->plugin)) suspects_.emplace(1, failed->plugin);
    peer_.close({ErrorCode::unavailable, "plugin " + failed->plugin + ": " + failed->message});
  } else if (const auto* hear = requests_.who_hears(method)) {
    (*hear)(sender->manifest(), params);
  }
}

// What speaks wrongly, does not read, or is silent is ended at once, since it may be stopped and would never notice a
// polite signal; what has closed its socket is probably ending by itself.
void HostProcess::on_closed(const Error& why) {
  closed_because_ = why;
  bool at_fault =
      why.code == ErrorCode::timed_out || why.code == ErrorCode::protocol || why.code == ErrorCode::exhausted;
  if (!child_) return;
  if (at_fault) {
    child_->kill(why.message);
  } else {
    child_->stop();
  }
}

void HostProcess::on_exit(const cage::ChildExit& exit) {
  auto self = shared_from_this();
  lines_.finish();
  note_suspects();
  auto reason = exit.reason;
  if (reason.empty() && exit.signal != 0) reason = fmt::format("its process crashed with signal {}", exit.signal);
  if (reason.empty()) reason = fmt::format("its process ended with code {}", exit.exit_code);
  if (!closed_because_.message.empty() && exit.reason.empty() && exit.signal == 0) reason += ": " + closed_because_.message;
  peer_.close({ErrorCode::unavailable, reason});
  child_.reset();
  if (!ending_) {
    for (auto& [id, instance] : std::map(instances_)) instance->on_process_gone();
  }
  exited_.set(fail(ErrorCode::unavailable, "{}", reason));
  if (auto told = std::exchange(on_gone_, nullptr)) told({std::move(reason), *suspects_});
}

RemoteInstance* HostProcess::find(std::string_view plugin_id) const {
  auto found = instances_.find(plugin_id);
  return found == instances_.end() ? nullptr : found->second;
}

RemoteInstance* HostProcess::sender_of(std::string_view params) const {
  for (const auto& member : rpc::JsonSlices::members(params).value_or(std::vector<rpc::JsonMember>())) {
    if (member.key == "plugin") return find(rpc::JsonSlices::string(member.value).value_or(""));
  }
  return nullptr;
}

}  // namespace chela::remote
