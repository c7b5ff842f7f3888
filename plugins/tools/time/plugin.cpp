// The plugin `time`: the tool current_time. Its answers are made by clock_text.

#include "chela/json.hpp"
#include "chela/plugin.hpp"
#include "plugins/tools/time/clock_text.hpp"
#include "plugins/tools/time/zones.hpp"

namespace chela::tools::time {

// Configured on the loop before any call; the tool runs on worker threads, several at once.
class TimePlugin {
 public:
  explicit TimePlugin(Host host) : host_(std::move(host)) {}

  void configure(std::string_view json) {
    JsonReader config(json, "configuration");
    time_zone_ = config.find<std::string>("timeZone", "");
    config.finish();
    if (!time_zone_.empty()) zones_.get(time_zone_);
  }

  ToolTable<TimePlugin> tools() { return {{"current_time", &TimePlugin::current_time}}; }

 private:
  std::string current_time(const ToolRequest& request) const {
    std::string name = JsonReader(request.arguments, "arguments").find<std::string>("time_zone", "");
    if (name.empty()) name = JsonReader(request.context, "context").find<std::string>("timeZone", "");
    if (name.empty()) name = time_zone_;
    if (name.empty()) name = zones_.local_name();
    return clock_text(name, zones_.get(name), host_.timer().unix_ms());
  }

  Host host_;
  Zones zones_;
  std::string time_zone_;
};

}  // namespace chela::tools::time

CHELA_PLUGIN(chela::tools::time::TimePlugin, "time", "0.1.0")
