#include "tools/chela/api_client.hpp"

#include <csignal>
#include <uv.h>

#include <nlohmann/json.hpp>

#include "kernel/app/secrets.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/net/sse_parser.hpp"
#include "kernel/core/policy/credential.hpp"
#include "kernel/core/policy/public_bind.hpp"
#include "tools/chela/installation.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

constexpr auto kAnswerTime = std::chrono::hours(1);  // a turn may take long
constexpr std::size_t kDepthMax = 128;               // of answers, which hold what clients sent

// Null for what is no JSON.
Json read_json(std::string_view text) { return parse_json(text, kDepthMax).value_or(Json()); }

// The error that an answer above 399 carries.
Error error_of(int status, std::string_view body) {
  auto json = read_json(body);
  std::string message;
  if (json.is_object() && json.contains("error")) message = text_of(json["error"], "message");
  if (message.empty()) message = fmt::format("the gateway answered {}", status);
  auto code = status == 404   ? ErrorCode::not_found
              : status == 401 ? ErrorCode::unauthenticated
                              : ErrorCode::unavailable;
  if (status == 401) message += "; give it with --token or OPENCLAW_GATEWAY_TOKEN";
  return {code, std::move(message)};
}

}  // namespace

class ApiClient::State {
 public:
  explicit State(GatewayAddress given) : address(std::move(given)), egress(loop, {}) {}
  ~State() { loop.drain(std::chrono::seconds(1)); }

  net::EgressRequest request(std::string_view method, std::string_view path) const {
    net::EgressRequest out{.method = std::string(method), .url = address.url + std::string(path)};
    out.proxy = policy::is_loopback_address(host) ? "none" : "";
    out.first_byte_timeout = kAnswerTime;
    out.idle_timeout = kAnswerTime;
    out.total_timeout = kAnswerTime;
    out.connect_timeout = std::chrono::seconds(5);
    if (!address.token.empty()) out.headers.add("Authorization", "Bearer " + address.token);
    return out;
  }
  Error unreachable(Error error) const {
    if (error.code == ErrorCode::unavailable || error.code == ErrorCode::timed_out) {
      error.message =
          fmt::format("no gateway answers at {}; start one with `chela gateway` ({})", address.url, error.message);
    }
    return error;
  }
  Result<net::EgressResponse> fetch(net::EgressRequest wanted) {
    std::optional<Result<net::EgressResponse>> answer;
    constexpr auto run = [](State& self, net::EgressRequest sent,
                            std::optional<Result<net::EgressResponse>>& out) -> Task<Result<void>> {
      auto response = co_await self.egress.fetch(std::move(sent), {});
      out.emplace(std::move(response));
      self.loop.stop();
      co_return Result<void>{};
    };
    loop.spawn("fetch", run(*this, std::move(wanted), answer));
    if (!answer) loop.run();
    if (!*answer) return std::unexpected(unreachable(std::move(answer->error())));
    if ((*answer)->status >= 400) return std::unexpected(error_of((*answer)->status, (*answer)->body));
    return std::move(*answer);
  }

  GatewayAddress address;
  std::string host;
  Loop loop;
  net::EgressClient egress;
};

namespace {

// Takes a streamed answer and hands its events on.
class Receiver final : public net::EgressListener {
 public:
  Receiver(Loop& loop, const std::function<void(const Json&)>& on_event)
      : loop_(loop), parser_([&on_event](const net::SseParser::Event& event) {
          auto json = read_json(event.data);
          if (json.is_object()) on_event(json);
        }) {}

  void on_head(int status, const net::Headers&) override { status_ = status; }
  void on_body(std::string_view bytes) override {
    if (status_ >= 400) return void(refusal_ += bytes);
    auto fed = parser_.feed(bytes);
    if (!fed && !failure_) failure_ = std::move(fed.error());
  }
  void on_done(Result<void> result) override {
    if (!result && !failure_) failure_ = std::move(result.error());
    loop_.stop();
    done_ = true;
  }
  bool done() const { return done_; }
  Result<void> result() {
    if (failure_) return std::unexpected(std::move(*failure_));
    if (status_ >= 400) return std::unexpected(error_of(status_, refusal_));
    return {};
  }

