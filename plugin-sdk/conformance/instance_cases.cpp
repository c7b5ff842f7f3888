// The life of an instance: create, configure, start, stop, destroy.

#include <atomic>
#include <cstddef>
#include <thread>

#include "chela/ext/capability.h"
#include "chela/ext/channel.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/ext/http_route.h"
#include "chela/ext/service.h"
#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance::checks {
namespace {

constexpr int kOddRounds = 50;
constexpr int kFindersCount = 4;
constexpr int kFindRounds = 200;

constexpr std::pair<const char*, const char*> kInterfaces[] = {{"tool", CHELA_EXT_TOOL},
                                                               {"provider", CHELA_EXT_PROVIDER},
                                                               {"hook", CHELA_EXT_HOOK},
                                                               {"command", CHELA_EXT_COMMAND},
                                                               {"gateway_method", CHELA_EXT_GATEWAY_METHOD},
                                                               {"channel", CHELA_EXT_CHANNEL},
                                                               {"http_route", CHELA_EXT_HTTP_ROUTE},
                                                               {"service", CHELA_EXT_SERVICE}};

// `bytes`: how long the table is at least; `functions`: those that may not be null.
template <class Table, class... Functions>
void check_table(testing::FakeHost& host, const char* id, std::size_t bytes, Functions Table::*... functions) {
  const auto* table = static_cast<const Table*>(host.get_extension(std::string_view(id)));
  if (table == nullptr) return;
  if (table->struct_size < bytes) fail("struct_size of {} is {}, less than {}", id, table->struct_size, bytes);
  if ((... || (table->*functions == nullptr))) fail("a function of {} is null that must not be", id);
}

#define CHELA_BYTES_TO(type, last) (offsetof(type, last) + sizeof(type::last))

// Each table is as long as in the first version of its interface, and has the functions that are not optional.
void check_tables(testing::FakeHost& host) {
  using Tool = chela_plugin_tool;
  using Provider = chela_plugin_provider;
  using Hook = chela_plugin_hook;
  using Command = chela_plugin_command;
  using Method = chela_plugin_gateway_method;
  using Route = chela_plugin_http_route;
  using Service = chela_plugin_service;
  using Functions = chela_plugin_capability;
  using Channel = chela_plugin_channel;
  check_table(host, CHELA_EXT_TOOL, CHELA_BYTES_TO(Tool, run), &Tool::names, &Tool::start, &Tool::cancel, &Tool::run);
  check_table(host, CHELA_EXT_PROVIDER, CHELA_BYTES_TO(Provider, list_models), &Provider::complete, &Provider::cancel);
  check_table(host, CHELA_EXT_HOOK, CHELA_BYTES_TO(Hook, cancel), &Hook::start, &Hook::cancel);
  check_table(host, CHELA_EXT_COMMAND, CHELA_BYTES_TO(Command, cancel), &Command::start, &Command::cancel);
  check_table(host, CHELA_EXT_GATEWAY_METHOD, CHELA_BYTES_TO(Method, cancel), &Method::start, &Method::cancel);
  check_table(host, CHELA_EXT_HTTP_ROUTE, CHELA_BYTES_TO(Route, cancel), &Route::handle, &Route::cancel);
  check_table(host, CHELA_EXT_SERVICE, CHELA_BYTES_TO(Service, stop_service), &Service::start_service,
              &Service::stop_service);
  check_table(host, CHELA_EXT_CAPABILITY, CHELA_BYTES_TO(Functions, cancel), &Functions::invoke, &Functions::cancel);
  check_table(host, CHELA_EXT_CHANNEL, CHELA_BYTES_TO(Channel, cancel), &Channel::connect, &Channel::disconnect,
              &Channel::send, &Channel::cancel);
}

}  // namespace

void creates_quietly(Context& context) {
  Subject subject(context);
  subject.create();
  testing::FakeHost second(entry_of(context));
  if (!second.create().ok()) fail("a second instance beside the first could not be created");
  second.destroy();
  subject.finish();
}

void unknown_extensions_are_null(Context& context) {
  Subject subject(context);
  subject.create();
  const std::string_view ids[] = {"",
                                  "chela",
                                  "chela.nothing/1",
                                  "chela.tool/2",
                                  "chela.tool/10",
                                  "chela.tool/1 ",
                                  std::string_view("chela.tool/1\0", 13),
                                  "chela.tool/",
                                  "chela.provider/1x",
                                  "chela.provider/99",
                                  "CHELA.TOOL/1"};
  for (const std::string_view id : ids) {
    if (subject.host().get_extension(id) != nullptr)
      fail("get_extension(\"{}\") is not null; ids are compared whole", id);
  }
  if (subject.host().get_extension(chela_str{nullptr, 0}) != nullptr)
    fail("get_extension() of an id without bytes is not null");
  subject.finish();
}

