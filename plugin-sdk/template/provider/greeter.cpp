#include <map>

#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

// Completes conversations over HTTP: sends the last message, answers with what comes back, as it comes.
class Greeter {
 public:
  explicit Greeter(chela::Host host) : host_(host) {}

  void complete(chela::CompletionRequest request, chela::Completion completion) {
    const std::uint64_t id = request.call_id;
    chela::HttpRequest http;
    http.method = "POST";
    http.url = chela::JsonReader(request.service, "service").get<std::string>("baseUrl");
    if (!request.messages.empty()) http.body = std::string(request.messages[request.messages.size() - 1]);

    chela::HttpHandlers handlers;
    handlers.on_head = [](chela::HttpHead head) {
      if (head.status != 200) throw chela::Failure(CHELA_UNAVAILABLE, "HTTP status " + std::to_string(head.status));
    };
    handlers.on_body = [this, id](std::string_view piece) { open_.at(id).completion.text(piece); };
    handlers.on_done = [this, id](chela_status outcome, std::string_view error) {
      Open done = std::move(open_.at(id));
      open_.erase(id);
      outcome == CHELA_OK ? done.completion.complete("stop") : done.completion.fail(outcome, error);
    };
    open_.emplace(id, Open{std::move(completion), host_.http().send(http, std::move(handlers))});
  }

  void cancel(std::uint64_t call_id) {
    auto open = open_.find(call_id);
    if (open != open_.end()) open->second.request.cancel();  // on_done completes it
  }

 private:
  struct Open {
    chela::Completion completion;
    chela::HttpCall request;
  };
  chela::Host host_;
  std::map<std::uint64_t, Open> open_;
};

}  // namespace

CHELA_PLUGIN(Greeter, "greeter", "0.1.0")
