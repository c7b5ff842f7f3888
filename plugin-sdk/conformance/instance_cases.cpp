// The life of an instance: create, configure, start, stop, destroy.

#include <algorithm>
#include <atomic>
#include <iterator>
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

void check_tool_table(const chela_plugin_tool& table) {
  if (!CHELA_HAS(&table, chela_plugin_tool, run)) fail("struct_size of chela.tool/1 is {}", table.struct_size);
  if (!table.names || !table.start || !table.cancel || !table.run) fail("a function of chela.tool/1 is null");
}

void check_provider_table(const chela_plugin_provider& table) {
  if (!CHELA_HAS(&table, chela_plugin_provider, list_models))
    fail("struct_size of chela.provider/1 is {}", table.struct_size);
  if (!table.complete || !table.cancel) fail("a function of chela.provider/1 is null that must not be");
}

constexpr std::pair<const char*, const char*> kInterfaces[] = {{"tool", CHELA_EXT_TOOL},
                                                               {"provider", CHELA_EXT_PROVIDER},
                                                               {"hook", CHELA_EXT_HOOK},
                                                               {"command", CHELA_EXT_COMMAND},
                                                               {"gateway_method", CHELA_EXT_GATEWAY_METHOD},
                                                               {"channel", CHELA_EXT_CHANNEL},
                                                               {"http_route", CHELA_EXT_HTTP_ROUTE},
                                                               {"service", CHELA_EXT_SERVICE}};
// One interface for many kinds.
constexpr const char* kCalledByPath[] = {"context_engine", "embeddings", "exporter", "media",     "memory",
                                         "secrets",        "speech",     "store",    "web_search"};

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
  const bool by_path = std::any_of(std::begin(kCalledByPath), std::end(kCalledByPath),
                                   [&](const char* kind) { return context.manifest.provides(kind); });
  if (by_path != (subject.host().get_extension(CHELA_EXT_CAPABILITY) != nullptr)) {
    fail("{} goes with kinds such as memory: the manifest declares {}", CHELA_EXT_CAPABILITY, by_path ? "one" : "none");
  }
  if (const auto* table = subject.host().tool_table()) check_tool_table(*table);
  if (const auto* table = subject.host().provider_table()) check_provider_table(*table);
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
