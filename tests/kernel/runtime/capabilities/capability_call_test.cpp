#include "kernel/runtime/capabilities/capability_call.hpp"

#include "chela/ext/capability.h"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;
using testing::ElementsAre;
using testing::HasSubstr;

// A plugin with a memory that does what a test says.
class CapabilityCallTest : public plugins::PluginTest {
 protected:
  using Invokes = std::function<chela_status(const chela_capability_request&, const chela_capability_call*)>;

  CapabilityCallTest() { current = this; }
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "memory", "id": "notes"}])");
    static constexpr chela_plugin_capability kTable{sizeof(chela_plugin_capability), &invoke_thunk, &cancel_thunk};
    acme.extensions[CHELA_EXT_CAPABILITY] = &kTable;
    open({&acme});
  }

  static CapabilityInput input(std::string id = "notes", std::string arguments = "[]") {
    return {.kind = "memory", .id = std::move(id), .path = "search", .arguments = std::move(arguments)};
  }
  Result<std::string> call(CapabilityInput given) { return await(invoke(loop, *set, std::move(given), {})); }
  Result<std::string> value_of(chela_status status, std::string_view text) {
    on_invoke = [=](const chela_capability_request&, const chela_capability_call* call) {
      call->complete(call, status, to_abi(text));
      return CHELA_OK;
    };
    return call(input());
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  Invokes on_invoke;
  const chela_capability_call* open_call = nullptr;
  int cancelled = 0;

 private:
  static inline CapabilityCallTest* current = nullptr;
  static chela_status invoke_thunk(const chela_plugin*, const chela_capability_request* request,
                                   const chela_capability_call* call, const chela_error_sink*) {
    return current->on_invoke(*request, call);
  }
  static void cancel_thunk(const chela_plugin*, std::uint64_t) { ++current->cancelled; }
};

TEST_F(CapabilityCallTest, StartsThePluginAndYieldsTheValue) {
  std::vector<std::string> asked;
  on_invoke = [&](const chela_capability_request& request, const chela_capability_call* call) {
    for (auto text : {request.kind, request.id, request.path, request.arguments}) asked.emplace_back(from_abi(text));
    call->complete(call, CHELA_OK, to_abi(R"([{"text":"heron"}])"));
    return CHELA_OK;
  };
  auto value = call(input("notes", R"(["birds",{"limit":3}])"));
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(*value, R"([{"text":"heron"}])");
  EXPECT_THAT(asked, ElementsAre("memory", "notes", "search", R"(["birds",{"limit":3}])"));
}

TEST_F(CapabilityCallTest, TakesJsonOnly) {
  EXPECT_EQ(value_of(CHELA_OK, "").value(), "null");
  EXPECT_EQ(value_of(CHELA_OK, " 1.5 ").value(), " 1.5 ");
  for (auto text : {"{", "1 2", "\"\xff\"", "undefined"}) {
    auto value = value_of(CHELA_OK, text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::protocol);
    EXPECT_THAT(value.error().message, HasSubstr("plugin acme: memory/notes.search"));
  }
  EXPECT_EQ(value_of(CHELA_OK, std::string(kCapabilityValueBytesMax + 1, ' ')).error().code, ErrorCode::too_large);
}

TEST_F(CapabilityCallTest, NamesThePluginInItsErrors) {
  auto missing = value_of(CHELA_NOT_FOUND, "no search here");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("acme"));
  on_invoke = [](auto&, auto*) { return CHELA_EXHAUSTED; };
  EXPECT_EQ(call(input()).error().code, ErrorCode::exhausted);
  EXPECT_EQ(call(input("nobody")).error().code, ErrorCode::not_found);
}

TEST_F(CapabilityCallTest, AnswersForThePluginThatDoesNot) {
  on_invoke = [this](const chela_capability_request&, const chela_capability_call* call) {
    open_call = call;
    return CHELA_OK;
  };
  std::optional<Result<std::string>> out;
  loop.spawn("test", keep(invoke(loop, *set, input(), {}), out));
  run_until([&] { return open_call != nullptr; });
  EXPECT_FALSE(open_call->is_cancelled(open_call));
  advance(std::chrono::seconds(31));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->error().code, ErrorCode::timed_out);
  EXPECT_EQ(cancelled, 1);
  EXPECT_TRUE(open_call->is_cancelled(open_call));
  open_call->complete(open_call, CHELA_CANCELLED, {});
  settle();
}

TEST_F(CapabilityCallTest, IsGivenUpWithItsCaller) {
  on_invoke = [this](const chela_capability_request&, const chela_capability_call* call) {
    open_call = call;
    return CHELA_OK;
  };
  CancelSource cancel;
  std::optional<Result<std::string>> out;
  loop.spawn("test", keep(invoke(loop, *set, input(), cancel.token()), out));
  run_until([&] { return open_call != nullptr; });
  cancel.cancel();
  settle();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->error().code, ErrorCode::cancelled);
  EXPECT_EQ(cancelled, 1);
  open_call->complete(open_call, CHELA_OK, to_abi("1"));
  settle();
}

}  // namespace
}  // namespace chela::runtime
