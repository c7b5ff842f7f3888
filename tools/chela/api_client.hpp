#pragma once

// Speaks to a running gateway over HTTP. Owns a loop of its own; calls block until they are answered.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::cli {

struct GatewayAddress {
  std::string url;
  std::string token;
  std::string config;  // file, for what is not given
};

// --url, --token and --config.
void add_gateway_options(CLI::App& command, GatewayAddress& address);

class ApiClient {
 public:
  // Fills in what was not given from the environment and the configuration. Refuses to send a token in clear text to
  // another machine.
  static Result<std::unique_ptr<ApiClient>> create(GatewayAddress address);
  ~ApiClient();

  // The answer's JSON. Errors: `unavailable` with how to start a gateway, or the gateway's own.
  Result<nlohmann::json> get(std::string_view path);
  Result<nlohmann::json> send(std::string_view method, std::string_view path, const nlohmann::json& body);
  Result<std::string> get_text(std::string_view path);
  // Posts and calls back with each event's JSON until the answer ends. While it runs, SIGINT calls `on_interrupt`.
  Result<void> stream(std::string_view path, const nlohmann::json& body,
                      const std::function<void(const nlohmann::json&)>& on_event,
                      const std::function<void()>& on_interrupt);
  // Sends without waiting for the answer: for stopping a turn from on_interrupt.
  void post_later(std::string_view path);

 private:
  class State;
  explicit ApiClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace chela::cli