 private:
  Loop& loop_;
  net::SseParser parser_;
  int status_ = 0;
  bool done_ = false;
  std::string refusal_;
  std::optional<Error> failure_;
};

// What the configuration says of a gateway on this machine.
void fill_from_configuration(GatewayAddress& address) {
  auto installation = Installation::read(address.config);
  if (!installation.loaded.snapshot) return;  // a broken file is the business of `chela config validate`
  const auto& config = *installation.loaded.snapshot;
  if (address.url.empty()) address.url = fmt::format("http://127.0.0.1:{}", config.get_integer("gateway.port"));
  auto credential = policy::configured_credential(config.root());
  if (!address.token.empty() || !credential.secret) return;
  auto secrets = app::secret_resolver(installation.request.environment, config, [](std::string_view) {});
  if (auto resolved = secrets.resolve(*credential.secret)) address.token = std::move(*resolved);
}

}  // namespace

void add_gateway_options(CLI::App& command, GatewayAddress& address) {
  command.add_option("--url", address.url, "The gateway's address (default: CHELA_URL, or this machine's gateway)");
  command.add_option("--token", address.token, "Its token (default: OPENCLAW_GATEWAY_TOKEN, or the configuration's)");
  add_config_option(command, address.config);
}

Result<std::unique_ptr<ApiClient>> ApiClient::create(GatewayAddress address) {
  auto environment = config::process_environment();
  auto take = [&](std::string& into, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto* value = config::find_variable(environment, name);
      if (into.empty() && value) into = *value;
    }
  };
  take(address.url, {"CHELA_URL", "OPENCLAW_BASE_URL"});
  take(address.token, {"CHELA_TOKEN", "OPENCLAW_GATEWAY_TOKEN", "OPENCLAW_AUTH_TOKEN"});
  fill_from_configuration(address);
  while (address.url.ends_with('/')) address.url.pop_back();
  auto url = net::parse_egress_url(address.url);
  if (!url) return fail("--url", std::move(url.error()));
  if (url->scheme == "http" && !address.token.empty() && !policy::is_loopback_address(url->host)) {
    return fail(ErrorCode::denied,
                "{} would send the token in clear text over the network; use https, or a tunnel to this machine",
                address.url);
  }
  auto state = std::make_unique<State>(std::move(address));
  state->host = url->host;
  return std::unique_ptr<ApiClient>(new ApiClient(std::move(state)));
}

ApiClient::ApiClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
ApiClient::~ApiClient() = default;

Result<std::string> ApiClient::get_text(std::string_view path) {
  CHELA_TRY(auto response, state_->fetch(state_->request("GET", path)));
  return std::move(response.body);
}

Result<Json> ApiClient::get(std::string_view path) {
  CHELA_TRY(auto text, get_text(path));
  auto json = parse_json(text, kDepthMax);
  if (!json) return fail(ErrorCode::protocol, "{} is no gateway: its answer {}", state_->address.url, json.error().message);
  return json;
}

Result<Json> ApiClient::send(std::string_view method, std::string_view path, const Json& body) {
  auto request = state_->request(method, path);
  request.headers.add("Content-Type", "application/json");
  if (!body.is_null()) request.body = body.dump();
  CHELA_TRY(auto response, state_->fetch(std::move(request)));
  return read_json(response.body);
}

Result<void> ApiClient::stream(std::string_view path, const Json& body,
                               const std::function<void(const Json&)>& on_event,
                               const std::function<void()>& on_interrupt) {
  auto request = state_->request("POST", path);
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "text/event-stream");
  request.body = json_text(body);
  Receiver receiver(state_->loop, on_event);
  CHELA_TRY(auto id, state_->egress.send(std::move(request), receiver));
  (void)id;
  uv_signal_t interrupt;
  uv_signal_init(state_->loop.uv(), &interrupt);
  interrupt.data = const_cast<std::function<void()>*>(&on_interrupt);
  uv_signal_start(
      &interrupt, [](uv_signal_t* signal, int) { (*static_cast<const std::function<void()>*>(signal->data))(); },
      SIGINT);
  while (!receiver.done()) state_->loop.run();
  uv_close(reinterpret_cast<uv_handle_t*>(&interrupt), nullptr);
  state_->loop.run_ready();  // the handle lives on this stack
  auto result = receiver.result();
  if (!result) return std::unexpected(state_->unreachable(std::move(result.error())));
  return {};
}

void ApiClient::post_later(std::string_view path) {
  constexpr auto run = [](State& state, net::EgressRequest request) -> Task<Result<void>> {
    auto answer = co_await state.egress.fetch(std::move(request), state.loop.shutdown_token());
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    co_return Result<void>{};
  };
  state_->loop.spawn("post", run(*state_, state_->request("POST", path)));
}

}  // namespace chela::cli
