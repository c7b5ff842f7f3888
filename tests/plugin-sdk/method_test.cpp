#include "chela/method.hpp"

#include <gtest/gtest.h>

#include "chela/plugin.hpp"
#include "chela/testing/fake_calls.hpp"

namespace {

template <class T>
constexpr chela_entry kEntry = {sizeof(chela_entry), 1, 1, "test", "1.0.0", &chela::detail::create<T>};

class Methods {
 public:
  explicit Methods(chela::Host) {}
  void call_method(chela::MethodRequest request, chela::MethodCall call) {
    if (request.method == "test.fail") throw chela::Failure(CHELA_DENIED, "not for " + request.context);
    if (request.method == "test.drop") return;
    if (request.method == "test.hold") return held_.push_back(std::move(call));
    call.complete(request.params);
  }

 private:
  std::vector<chela::MethodCall> held_;
};

TEST(Methods, CompleteOnceWhateverTheAuthorForgets) {
  chela::testing::FakeHost host(kEntry<Methods>);
  host.up();
  EXPECT_EQ(chela::testing::call_method(host, "test.echo", "[1]")->outcome().text, "[1]");
  EXPECT_EQ(chela::testing::call_method(host, "test.fail", "{}", R"({"scopes":[]})")->outcome().text,
            R"(not for {"scopes":[]})");
  EXPECT_EQ(chela::testing::call_method(host, "test.drop", "{}")->outcome().status, CHELA_INTERNAL);
  auto held = chela::testing::call_method(host, "test.hold", "{}");
  EXPECT_FALSE(held->completed());
  host.stop();
  EXPECT_EQ(held->outcome().status, CHELA_CANCELLED);
  host.destroy();
  EXPECT_TRUE(host.breaches().empty());
}

}  // namespace
