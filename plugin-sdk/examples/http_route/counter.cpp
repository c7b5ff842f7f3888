#include <map>

#include "chela/plugin.hpp"

namespace {

// Counts the visits of /counter/NAME; the operator sees all counts at /counter-admin.
class Counter {
 public:
  explicit Counter(chela::Host host) : host_(host) {}

  // On the loop, never two at once: no lock is needed.
  void handle(chela::RouteRequest request, chela::RouteResponse response) {
    if (request.route == "/counter-admin") {
      response.head(200, {{"content-type", "text/plain"}});
      for (const auto& count : counts_) response.write(line(count.first, count.second));
      response.complete();
      return;
    }
    constexpr std::string_view kPrefix = "/counter/";
    const std::string_view path = request.path();
    if (path.size() <= kPrefix.size()) {
      response.pass();  // the gateway answers 404
      return;
    }
    if (request.method != "GET") {
      response.send(405, "text/plain", "only GET counts\n");
      return;
    }
    const std::string name(path.substr(kPrefix.size()));
    host_.log().debug("a visit of " + name);
    response.send(200, "text/plain", line(name, ++counts_[name]));
  }

 private:
  static std::string line(const std::string& name, int count) { return name + ": " + std::to_string(count) + "\n"; }

  chela::Host host_;
  std::map<std::string, int> counts_;
};

}  // namespace

CHELA_PLUGIN(Counter, "counter", "1.0.0")
