// A turn that a plugin asks for: its pieces travel as events, and each message is waited for until the plugin has
// delivered it.

#include <optional>

#include <nlohmann/json.hpp>

#include "kernel/app/gateway_config.hpp"
#include "kernel/app/host_answers.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/protocol/turn.hpp"
#include "kernel/runtime/channels/upstream_context.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

constexpr auto kDeliveryTimeout = std::chrono::minutes(2);
constexpr std::size_t kDepthMax = 64;

Result<Json> object_in(const std::string& text, const char* name) {
  if (text.empty()) return Json::object();
  auto parsed = parse_json(text, kDepthMax);
  if (!parsed) return fail(ErrorCode::invalid_argument, "turn.run: {} {}", name, parsed.error().message);
  return std::move(*parsed);
}

// A plugin speaks for its own channels, and a session of somebody else's is none of its business.
Result<void> check_origin(const plugins::PluginSet& plugins, runtime::InboundMessage& message) {
  const auto& id = message.plugin_id;
  auto own = channels_of(plugins, id);
  if (own.empty()) own.push_back("plugin:" + id);
  if (std::ranges::find(own, message.channel) == own.end()) message.channel = own.front();
  if (!message.session_key.starts_with("agent:")) {
    message.session_key = fmt::format("agent:main:{}:{}", message.channel, message.session_key);
  }
  auto parts = split(message.session_key, ':');
  const auto* other = parts.size() > 2 ? plugins.registry().find("channel", parts[2]) : nullptr;
  if (!other || other->plugin_id == id) return {};
  return fail(ErrorCode::denied, "turn.run: the session {} belongs to channel {} of plugin {}", message.session_key,
              other->id, other->plugin_id);
}

runtime::ReplyWishes wishes_in(const Json& options) {
  auto listens = [&](const char* type) {
    auto listeners = options.find("listeners");
    return listeners != options.end() && listeners->is_array() && std::ranges::find(*listeners, Json(type)) != listeners->end();
  };
  return {.no_blocks = options.value("disableBlockStreaming", Json()) == true,
          .partial = listens("partial"),
          .reasoning = listens("reasoning")};
}

Result<runtime::Conversing> read_turn(const plugins::PluginSet& plugins, const protocol::TurnRunParams& params,
                                      const Json& options) {
  CHELA_TRY(auto context, object_in(params.context, "context"));
  CHELA_TRY(auto route, object_in(params.route, "route"));
  CHELA_TRY(auto message, runtime::read_upstream_context(params.plugin, context, route));
  CHELA_CHECK(check_origin(plugins, message));
  if (auto images = options.find("images"); images != options.end() && images->is_array()) message.images = images->size();
  return runtime::Conversing{.message = std::move(message), .style = {}};
}

std::string event_of(const runtime::Piece& piece, std::uint64_t number) {
  using Type = protocol::TurnPieceType;
  constexpr Type kTypes[] = {Type::partial, Type::block, Type::tool, Type::reasoning, Type::typing, Type::final};
  protocol::TurnPiece event{.type = kTypes[static_cast<std::size_t>(piece.kind)], .delivery = number};
  if (piece.is_message()) event.awaited = true;
  if (piece.kind == runtime::PieceKind::typing) return to_json(event);
  event.payload = R"({"text":)";
  append_json_string(event.payload, piece.text);
  if (piece.is_error) event.payload += R"(,"isError":true)";
  if (piece.kind == runtime::PieceKind::reasoning) event.payload += R"(,"isReasoning":true)";
  event.payload += '}';
  return to_json(event);
}

}  // namespace

// One turn's way to its plugin, registered while it runs.
class TurnAnswers::Delivery final : public runtime::PieceSink {
 public:
  Delivery(TurnAnswers& owner, std::string plugin_id, rpc::Request request)
      : owner_(owner), key_(std::move(plugin_id), request.id()), request_(std::move(request)) {
    owner_.open_.insert_or_assign(key_, this);
  }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery() override {
    // A process that was started again counts its calls anew: the place may be another one's.
    auto found = owner_.open_.find(key_);
    if (found != owner_.open_.end() && found->second == this) owner_.open_.erase(found);
  }

  rpc::Request& request() { return request_; }

  Task<Result<void>> deliver(runtime::Piece piece) override {
    auto number = ++last_;
    bool awaited = piece.is_message();
    Completion<Result<void>> answered;
    if (awaited) waiting_ = {number, &answered};
    auto sending = request_.send_event(event_of(piece, number));
    auto sent = co_await std::move(sending);
    if (!sent || !awaited) {
      waiting_ = {};
      co_return sent;
    }
    auto& loop = owner_.sources_.loop;
    auto waiting = wait_for(loop, answered, loop.now() + kDeliveryTimeout, request_.cancelled());
    auto result = co_await std::move(waiting);
    waiting_ = {};
    co_return result;
  }
  void note(std::uint64_t number, const std::string& error) {
    if (!waiting_.answered || waiting_.number != number) return;
    waiting_.answered->set(error.empty() ? Result<void>() : fail(ErrorCode::internal, "{}", error));
  }

 private:
  struct Waiting {
    std::uint64_t number = 0;
    Completion<Result<void>>* answered = nullptr;
  };
  TurnAnswers& owner_;
  Key key_;
  rpc::Request request_;
  std::uint64_t last_ = 0;
  Waiting waiting_;
};

void TurnAnswers::run(const plugins::Manifest& plugin, rpc::Request request) {
  auto params = protocol::read_turn_run_params(request.params());
  if (!params) return request.fail(params.error());
  auto options = object_in(params->options, "options");
  if (!options) return request.fail(options.error());
  auto turn = read_turn(sources_.plugins, *params, *options);
  if (!turn) return request.fail(turn.error());
  constexpr auto run = [](TurnAnswers& self, std::unique_ptr<Delivery> delivery, runtime::Conversing what,
                          runtime::ReplyWishes wishes) -> Task<Result<void>> {
    auto cancelled = delivery->request().cancelled();
    auto taking = self.sources_.channels.take(std::move(what), wishes, *delivery, cancelled);
    auto counts = co_await std::move(taking);
    // Who may not talk here is not told so; upstream is silent, too.
    if (!counts && counts.error().code == ErrorCode::denied) counts = runtime::PieceCounts{};
    if (!counts) {
      delivery->request().fail(counts.error());
      co_return Result<void>{};
    }
    delivery->request().answer(to_json(protocol::TurnRunResult{
        .queued_final = counts->final > 0,
        .counts = {.tool = counts->tool, .block = counts->block, .final = counts->final}}));
    co_return Result<void>{};
  };
  auto delivery = std::make_unique<Delivery>(*this, plugin.id, std::move(request));
  sources_.loop.spawn("a turn for plugin " + plugin.id,
                      run(*this, std::move(delivery), std::move(*turn), wishes_in(*options)));
}

void TurnAnswers::note_delivered(const plugins::Manifest& plugin, std::string_view params) {
  auto told = protocol::read_turn_delivered_params(params);
  if (!told) return sources_.logger.warning("plugin {}: {}", plugin.id, told.error().message);
  auto found = open_.find({plugin.id, told->call});
  if (found != open_.end()) found->second->note(told->delivery, told->error.value_or(""));
}

}  // namespace chela::app
