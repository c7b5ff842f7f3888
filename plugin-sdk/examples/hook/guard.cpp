#include <set>

#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

// Refuses the tools that its configuration names, and counts the others in the log.
class Guard {
 public:
  explicit Guard(chela::Host host) : host_(host) {}

  void configure(std::string_view json) {
    chela::JsonReader config(json, "configuration");
    refused_ = config.find("refuse", chela::Json::array()).get<std::set<std::string>>();
    config.finish();
  }

  // On the loop. What before_tool_call may answer stands in docs/hooks.md of Chela.
  void on_hook(chela::HookRequest request, chela::HookCall call) {
    const std::string tool = nlohmann::json::parse(request.event).value("toolName", "");
    if (request.point == "after_tool_call") {
      host_.log().info(tool + " ran, number " + std::to_string(++count_));
      call.complete();
    } else if (refused_.count(tool) == 0) {
      call.complete();  // nothing to say
    } else {
      call.complete(nlohmann::json{{"block", true}, {"blockReason", tool + " is not wanted here"}}.dump());
    }
  }

 private:
  chela::Host host_;
  std::set<std::string> refused_;
  int count_ = 0;
};

}  // namespace

CHELA_PLUGIN(Guard, "guard", "1.0.0")
