// The life of an instance: create, configure, start, stop, destroy.

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance {
namespace {

constexpr int kOddRounds = 50;

void creates_quietly(Context& context) {
  Subject subject(context);
  subject.create();
  testing::FakeHost second(subject.entry());
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
  subject.finish();
}

void check_tool_table(const chela_plugin_tool& table) {
  if (!CHELA_HAS(&table, chela_plugin_tool, run)) fail("struct_size of chela.tool/1 is {}", table.struct_size);
  if (!table.names || !table.start || !table.cancel || !table.run) fail("a function of chela.tool/1 is null");
}

void check_provider_table(const chela_plugin_provider& table) {
  if (!CHELA_HAS(&table, chela_plugin_provider, list_models))
    fail("struct_size of chela.provider/1 is {}", table.struct_size);
  if (!table.complete || !table.cancel) fail("a function of chela.provider/1 is null that must not be");
}

void interfaces_match_manifest(Context& context) {
  Subject subject(context);
  subject.create();
  for (const auto& [kind, id] : {std::pair("tool", CHELA_EXT_TOOL), std::pair("provider", CHELA_EXT_PROVIDER)}) {
    const bool declared = context.manifest.provides(kind);
    const bool offered = subject.host().get_extension(id) != nullptr;
    if (declared && !offered) fail("the manifest declares a {}, the code does not offer {}", kind, id);
    if (!declared && offered) fail("the code offers {}, the manifest declares no {}", id, kind);
  }
  if (const auto* table = subject.host().tool_table()) check_tool_table(*table);
  if (const auto* table = subject.host().provider_table()) check_provider_table(*table);
  subject.finish();
}

void configures(Context& context) {
  Subject subject(context);
  subject.create();
  subject.configure();
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

constexpr Case kCases[] = {
    {"creates_quietly", "create() makes instances side by side and calls no host service", creates_quietly, true},
    {"unknown_extensions_are_null", "Ids it does not know, or only begins to know, give null",
     unknown_extensions_are_null},
    {"interfaces_match_manifest", "It offers the interfaces that the manifest declares, whole, and no others",
     interfaces_match_manifest, true},
    {"configures", "configure() accepts an empty object, or the configuration given", configures, true},
    {"unknown_key_is_an_error", "configure() refuses an unknown key and says so", unknown_key_is_an_error},
    {"survives_odd_configuration", "configure() answers generated nonsense with an error", survives_odd_configuration},
    {"starts_and_stops", "start() and stop() work and keep the rules of their states", starts_and_stops, true},
    {"is_destroyed_in_every_state", "destroy() frees an instance in any state, without a stop() too",
     is_destroyed_in_every_state},
};

}  // namespace

std::span<const Case> instance_cases() {
  return kCases;
}

}  // namespace chela::conformance
