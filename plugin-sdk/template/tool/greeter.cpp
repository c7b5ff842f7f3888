#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

// Greets people by their name. See chela/plugin.hpp for everything that a plugin may have.
class Greeter {
 public:
  explicit Greeter(chela::Host host) : host_(host) {}

  // The plugin's slice of the configuration, described by configSchema in the manifest.
  void configure(std::string_view json) {
    chela::JsonReader config(json, "configuration");
    greeting_ = config.find<std::string>("greeting", greeting_);
    config.finish();
  }

  chela::ToolTable<Greeter> tools() { return {{"greet", &Greeter::greet}}; }

 private:
  // Runs on a worker thread: it may take its time. To fail, throw chela::Failure.
  std::string greet(const chela::ToolRequest& request) const {
    chela::JsonReader arguments(request.arguments, "arguments");
    const std::string name = arguments.get<std::string>("name");
    host_.log().info("greeting " + name);
    return greeting_ + ", " + name + "!";
  }

  chela::Host host_;
  std::string greeting_ = "Hello";
};

}  // namespace

CHELA_PLUGIN(Greeter, "greeter", "0.1.0")
