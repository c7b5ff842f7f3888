#pragma once

// Calls of hooks, commands, methods, functions, routes and channels, all of which are begun, cancelled and completed in
// the same way: what the cases of these interfaces have in common.

#include <functional>
#include <string>
#include <vector>

#include "chela/testing/fake_calls.hpp"
#include "chela/testing/fake_channel.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance {

struct OpenAsk {
  std::shared_ptr<testing::RecordedEnd> end;  // null: a call that there is not
  std::uint64_t call_id = 0;
};

struct Ask {
  std::string what;                                  // "the command /status"
  std::function<OpenAsk(testing::FakeHost&)> begin;  // and pumps
  std::function<void(testing::FakeHost&, const OpenAsk&)> cancel;
};

Ask hook_ask(std::string point, std::string event, std::string context);
Ask command_ask(std::string command, std::string arguments, std::string context);
Ask method_ask(std::string method, std::string params, std::string context);
Ask function_ask(testing::FunctionAsk ask);
Ask route_ask(testing::RouteAsk ask);
Ask connect_ask(testing::AccountAsk account);
Ask disconnect_ask(testing::AccountAsk account);
Ask accounts_ask(testing::AccountAsk channel);
Ask send_ask(testing::MessageAsk message);

// One plain call of all that the manifest names.
std::vector<Ask> plain_hooks(const Manifest& manifest);
std::vector<Ask> plain_commands(const Manifest& manifest);
std::vector<Ask> plain_methods(const Manifest& manifest);
std::vector<Ask> plain_functions(const Manifest& manifest);
std::vector<Ask> plain_requests(const Manifest& manifest);
std::vector<Ask> plain_connects(const Manifest& manifest);
std::vector<Ask> plain_sends(const Manifest& manifest);  // to accounts that are connected
std::vector<Ask> plain_disconnects(const Manifest& manifest);
// All of them, in an order in which they can be made.
std::vector<Ask> plain_asks(const Manifest& manifest);

// An event that has the usual members of every point, and the contexts of a hook and of a command.
extern const char* const kPlainEvent;
extern const char* const kPlainContext;

// Valid JSON objects that readers trip over.
std::vector<std::string> extreme_objects();
// Texts that people and services send and nobody expects.
std::vector<std::string> odd_texts();

// Whether the call ends: by itself, or when it is cancelled, as an answer that is a stream does.
bool ends(Subject& subject, const Ask& ask, const OpenAsk& open);

// Each of these fails the case with the first of `asks` that breaks the rule. What `before` has is done first.
using Asks = std::vector<Ask>;
void expect_ends(Subject& subject, const Asks& asks);  // each ends, once, and says why when it fails
void expect_completions(Context& context, const Asks& before, const Asks& asks);
void expect_cancels(Context& context, const Asks& before, const Asks& asks);
void expect_stop_ends(Context& context, const Asks& before, const Asks& asks);

void require_kind(const Context& context, const char* kind);

}  // namespace chela::conformance