void interfaces_match_manifest(Context& context) {
  Subject subject(context);
  subject.create();
  for (const auto& [kind, id] : kInterfaces) {
    const bool declared = context.manifest.provides(kind);
    const bool offered = subject.host().get_extension(id) != nullptr;
    if (declared && !offered) fail("the manifest declares a {}, the code does not offer {}", kind, id);
    if (!declared && offered) fail("the code offers {}, the manifest declares no {}", id, kind);
  }
  const bool by_path = context.manifest.provides_functions();
  if (by_path != (subject.host().get_extension(CHELA_EXT_CAPABILITY) != nullptr)) {
    fail("{} goes with kinds such as memory: the manifest declares {}", CHELA_EXT_CAPABILITY, by_path ? "one" : "none");
  }
  check_tables(subject.host());
  subject.finish();
}

void extensions_stay(Context& context) {
  Subject subject(context);
  subject.create();
  for (const auto& [kind, id] : kInterfaces) {
    const void* first = subject.host().get_extension(id);
    std::atomic<bool> moved = false;
    std::vector<std::thread> finders;
    for (int i = 0; i < kFindersCount; ++i) {
      finders.emplace_back([&, wanted = id] {
        for (int round = 0; round < kFindRounds; ++round)
          moved = moved || subject.host().get_extension(wanted) != first;
      });
    }
    for (std::thread& finder : finders) finder.join();
    if (moved) fail("get_extension(\"{}\") gives another pointer the next time; hosts keep the first", id);
  }
  subject.finish();
}

void configures(Context& context) {
  Subject subject(context);
  subject.create();
  subject.configure();
  subject.finish();
}

void configuration_spelling_is_free(Context& context) {
  Subject subject(context);
  subject.create();
  const std::string& given = context.options.configuration;
  if (given.empty() && requires_members(context.manifest.config_schema)) {
    skip("the plugin requires configuration; give it with --config");
  }
  const testing::Outcome outcome = subject.host().configure(respelled(given.empty() ? "{}" : given));
  if (!outcome.ok()) fail("configure() takes the configuration in one spelling only: {}", outcome.text);
  subject.finish();
}

void defaults_are_accepted(Context& context) {
  if (requires_members(context.manifest.config_schema)) skip("the plugin requires configuration beyond its defaults");
  Subject subject(context);
  subject.create();
  const std::string defaults = default_values(context.manifest.config_schema);
  const testing::Outcome outcome = subject.host().configure(defaults);
  if (!outcome.ok()) fail("configure() refuses the defaults of its schema, {}: {}", defaults, outcome.text);
  subject.finish();
}

void unknown_key_is_an_error(Context& context) {
  Subject subject(context);
  subject.create();
  const testing::Outcome outcome = subject.host().configure(R"({"conformanceUnknownKey":1})");
  subject.finish();
  if (outcome.ok()) warn("configure() took an unknown key without a word; a schema must catch it");
  if (outcome.text.empty()) warn("configure() refused an unknown key and did not say why");
}

void survives_odd_configuration(Context& context) {
  bool silent = false;
  for (int round = 0; round < kOddRounds; ++round) {
    Subject subject(context);
    subject.create();
    const testing::Outcome outcome =
        subject.host().configure(odd_object(context.manifest.config_schema, context.random));
    silent = silent || (!outcome.ok() && outcome.text.empty());
    subject.finish();
  }
  if (silent) warn("configure() failed and did not say why");
}

void starts_and_stops(Context& context) {
  Subject subject(context);
  subject.up();
  subject.finish();
}

void is_destroyed_in_every_state(Context& context) {
  {
    Subject created(context);
    created.create();
    created.finish();
  }
  Subject configured(context);
  configured.create();
  configured.configure();
  configured.finish();
  Subject started(context);
  started.up();
  started.host().destroy();
  started.expect_no_breach();
}

void instances_are_apart(Context& context) {
  Subject first(context);
  first.up();
  Subject second(context);
  second.up();
  first.finish();
  second.work();
  second.finish();
}

void lets_go_of_its_host(Context& context) {
  Subject first(context);
  first.up();
  first.work();
  first.finish();
  Subject second(context);
  second.up();
  second.work();
  second.finish();
  first.expect_no_breach();
}

}  // namespace chela::conformance::checks
